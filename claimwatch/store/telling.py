"""What was told lately and what is going on, in few words: editions without their bodies, counts for a monitor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, select

from claimwatch.models import Origin
from claimwatch.store.finding_rows import live
from claimwatch.store.releases import Rule, went_out
from claimwatch.store.tables import (
    attempts,
    decisions,
    development_states,
    developments,
    edition_events,
    editions,
    findings,
    messages,
    reads,
)


@dataclass(frozen=True, slots=True)
class Told:
    """An edition without its bodies. `outcomes` counts its items, `messages` its mails by state; `public`: it went out,
    so that the back issues have it."""

    id: int
    series: str
    period: str
    frozen_at: datetime
    state: str
    subject: str
    outcomes: Mapping[str, int]
    messages: Mapping[str, int]
    public: bool


def last_told(connection: Connection, limit: int) -> list[Told]:
    """The newest editions, newest first; held and cancelled ones too."""
    columns = (
        editions.c.id, editions.c.series, editions.c.period, editions.c.frozen_at, editions.c.state,
        editions.c.subject, editions.c.outcomes, went_out().label("public"),
    )  # fmt: skip
    rows = connection.execute(select(*columns).order_by(editions.c.id.desc()).limit(limit)).all()
    counts: dict[int, dict[str, int]] = {}
    grouped = (
        select(messages.c.edition_id, messages.c.state, func.count())
        .where(messages.c.edition_id.in_([row.id for row in rows]))
        .group_by(messages.c.edition_id, messages.c.state)
    )
    for edition_id, state, count in connection.execute(grouped):
        counts.setdefault(edition_id, {})[state] = count
    return [
        Told(
            id=row.id,
            series=row.series,
            period=row.period,
            frozen_at=row.frozen_at,
            state=row.state,
            subject=row.subject,
            outcomes=dict(row.outcomes),
            messages=counts.get(row.id, {}),
            public=bool(row.public),
        )
        for row in rows
    ]


def count_editions_by_state(connection: Connection) -> dict[tuple[str, str], int]:
    """Editions by (series, state)."""
    columns = (editions.c.series, editions.c.state)
    rows = connection.execute(select(*columns, func.count()).group_by(*columns))
    return {(series, state): count for series, state, count in rows}


def count_findings(connection: Connection) -> dict[str, int]:
    """Findings by outcome, withdrawn ones too."""
    rows = connection.execute(select(findings.c.outcome, func.count()).group_by(findings.c.outcome))
    return {row[0]: row[1] for row in rows}


def count_reads(connection: Connection, source: str, since: datetime) -> dict[str, int]:
    """Pollings of a source that began after `since`, by status."""
    polled = and_(reads.c.source == source, reads.c.purpose == Origin.WATCH.value, reads.c.started_at > since)
    rows = connection.execute(select(reads.c.status, func.count()).where(polled).group_by(reads.c.status))
    return {row[0]: row[1] for row in rows}


def developed_since(connection: Connection, since: datetime, shown: Rule) -> list[int]:
    """The ids of developments that are new since then or in another state; gravest first, then newest.

    Of polls only, and of those that may be shown.
    """
    moved = select(development_states.c.development_id).where(development_states.c.at > since)
    query = (
        select(developments.c.id)
        .where(developments.c.id.in_(moved))
        .where(exists(select(findings.c.id).where(findings.c.development_id == developments.c.id, live(Origin.WATCH))))
        .where(shown.development())
        .order_by(developments.c.severity, developments.c.first_seen_at.desc(), developments.c.id)
    )
    return list(connection.execute(query).scalars())


def pulse(connection: Connection, *, of_mail: bool = True) -> tuple[int, ...]:
    """Numbers of which one rises whenever something was read, found, decided, told or sent to somebody; without
    `of_mail`, whenever something was found, decided or told."""
    tables = (findings, decisions, editions, edition_events, *((reads, attempts) if of_mail else ()))
    newest = [select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery() for table in tables]
    return tuple(connection.execute(select(*newest)).one())
