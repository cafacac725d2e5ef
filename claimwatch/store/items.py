"""Developments as readers find them on the pages and in feeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select

from claimwatch.models import Action, Development, Origin, Outcome
from claimwatch.store.developments import find_by_key, find_developments
from claimwatch.store.finding_rows import live
from claimwatch.store.releases import EVERYTHING, Rule
from claimwatch.store.tables import (
    development_states,
    developments,
    entry_revisions,
    findings,
    publication_revisions,
    standings,
)

_ALERTING = [outcome.value for outcome in Outcome if outcome.alerts]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A development; its present state is from `updated_at`."""

    id: int
    development: Development
    updated_at: datetime


def newest_items(
    connection: Connection,
    today: date,
    *,
    company: str | None = None,
    source: str | None = None,
    outcome: str | None = None,
    shown: Rule = EVERYTHING,
    limit: int,
) -> list[ItemRow]:
    """What polls found, may be shown, and analysts have neither dismissed nor put off, the newest state first.

    Narrowed to what is (also) about a company, (also) told by a source, or of an outcome.
    """
    here = and_(findings.c.development_id == developments.c.id, live(Origin.WATCH))
    if company is not None:
        here = and_(here, findings.c.entity == company)
    if source is not None:
        here = and_(here, findings.c.source == source)
    states = development_states
    query = (
        select(developments.c.id, states.c.at)
        .join(
            states, and_(states.c.development_id == developments.c.id, states.c.version == developments.c.state_version)
        )
        .where(
            exists(select(findings.c.id).where(here)),
            not_(withheld(today)),
            developments.c.outcome.in_(_ALERTING),
            shown.development(),
        )
    )
    if outcome is not None:
        query = query.where(states.c.outcome == outcome)
    rows = connection.execute(query.order_by(states.c.at.desc(), states.c.development_id.desc()).limit(limit)).all()
    known = find_developments(connection, [id_ for id_, _ in rows])
    return [ItemRow(id_, known[id_], at) for id_, at in rows]


def find_item(connection: Connection, key: str) -> ItemRow | None:
    """The development of a key, whatever has become of it."""
    id_ = connection.execute(select(developments.c.id).where(developments.c.key == key)).scalar()
    if id_ is None:
        return None
    states = development_states
    at = connection.execute(select(func.max(states.c.at)).where(states.c.development_id == id_)).scalar()
    known = find_by_key(connection, key)
    return ItemRow(id_, known.development, at or known.development.first_seen_at)


def withheld(today: date) -> ColumnElement[bool]:
    """The condition that analysts keep a development back: dismissed as it is, put off, or part of another."""
    covered = standings.c.state_version >= developments.c.state_version
    kept = or_(
        standings.c.action == Action.SAME_AS.value,
        and_(standings.c.action == Action.DISMISS.value, covered),
        and_(standings.c.action == Action.SNOOZE.value, covered, standings.c.until > today),
    )
    return exists().where(and_(standings.c.development == developments.c.key, kept))


def decided_on(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Those of these developments that analysts have decided on."""
    return list(connection.execute(select(standings.c.development).where(standings.c.development.in_(keys))).scalars())


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What a finding stands in: a publication or a row of a list, by id."""

    publication_id: int | None
    entry_id: int | None


def whereabouts(connection: Connection, ids: Sequence[int]) -> dict[int, Whereabouts]:
    """What each of these findings stands in, by the finding's id."""
    query = (
        select(findings.c.id, publication_revisions.c.publication_id, entry_revisions.c.entry_id)
        .outerjoin(publication_revisions, publication_revisions.c.id == findings.c.publication_revision_id)
        .outerjoin(entry_revisions, entry_revisions.c.id == findings.c.entry_revision_id)
        .where(findings.c.id.in_(ids))
    )
    return {row.id: Whereabouts(row.publication_id, row.entry_id) for row in connection.execute(query)}
