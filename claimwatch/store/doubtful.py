"""Findings whose name is in doubt and waits for an analyst: near misses, and names that were another's before.

They tell of no development, so what is decided about one is written down under a key of its own.
"""

from sqlalchemy import Connection, and_, func, select, text
from sqlalchemy.sql.elements import ColumnElement

from claimwatch.models import Outcome
from claimwatch.store.finding_rows import live
from claimwatch.store.tables import decisions, findings

_KEY = "finding:"
_ALERTING = [outcome.value for outcome in Outcome if outcome.alerts]


def key_of(finding_id: int) -> str:
    """The key under which it is written down that a doubtful name is not the company's."""
    return f"{_KEY}{finding_id}"


def waiting_ids(connection: Connection, *, limit: int, offset: int) -> tuple[list[int], int]:
    """The ids of a page of the findings that wait, the gravest and newest first; and how many wait in all."""
    rows = select(findings.c.id).where(_waiting()).order_by(findings.c.severity, findings.c.id.desc())
    count = select(func.count()).select_from(findings).where(_waiting())
    ids = list(connection.execute(rows.limit(limit).offset(offset)).scalars())
    return ids, connection.execute(count).scalar_one()


def last_ruled_out(connection: Connection, limit: int) -> list[str]:
    """The keys of the findings about which it was last decided that the name is not the company's, newest first."""
    query = select(decisions.c.development, func.max(decisions.c.id).label("last"))
    query = query.where(decisions.c.development.startswith(_KEY)).group_by(decisions.c.development)
    return [row.development for row in connection.execute(query.order_by(text("last DESC")).limit(limit))]


def _waiting() -> ColumnElement[bool]:
    doubtful = and_(findings.c.method == "fuzzy", findings.c.development_id.is_(None))
    return and_(doubtful, findings.c.outcome.in_(_ALERTING), live(), findings.c.origin == "watch")
