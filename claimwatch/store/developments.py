"""Developments: what findings tell of, and which of it an edition has told.

Only a live finding of origin `watch` makes a development something to tell; see `findings`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from claimwatch.models import Action, Development, Finding, Origin, Outcome
from claimwatch.store import states
from claimwatch.store.editions import CANCELLED, RECORD
from claimwatch.store.finding_rows import live
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import developments, edition_items, editions, findings, standings


@dataclass(frozen=True, slots=True)
class Known:
    """A stored development. `watched`: a poll found something that tells of it; `told`: an edition has told it;
    `joined`: an analyst made it part of another."""

    id: int
    development: Development
    watched: bool
    told: bool
    joined: bool


@dataclass(frozen=True, slots=True)
class Near:
    """When a development must have been to be that of a finding: its day is in one of `spans` (first and last day), or
    it has no day of its own and a date in its state that begins as one of `dates`."""

    spans: tuple[tuple[date, date], ...]
    dates: tuple[str, ...]


def developments_like(connection: Connection, finding: Finding, fact: str, near: Near | None = None) -> list[Known]:
    """The stored developments that a finding could belong to: those of its predicate and object in its place or in
    none; where it has no predicate, those of its object or whose state holds `fact`, its sentence. With `near`, only
    those about these days; where it has no predicate then, those of its sentence.

    One of which nothing is left (all its findings withdrawn before an edition told it) is none of them.
    """
    typed, named, placed = finding.predicate is not None, finding.object_class is not None, finding.place is not None
    of: dict[str, object] = {"predicate": finding.predicate, "object": finding.object_class, "place": finding.place}
    of["fact"] = f"%{fact}%"
    if near is None:
        return [_known_row(row) for row in connection.execute(_like(typed, named, placed), of)]
    for number, (first, last) in enumerate(near.spans):
        of |= {f"first{number}": first, f"last{number}": last}
        of |= {f"from{number}": _start(first), f"to{number}": _end(last)}
    of |= {f"date{number}": f"%date={start}%" for number, start in enumerate(near.dates)}
    query = _like(typed, named and typed, placed, len(near.spans), len(near.dates))
    return [_known_row(row) for row in connection.execute(query, of)]


@lru_cache
def _like(typed: bool, named: bool, placed: bool, spans: int = 0, dates: int = 0) -> Select[Any]:
    """The query of `developments_like`, made once for each form of finding: it is asked for every finding there is."""
    columns, where = developments.c, []
    of_object = columns.object_class == bindparam("object") if named else columns.object_class.is_(None)
    if typed:
        where += [columns.predicate == bindparam("predicate"), of_object]
        if placed:
            where.append(or_(columns.place == bindparam("place"), columns.place.is_(None)))
    else:
        said = columns.state.like(bindparam("fact"))
        where += [columns.predicate.is_(None), or_(said, of_object) if named else said]
    if spans:
        where.append(_about(spans, dates))
    return _KNOWN.where(*where, or_(_found_by(None), _TOLD))


def _about(spans: int, dates: int) -> ColumnElement[bool]:
    """The condition that `Near` describes, of so many spans and dates."""
    columns = developments.c
    day = func.coalesce(columns.happened_on, columns.published_on)  # or else when it was first seen
    about: list[ColumnElement[bool]] = []
    for number in range(spans):
        about.append(day.between(bindparam(f"first{number}", type_=Date), bindparam(f"last{number}", type_=Date)))
        seen = columns.first_seen_at.between(bindparam(f"from{number}"), bindparam(f"to{number}"))
        about.append(and_(day.is_(None), seen))
    told = [columns.state.like(bindparam(f"date{number}")) for number in range(dates)]
    return or_(*about, and_(columns.happened_on.is_(None), or_(*told)))


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _end(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)


def find_development(connection: Connection, development_id: int) -> Known:
    """The stored development of that id."""
    (known,) = _known(connection, developments.c.id == development_id)
    return known


def find_developments(connection: Connection, ids: Sequence[int]) -> dict[int, Development]:
    """Stored developments by id."""
    rows = connection.execute(select(developments).where(developments.c.id.in_(list(ids))))
    return {row._mapping["id"]: _development(row) for row in rows}


def find_by_key(connection: Connection, key: str) -> Known:
    """The stored development of that key."""
    (known,) = _known(connection, developments.c.key == key)
    return known


def is_taken(connection: Connection, key: str) -> bool:
    """Whether a development of that key is stored."""
    return connection.execute(_BY_KEY, {"of": key}).first() is not None


_BY_KEY = select(developments).where(developments.c.key == bindparam("of"))
_ADD, _CHANGE = insert(developments), update(developments).where(developments.c.id == bindparam("of"))


def save_development(connection: Connection, development: Development, seen_at: datetime | None = None) -> int:
    """Insert a development, or bring the stored one with its key up to date; returns its id.

    `seen_at` is when its present state was seen, by default when the development was first seen.
    """
    at = seen_at or development.first_seen_at
    row = connection.execute(_BY_KEY, {"of": development.key}).first()
    if row is None:
        fresh = inserted_id(connection.execute(_ADD, {"key": development.key, **_values(development)}))
        states.note_state(connection, fresh, development, at, fresh=True)
        return fresh
    return change_development(connection, row.id, _development(row), development, at)


def change_development(
    connection: Connection, development_id: int, before: Development, after: Development, seen_at: datetime
) -> int:
    """Bring a stored development up to date, if it says anything else than before; returns its id.

    `seen_at` is when its present state was seen.
    """
    if after != before:
        connection.execute(_CHANGE, {"of": development_id, **_values(after)})
        states.note_state(connection, development_id, after, seen_at)
    return development_id


def _values(development: Development) -> dict[str, object]:
    return {
        "outcome": development.outcome.value,
        "predicate": development.predicate,
        "object_class": development.object_class,
        "operation": development.operation,
        "place": development.place,
        "companies": list(development.companies),
        "happened_on": development.happened_on,
        "published_on": development.published_on,
        "severity": development.severity,
        "state": development.state,
        "state_version": development.state_version,
        "first_seen_at": development.first_seen_at,
    }


def untold(connection: Connection, series: str, *, grave: str | None = None) -> list[tuple[int, Development, bool]]:
    """Developments whose present state no edition of the series has told: (id, development, told before).

    Only those that a live finding of a poll tells of. With `grave`, a severity, only those at least as grave, and those
    of which the series told before.
    """
    told = (
        select(edition_items.c.development_id, func.max(edition_items.c.state_version).label("version"))
        .join(editions, editions.c.id == edition_items.c.edition_id)
        .where(editions.c.series == series, editions.c.state != "cancelled")
        .group_by(edition_items.c.development_id)
        .subquery()
    )
    new: ColumnElement[bool] = told.c.version.is_(None)
    if grave is not None:
        new = and_(new, developments.c.severity <= grave)
    rows = connection.execute(
        select(developments, told.c.version)
        .outerjoin(told, told.c.development_id == developments.c.id)
        .where(or_(new, told.c.version < developments.c.state_version), _found_by(Origin.WATCH))
        .order_by(developments.c.id)
    )
    return [(row._mapping["id"], _development(row), row._mapping["version"] is not None) for row in rows]


def history(connection: Connection) -> list[tuple[int, Development]]:
    """Alerting developments that only a backfill found and no edition told as news: (id, development)."""
    news = (
        select(edition_items.c.development_id)
        .join(editions, editions.c.id == edition_items.c.edition_id)
        .where(editions.c.series != RECORD, editions.c.state != CANCELLED)
    )
    rows = connection.execute(
        select(developments)
        .where(_found_by(Origin.BACKFILL), not_(_found_by(Origin.WATCH)), developments.c.id.not_in(news))
        .order_by(developments.c.id)
    )
    return [(row._mapping["id"], _development(row)) for row in rows]


def last_told(connection: Connection, development_id: int) -> tuple[int, datetime] | None:
    """The newest state version of a development that any edition told, and when it was frozen; None: never told."""
    row = connection.execute(
        select(edition_items.c.state_version, editions.c.frozen_at)
        .join(editions, editions.c.id == edition_items.c.edition_id)
        .where(edition_items.c.development_id == development_id)
        .order_by(edition_items.c.state_version.desc(), editions.c.frozen_at.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.state_version, row.frozen_at)


def kin_of(connection: Connection, development_id: int) -> frozenset[int]:
    """The other developments of the same kind of claim, object and place about a company in common.

    None where the object says nothing: what is not named cannot be taken for the same thing.
    """
    one = find_development(connection, development_id).development
    if one.predicate is None or one.object_class in (None, "other"):
        return frozenset()
    same = and_(developments.c.predicate == one.predicate, developments.c.object_class == one.object_class)
    return frozenset(
        known.id
        for known in _known(connection, and_(same, developments.c.id != development_id))
        if known.development.place == one.place and not set(known.development.companies).isdisjoint(one.companies)
    )


def _found_by(origin: Origin | None) -> Any:
    return exists().where(and_(findings.c.development_id == developments.c.id, live(origin)))


_TOLD = exists().where(edition_items.c.development_id == developments.c.id)
_JOINED = exists().where(standings.c.development == developments.c.key, standings.c.action == Action.SAME_AS.value)
_KNOWN = select(
    developments, _found_by(Origin.WATCH).label("watched"), _TOLD.label("told"), _JOINED.label("joined")
).order_by(developments.c.id)


def _known(connection: Connection, where: Any) -> list[Known]:
    return [_known_row(row) for row in connection.execute(_KNOWN.where(where))]


def _known_row(row: Row[Any]) -> Known:
    values = row._mapping
    return Known(values["id"], _development(row), bool(values["watched"]), bool(values["told"]), bool(values["joined"]))


def _development(row: Row[Any]) -> Development:
    values = row._mapping
    return Development(
        key=values["key"],
        outcome=Outcome(values["outcome"]),
        predicate=values["predicate"],
        object_class=values["object_class"],
        operation=values["operation"],
        place=values["place"],
        companies=tuple(values["companies"]),
        happened_on=values["happened_on"],
        severity=values["severity"],
        state=values["state"],
        state_version=values["state_version"],
        first_seen_at=values["first_seen_at"],
        published_on=values["published_on"],
    )
