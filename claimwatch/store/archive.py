"""Editions that went out, as the back issues show them: none that is held, cancelled or still waiting to leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, select, true

from claimwatch.store.editions import EditionRow, find_edition
from claimwatch.store.releases import went_out
from claimwatch.store.tables import (
    development_states,
    developments,
    edition_events,
    edition_items,
    editions,
    findings,
)

RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Issue:
    """An edition without its bodies. `outcomes` counts its items."""

    id: int
    series: str
    period: str
    starts_at: datetime
    ends_at: datetime
    frozen_at: datetime
    first: bool
    subject: str
    outcomes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A development that an edition told, in the state that it had then."""

    development_id: int
    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Recall:
    """What was said to be wrong with an edition: `what` is `KEY: text` where it is about one item."""

    why: str
    at: datetime


def issues(connection: Connection, *, series: Sequence[str] = (), before: int | None = None, limit: int) -> list[Issue]:
    """Editions that went out, newest first, corrections not among them; `before` an id, for the next page."""
    wanted = editions.c.series.in_(series) if series else editions.c.series != RECALL
    earlier = editions.c.id < before if before is not None else true()
    query = select(*_NARROW).where(went_out(), wanted, earlier).order_by(editions.c.id.desc()).limit(limit)
    return [_issue(row) for row in connection.execute(query)]


def issues_about(
    connection: Connection, *, company: str | None, source: str | None, outcome: str | None, limit: int
) -> list[tuple[Issue, datetime | None]]:
    """Editions that went out and told of something that fits, newest first, each with when it was corrected last."""
    corrected = (
        select(func.max(edition_events.c.at))
        .where(edition_events.c.edition_id == editions.c.id, edition_events.c.what == "recalled")
        .scalar_subquery()
    )
    query = select(*_NARROW, corrected.label("corrected")).where(went_out(), editions.c.series != RECALL)
    told = edition_items.c.edition_id == editions.c.id
    if company is not None or source is not None:
        here = and_(told, findings.c.development_id == edition_items.c.development_id)
        if company is not None:
            here = and_(here, findings.c.entity == company)
        if source is not None:
            here = and_(here, findings.c.source == source)
        query = query.where(exists(select(edition_items.c.edition_id).where(here)))
    if outcome is not None:
        state = and_(
            development_states.c.development_id == edition_items.c.development_id,
            development_states.c.version == edition_items.c.state_version,
        )
        query = query.where(exists().where(and_(told, state, development_states.c.outcome == outcome)))
    rows = connection.execute(query.order_by(editions.c.id.desc()).limit(limit))
    return [(_issue(row), row.corrected) for row in rows]


def find_issue(connection: Connection, series: str, period: str) -> EditionRow | None:
    """An edition that went out, with its bodies; None where there is none."""
    here = and_(editions.c.series == series, editions.c.period == period, went_out())
    if connection.execute(select(editions.c.id).where(here)).first() is None:
        return None
    return find_edition(connection, series, period)


def neighbours(connection: Connection, series: str, edition_id: int) -> tuple[Issue | None, Issue | None]:
    """The editions of a series before and after one that went out, too."""
    there = and_(editions.c.series == series, went_out())
    query = select(*_NARROW).where(there).limit(1)
    before = connection.execute(query.where(editions.c.id < edition_id).order_by(editions.c.id.desc())).first()
    after = connection.execute(query.where(editions.c.id > edition_id).order_by(editions.c.id)).first()
    return None if before is None else _issue(before), None if after is None else _issue(after)


def corrections_of(connection: Connection, series: str, period: str) -> list[Issue]:
    """The corrections of an edition that went out, oldest first."""
    here = editions.c.period.startswith(f"{series}:{period}#", autoescape=True)
    query = select(*_NARROW).where(editions.c.series == RECALL, here, went_out()).order_by(editions.c.id)
    return [_issue(row) for row in connection.execute(query)]


def recalls(connection: Connection, edition_id: int) -> list[Recall]:
    """What was said to be wrong with an edition, oldest first."""
    table = edition_events
    query = select(table.c.why, table.c.at).where(table.c.edition_id == edition_id, table.c.what == "recalled")
    return [Recall(row.why or "", row.at) for row in connection.execute(query.order_by(table.c.id))]


def told_in(connection: Connection, edition_id: int) -> list[Told]:
    """What an edition told, in its order."""
    query = (
        select(edition_items.c.development_id, developments.c.key, edition_items.c.state_version)
        .join(developments, developments.c.id == edition_items.c.development_id)
        .where(edition_items.c.edition_id == edition_id)
        .order_by(edition_items.c.position)
    )
    return [Told(*row) for row in connection.execute(query)]


def tellings(connection: Connection, development_id: int) -> list[tuple[Issue, int]]:
    """The editions that went out and told of a development, oldest first, each with the state that it told."""
    query = (
        select(*_NARROW, edition_items.c.state_version)
        .join(edition_items, edition_items.c.edition_id == editions.c.id)
        .where(edition_items.c.development_id == development_id, went_out())
        .order_by(editions.c.frozen_at, editions.c.id)
    )
    return [(_issue(row), row.state_version) for row in connection.execute(query)]


_NARROW = (
    editions.c.id,
    editions.c.series,
    editions.c.period,
    editions.c.starts_at,
    editions.c.ends_at,
    editions.c.frozen_at,
    editions.c.first,
    editions.c.subject,
    editions.c.outcomes,
)


def _issue(row: Row[Any]) -> Issue:
    return Issue(
        id=row.id,
        series=row.series,
        period=row.period,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        frozen_at=row.frozen_at,
        first=row.first,
        subject=row.subject,
        outcomes=tuple((name, count) for name, count in row.outcomes),
    )
