"""Editions as they were frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from claimwatch.models import Edition, Rendered
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import edition_items, editions


@dataclass(frozen=True, slots=True)
class EditionRow:
    """A frozen edition: what it was called and how it read without personal parts."""

    id: int
    series: str
    period: str
    frozen_at: datetime
    subject: str
    html: str
    text: str
    outcomes: tuple[tuple[str, int], ...]


def last_edition(connection: Connection, series: str) -> EditionRow | None:
    """The newest edition of a series."""
    query = select(editions).where(editions.c.series == series)
    row = connection.execute(query.order_by(editions.c.ends_at.desc(), editions.c.id.desc()).limit(1)).first()
    return None if row is None else _edition(row)


def find_edition(connection: Connection, series: str, period: str) -> EditionRow | None:
    """The edition of a period, if there is one."""
    query = select(editions).where(editions.c.series == series, editions.c.period == period)
    row = connection.execute(query).first()
    return None if row is None else _edition(row)


def save_edition(connection: Connection, edition: Edition, rendered: Rendered, told: Sequence[tuple[int, int]]) -> int:
    """Freeze an edition; `told` holds (development id, state version) in the order of its items. Returns its id."""
    counts: dict[str, int] = {}
    for item in edition.items:
        counts[item.outcome.value] = counts.get(item.outcome.value, 0) + 1
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
                outcomes=[[name, count] for name, count in counts.items()],
                baseline_version=edition.baseline_version,
            )
        )
    )
    for position, (development_id, state_version) in enumerate(told):
        connection.execute(
            insert(edition_items).values(
                edition_id=edition_id, development_id=development_id, state_version=state_version, position=position
            )
        )
    return edition_id


def told_by(connection: Connection, edition_id: int) -> list[tuple[int, int]]:
    """What an edition told: (development id, state version) in order."""
    rows = connection.execute(
        select(edition_items.c.development_id, edition_items.c.state_version)
        .where(edition_items.c.edition_id == edition_id)
        .order_by(edition_items.c.position)
    )
    return [(development, version) for development, version in rows]


def ever_told(connection: Connection, until: datetime) -> set[tuple[int, int]]:
    """All (development id, state version) that any edition frozen up to `until` has told."""
    rows = connection.execute(
        select(edition_items.c.development_id, edition_items.c.state_version)
        .join(editions, editions.c.id == edition_items.c.edition_id)
        .where(editions.c.frozen_at <= until)
    )
    return {(development, version) for development, version in rows}


def _edition(row: Row[Any]) -> EditionRow:
    values = row._mapping
    return EditionRow(
        id=values["id"],
        series=values["series"],
        period=values["period"],
        frozen_at=values["frozen_at"],
        subject=values["subject"],
        html=values["html"],
        text=values["text"],
        outcomes=tuple((name, count) for name, count in values["outcomes"]),
    )
