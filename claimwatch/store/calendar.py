"""The calendar: days that findings fix for later, and which of them readers were reminded of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, String, and_, cast, exists, insert, not_, select, update

from claimwatch.models import Origin
from claimwatch.store.finding_rows import live
from claimwatch.store.tables import findings, fixed_dates


@dataclass(frozen=True, slots=True)
class Noting:
    """A finding that notes dates among its rules and has none in the calendar yet."""

    finding_id: int
    rules: tuple[str, ...]
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A day that has come, of a finding that still stands."""

    id: int
    finding_id: int
    development_id: int
    kind: str
    fixed_on: date
    publication_revision_id: int | None
    entry_revision_id: int | None


def notings(connection: Connection) -> list[Noting]:
    """Live findings of polls that note a date and are not in the calendar, oldest first."""
    there = exists().where(fixed_dates.c.finding_id == findings.c.id)
    noting = cast(findings.c.rules, String).like("%date\\_ahead.%", escape="\\")
    rows = connection.execute(
        select(findings.c.id, findings.c.rules, findings.c.first_seen_at)
        .where(and_(noting, live(Origin.WATCH), findings.c.development_id.is_not(None), not_(there)))
        .order_by(findings.c.id)
    )
    return [Noting(id_, tuple(rules), at) for id_, rules, at in rows]


def note_date(connection: Connection, finding_id: int, kind: str, fixed_on: date, at: datetime) -> None:
    """Put a day into the calendar; `at` is now (aware UTC)."""
    values = {"finding_id": finding_id, "kind": kind, "fixed_on": fixed_on, "noted_at": at}
    connection.execute(insert(fixed_dates).values(**values))


def due_dates(connection: Connection, today: date) -> list[Due]:
    """The days up to `today` that nobody was reminded of and whose finding still stands, in order of the day."""
    rows = connection.execute(
        select(
            fixed_dates.c.id, fixed_dates.c.finding_id, findings.c.development_id, fixed_dates.c.kind,
            fixed_dates.c.fixed_on, findings.c.publication_revision_id, findings.c.entry_revision_id,
        )
        .join(findings, findings.c.id == fixed_dates.c.finding_id)
        .where(
            and_(
                fixed_dates.c.passed_id.is_(None), fixed_dates.c.fixed_on <= today, live(Origin.WATCH),
                findings.c.development_id.is_not(None),
            )
        )
        .order_by(fixed_dates.c.fixed_on, fixed_dates.c.id)
    )  # fmt: skip
    return [Due(*row) for row in rows]


def passed_for(connection: Connection, development_id: int, kind: str, fixed_on: date) -> int | None:
    """The development that told of this day for any finding of a happening; None where none did."""
    query = (
        select(fixed_dates.c.passed_id)
        .join(findings, findings.c.id == fixed_dates.c.finding_id)
        .where(
            and_(
                findings.c.development_id == development_id,
                fixed_dates.c.kind == kind,
                fixed_dates.c.fixed_on == fixed_on,
                fixed_dates.c.passed_id.is_not(None),
            )
        )
    )
    return connection.execute(query.limit(1)).scalar()


def note_passed(connection: Connection, ids: Sequence[int], development_id: int) -> None:
    """Note what told that these days of the calendar have passed."""
    connection.execute(update(fixed_dates).where(fixed_dates.c.id.in_(list(ids))).values(passed_id=development_id))
