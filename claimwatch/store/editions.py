"""Editions as they were frozen.

A cancelled edition keeps its period, and otherwise counts as if it had told nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from claimwatch.models import Edition, Rendered
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import edition_items, editions

CANCELLED = "cancelled"
RECORD = "record"  # tells history, and only to those to whom it was mailed


@dataclass(frozen=True, slots=True)
class EditionRow:
    """A frozen edition: what it was called and how it read without personal parts.

    `state` is `frozen`, `held` (it waits for approval) or `cancelled`.
    """

    id: int
    series: str
    period: str
    starts_at: datetime
    ends_at: datetime
    frozen_at: datetime
    state: str
    first: bool
    subject: str
    html: str
    text: str
    outcomes: tuple[tuple[str, int], ...]


def last_edition(connection: Connection, series: str, *, told: bool = False) -> EditionRow | None:
    """The newest edition of a series; with `told` the newest that was not cancelled."""
    query = select(editions).where(editions.c.series == series)
    if told:
        query = query.where(editions.c.state != CANCELLED)
    row = connection.execute(query.order_by(editions.c.ends_at.desc(), editions.c.id.desc()).limit(1)).first()
    return None if row is None else _edition(row)


def find_edition(connection: Connection, series: str, period: str) -> EditionRow | None:
    """The edition of a period, if there is one."""
    query = select(editions).where(editions.c.series == series, editions.c.period == period)
    row = connection.execute(query).first()
    return None if row is None else _edition(row)


def edition_by_id(connection: Connection, edition_id: int) -> EditionRow | None:
    """The edition of that id, if there is one."""
    row = connection.execute(select(editions).where(editions.c.id == edition_id)).first()
    return None if row is None else _edition(row)


def list_editions(connection: Connection) -> list[EditionRow]:
    """All editions, newest first."""
    return [_edition(row) for row in connection.execute(select(editions).order_by(editions.c.id.desc()))]


def editions_since(connection: Connection, series: str, since: datetime) -> list[EditionRow]:
    """The editions of a series whose period ends after `since`, oldest first; cancelled ones too."""
    query = select(editions).where(editions.c.series == series, editions.c.ends_at > since)
    return [_edition(row) for row in connection.execute(query.order_by(editions.c.ends_at, editions.c.id))]


def first_told_at(connection: Connection, series: Sequence[str]) -> datetime | None:
    """When the first edition of any of these series was frozen that was not cancelled."""
    query = select(func.min(editions.c.frozen_at)).where(editions.c.series.in_(series), editions.c.state != CANCELLED)
    return connection.execute(query).scalar()


def count_editions(connection: Connection, series: str, prefix: str) -> int:
    """How many editions of a series have a period that begins with `prefix`."""
    there = editions.c.period.startswith(prefix, autoescape=True)
    return connection.execute(
        select(func.count()).select_from(editions).where(editions.c.series == series, there)
    ).scalar_one()


def told_versions(connection: Connection, ids: Sequence[int]) -> dict[int, list[tuple[int, str, datetime]]]:
    """Of some developments, by id, (state version, series, when frozen) of each edition, not cancelled, that told of
    them; at most some hundreds at a time."""
    found: dict[int, list[tuple[int, str, datetime]]] = {id_: [] for id_ in ids}
    rows = connection.execute(
        select(edition_items.c.development_id, edition_items.c.state_version, editions.c.series, editions.c.frozen_at)
        .join(editions, editions.c.id == edition_items.c.edition_id)
        .where(edition_items.c.development_id.in_(list(ids)), editions.c.state != CANCELLED)
        .order_by(editions.c.frozen_at)
    )
    for id_, version, series, frozen_at in rows:
        found[id_].append((version, series, frozen_at))
    return found


def save_edition(connection: Connection, edition: Edition, rendered: Rendered, told: Sequence[tuple[int, int]]) -> int:
    """Freeze an edition; `told` holds (development id, state version) in the order of its items. Returns its id."""
    edition_id = inserted_id(
        connection.execute(
            insert(editions).values(
                series=edition.series,
                period=edition.period,
                starts_at=edition.starts_at,
                ends_at=edition.ends_at,
                frozen_at=edition.frozen_at,
                first=edition.first,
                subject=rendered.subject,
                html=rendered.html,
                text=rendered.text,
                outcomes=_outcomes(edition),
                baseline_version=edition.baseline_version,
                state="frozen",
            )
        )
    )
    _save_items(connection, edition_id, told)
    return edition_id


def replace_edition(
    connection: Connection, edition_id: int, edition: Edition, rendered: Rendered, told: Sequence[tuple[int, int]]
) -> None:
    """Freeze another form of an edition of which nothing has left."""
    connection.execute(
        update(editions)
        .where(editions.c.id == edition_id)
        .values(
            subject=rendered.subject,
            html=rendered.html,
            text=rendered.text,
            outcomes=_outcomes(edition),
            baseline_version=edition.baseline_version,
        )
    )
    connection.execute(delete(edition_items).where(edition_items.c.edition_id == edition_id))
    _save_items(connection, edition_id, told)


def _outcomes(edition: Edition) -> list[list[object]]:
    counts: dict[str, int] = {}
    for item in edition.items:
        counts[item.outcome.value] = counts.get(item.outcome.value, 0) + 1
    return [[name, count] for name, count in counts.items()]


def _save_items(connection: Connection, edition_id: int, told: Sequence[tuple[int, int]]) -> None:
    for position, (development_id, state_version) in enumerate(told):
        connection.execute(
            insert(edition_items).values(
                edition_id=edition_id, development_id=development_id, state_version=state_version, position=position
            )
        )


def told_by(connection: Connection, edition_id: int) -> list[tuple[int, int]]:
    """What an edition told: (development id, state version) in order."""
    rows = connection.execute(
        select(edition_items.c.development_id, edition_items.c.state_version)
        .where(edition_items.c.edition_id == edition_id)
        .order_by(edition_items.c.position)
    )
    return [(development, version) for development, version in rows]


def ever_told(connection: Connection, until: datetime, series: Sequence[str] | None = None) -> set[tuple[int, int]]:
    """All (development id, state version) that any edition frozen up to `until` (of these series) has told as news."""
    query = (
        select(edition_items.c.development_id, edition_items.c.state_version)
        .join(editions, editions.c.id == edition_items.c.edition_id)
        .where(editions.c.frozen_at <= until, editions.c.state != CANCELLED, editions.c.series != RECORD)
    )
    if series is not None:
        query = query.where(editions.c.series.in_(series))
    rows = connection.execute(query)
    return {(development, version) for development, version in rows}


def _edition(row: Row[Any]) -> EditionRow:
    values = row._mapping
    return EditionRow(
        id=values["id"],
        series=values["series"],
        period=values["period"],
        starts_at=values["starts_at"],
        ends_at=values["ends_at"],
        frozen_at=values["frozen_at"],
        state=values["state"],
        first=values["first"],
        subject=values["subject"],
        html=values["html"],
        text=values["text"],
        outcomes=tuple((name, count) for name, count in values["outcomes"]),
    )
