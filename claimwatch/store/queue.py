"""The queue of the review desk: the gravest first, then the newest, page after page from a case on.

A page begins behind a case and not behind a number of them: what lies before it is not walked through, and nothing is
left out or shown twice because somebody decides meanwhile.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, true

from claimwatch.models import Action, CaseState, Origin, Outcome
from claimwatch.store.finding_rows import live
from claimwatch.store.tables import developments, findings, standings

_SEEN_AT, _ID = developments.c.first_seen_at, developments.c.id
# Of what is open or done there is much: an index has this order, and a page is all that is read. Of what was put off
# there is little: it is found by the decisions, so its order must not be one that an index has.
_SEVERITY: dict[CaseState, ColumnElement[str]] = {
    CaseState.OPEN: developments.c.severity,
    CaseState.SNOOZED: func.lower(developments.c.severity),
    CaseState.DONE: developments.c.severity,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: those in a state on a day, and, where it is given, about a company, from a source, of an outcome."""

    state: CaseState
    today: date
    company: str | None = None
    source: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a case stands in the order of the queue."""

    severity: str
    first_seen_at: datetime
    id: int


def find_spot(connection: Connection, key: str) -> Spot | None:
    """Where the case of a key stands, in whatever state it is; None where there is none."""
    columns = (developments.c.severity, developments.c.first_seen_at, developments.c.id)
    row = connection.execute(select(*columns).where(developments.c.key == key)).first()
    return None if row is None else Spot(*row)


def cases_after(connection: Connection, wanted: Wanted, spot: Spot | None, limit: int, *, offset: int = 0) -> list[int]:
    """The ids of the next cases behind a spot, or of the first ones, in the order of the queue; `offset` left out."""
    behind = true() if spot is None else _beyond(spot, after=True)
    order = (_SEVERITY[wanted.state], _SEEN_AT.desc(), _ID.desc())
    paged = _cases(wanted).where(behind).order_by(*order).limit(limit).offset(offset)
    return list(connection.execute(paged).scalars())


def cases_before(connection: Connection, wanted: Wanted, spot: Spot, limit: int) -> list[int]:
    """The ids of the last cases before a spot, in the order of the queue."""
    backwards = (_SEVERITY[wanted.state].desc(), _SEEN_AT, _ID)
    paged = _cases(wanted).where(_beyond(spot, after=False)).order_by(*backwards).limit(limit)
    return list(connection.execute(paged).scalars())[::-1]


def count_cases(connection: Connection, wanted: Wanted) -> int:
    """How many cases there are in all."""
    count: int = connection.execute(select(func.count()).select_from(_cases(wanted).subquery())).scalar_one()
    return count


def _cases(wanted: Wanted) -> Select[Any]:
    """What nobody decided on is open; the other states begin at the decisions, which are few.

    Only what polls found and something is left of. The conditions are those of `Standing.state`.
    """
    decided = standings.c.development == developments.c.key
    there = developments.join(standings, decided, isouter=wanted.state is CaseState.OPEN)
    query = select(developments.c.id).select_from(there).where(_in_state(wanted.state, wanted.today), _found(wanted))
    return query if wanted.outcome is None else query.where(developments.c.outcome == wanted.outcome.value)


def _found(wanted: Wanted) -> ColumnElement[bool]:
    """The condition that polls found a finding, it counts, and it is about the company and from the source."""
    here = live(Origin.WATCH)
    if wanted.company is not None:
        here = and_(here, findings.c.entity == wanted.company)
    if wanted.source is not None:
        here = and_(here, findings.c.source == wanted.source)
    # The id and not the row: an index holds all that is asked.
    return exists(select(findings.c.id).where(findings.c.development_id == developments.c.id, here))


def _beyond(spot: Spot, *, after: bool) -> ColumnElement[bool]:
    """The condition that a case stands behind a spot, or before it."""
    severity, seen_at, id_ = developments.c.severity, developments.c.first_seen_at, developments.c.id
    level, at_once = severity == spot.severity, seen_at == spot.first_seen_at
    # The first part follows from the second; an index can begin at it.
    if after:
        older = or_(seen_at < spot.first_seen_at, and_(at_once, id_ < spot.id))
        return and_(severity >= spot.severity, or_(severity > spot.severity, and_(level, older)))
    newer = or_(seen_at > spot.first_seen_at, and_(at_once, id_ > spot.id))
    return and_(severity <= spot.severity, or_(severity < spot.severity, and_(level, newer)))


def _in_state(state: CaseState, today: date) -> ColumnElement[bool]:
    decided = and_(standings.c.action.is_not(None), standings.c.state_version >= developments.c.state_version)
    joined = standings.c.action == Action.SAME_AS.value
    snoozed = and_(decided, standings.c.action == Action.SNOOZE.value)
    if state is CaseState.SNOOZED:
        return and_(snoozed, standings.c.until > today)
    if state is CaseState.DONE:
        return or_(joined, and_(decided, standings.c.action != Action.SNOOZE.value))
    undecided = or_(standings.c.action.is_(None), standings.c.state_version < developments.c.state_version)
    back = and_(snoozed, standings.c.until <= today)
    return or_(and_(undecided, func.coalesce(standings.c.action, "") != Action.SAME_AS.value), back)
