"""Leases: which message may be sent next and by whom, and how the attempt ended; in real time.

Several messages are leased, and several attempts settled, by one statement each: these run for each mail that leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, insert, or_, select, update

from claimwatch.store.suppressions import suppressed_among
from claimwatch.store.tables import Utc, attempts, editions, messages, rests, subscribers, subscriptions

URGENT = "urgent"
HASTE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process may send now. `attempt` is the generation of its lease; `doubtful` says that an
    earlier attempt ended without an answer and nothing could be proved: it may be sent twice."""

    id: int
    series: str
    recipient: str
    message_id: str
    mime: bytes
    attempt: int
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an attempt ended: the new `state`, what was said, at which step; the times are real."""

    state: str
    text: str
    next_try_at: float | None = None
    doubted_at: float | None = None
    phase: str | None = None
    code: int | None = None
    enhanced: str | None = None
    queue_id: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message of which nobody knows whether it was taken. Its last attempt began at `tried_at` and was given up, or
    found to be cut off, at `doubted_at`, both in real time."""

    id: int
    series: str
    recipient: str
    message_id: str
    attempt: int
    tried_at: float
    doubted_at: float


def find_due(
    connection: Connection,
    now: datetime,
    real: float,
    most: int,
    doubts_until: float | None = None,
    *,
    plain: bool = False,
) -> list[int]:
    """The ids of the next messages that may be sent, `most` at most, their rows locked for this transaction.

    Alerts come before all else, then what is tried again. On the way, what is due to somebody who is suppressed becomes
    `suppressed`. Doubts are due only up to `doubts_until` (default `real`): later ones have not been held against the
    evidence yet. `plain` looks only at what was never tried, which is right while `is_plain` says so.
    """
    given = {"now": now, "real": real, "doubts_until": real if doubts_until is None else doubts_until}
    alerts = [] if plain else connection.execute(_ALERTS, {"since": now - HASTE}).scalars().all()
    found: list[int] = []
    for of_alerts in (True, False) if alerts else (False,):
        for line in _LINES[-1:] if plain else _LINES:
            query = line.where(messages.c.edition_id.in_(alerts)) if of_alerts else line
            again = True
            while again and len(found) < most:
                rows = connection.execute(query, given | {"most": most}).all()
                held = suppressed_among(connection, [row.recipient for row in rows], now) if rows else set()
                again = bool(held)
                out = [row.id for row in rows if row.recipient in held]
                if out:
                    values = {"state": "suppressed", "reason": "the address is suppressed"}
                    connection.execute(update(messages).where(messages.c.id.in_(out)).values(**values))
                left = [row.id for row in rows if row.id not in out and row.id not in found]
                found += left[: most - len(found)]
    return found


def is_plain(connection: Connection, now: datetime, real: float, within_s: float) -> bool:
    """Whether for so long nothing goes before the messages that were never tried: no alert, and nothing that is to be
    tried again."""
    again = and_(messages.c.state.in_(("deferred", "in_doubt")), messages.c.next_try_at <= real + within_s)
    alert = and_(messages.c.state == "ready", messages.c.edition_id.in_(_ALERTS))
    first = select(messages.c.id).where(or_(again, alert)).limit(1)
    return connection.execute(first, {"since": now - HASTE}).first() is None


def next_due_at(connection: Connection, now: datetime, real: float, within_s: float) -> float | None:
    """When the next deferred message becomes due, in real time; None when that is more than `within_s` away."""
    soon = and_(messages.c.state == "deferred", messages.c.next_try_at <= real + within_s, SENDABLE)
    return connection.execute(select(func.min(messages.c.next_try_at)).where(soon), {"now": now}).scalar()


def lease_messages(
    connection: Connection, ids: Sequence[int], owner: str, now: datetime, real: float, lease_s: float
) -> list[Claimed]:
    """Lease messages that `find_due` gave in this transaction, and open an attempt of each; in the same order."""
    if not ids:
        return []
    rows = {row.id: row for row in connection.execute(_CLAIMED, {"ids": list(ids)})}
    lease = {"state": "sending", "lease_owner": owner, "lease_until": real + lease_s, "tried_at": real}
    claimed, leases = [], []
    for id_ in ids:
        row = rows[id_]
        number, doubtful = row.tries + 1, row.state == "in_doubt"
        twice = row.possible_duplicate or doubtful
        leases.append({"id_": id_, "tries": number, "possible_duplicate": twice} | lease)
        claimed.append(Claimed(id_, row.series, row.recipient, row.message_id, row.mime, number, doubtful))
    connection.execute(_LEASE, leases)
    opened = [{"message_id": one.id, "number": one.attempt, "started_at": now} for one in claimed]
    connection.execute(insert(attempts), opened)
    return claimed


def settle_messages(
    connection: Connection, settled: Sequence[tuple[Claimed, Settlement]], owner: str, now: datetime
) -> None:
    """Close attempts. Where the lease passed to another the message stays as it is, but what was seen is kept.

    Put in doubt meanwhile, but not yet sent again, it is settled after all: who was there knows.
    """
    if not settled:
        return
    closed = [_settled(claimed.id, claimed.attempt, how, now) | {"owner": owner} for claimed, how in settled]
    connection.execute(_SETTLE_MINE, closed)
    ended = [
        {
            "id_": claimed.id,
            "attempt": claimed.attempt,
            "ended_at": now,
            "result": how.state,
            "phase": how.phase,
            "code": how.code,
            "enhanced": how.enhanced,
            "queue_id": how.queue_id,
            "text": how.text,
        }
        for claimed, how in settled
    ]
    connection.execute(_END_ATTEMPT, ended)


def settle_doubt(connection: Connection, doubt: Doubt, how: Settlement, now: datetime) -> bool:
    """Settle a doubt by evidence, as `accepted` or `ready`. False when somebody else was faster."""
    if connection.execute(_SETTLE_DOUBT, _settled(doubt.id, doubt.attempt, how, now)).rowcount != 1:
        return False
    attempt = and_(attempts.c.message_id == doubt.id, attempts.c.number == doubt.attempt)
    result = "accepted" if how.state == "accepted" else "not taken"
    values = {"result": result, "queue_id": how.queue_id, "text": how.text}
    connection.execute(update(attempts).where(attempt).values(**values))
    return True


def _settled(id_: int, attempt: int, how: Settlement, now: datetime) -> dict[str, object]:
    return {
        "id_": id_,
        "attempt": attempt,
        "state": how.state,
        "lease_owner": None,
        "lease_until": None,
        "next_try_at": how.next_try_at,
        "doubted_at": how.doubted_at,
        "reason": how.text,
        "accepted_at": now if how.state == "accepted" else None,
    }


def _is_sendable() -> ColumnElement[bool]:
    """Not too old, and to a reader who has neither left nor ended the series since, and whose mail does not rest."""
    now = bindparam("now", type_=Utc())
    ended = exists().where(
        subscriptions.c.subscriber_id == messages.c.subscriber_id,
        subscriptions.c.series == editions.c.series,
        editions.c.id == messages.c.edition_id,
        subscriptions.c.ended_at.is_not(None),
    )
    there = exists().where(subscribers.c.id == messages.c.subscriber_id, subscribers.c.active.is_(True))
    resting = exists().where(rests.c.subscriber_id == messages.c.subscriber_id, rests.c.until > now)
    return and_(messages.c.expires_at > now, there, ~ended, ~resting)


def _line(due: ColumnElement[bool], *order: ColumnElement[Any]) -> Select[tuple[int, str]]:
    query = select(messages.c.id, messages.c.recipient).where(due, SENDABLE).order_by(*order).limit(bindparam("most"))
    return query.with_for_update(skip_locked=True, of=messages)


# Made once: putting a statement together takes longer than running it.
SENDABLE = _is_sendable()
# One query for each state, each answered from an index: together they would sort the whole outbox every time.
_LINES = (
    _line(
        and_(messages.c.state == "in_doubt", messages.c.next_try_at <= bindparam("doubts_until")),
        messages.c.next_try_at,
    ),
    _line(and_(messages.c.state == "deferred", messages.c.next_try_at <= bindparam("real")), messages.c.next_try_at),
    # By edition, as its index has them: in the order of their ids alone they would be sorted, all of them each time.
    _line(messages.c.state == "ready", messages.c.edition_id, messages.c.id),
)
# An alert that is older has lost its haste, and has most likely expired.
_ALERTS = select(editions.c.id).where(editions.c.series == URGENT, editions.c.frozen_at > bindparam("since"))
_OF_IT = (messages.c.recipient, messages.c.message_id, messages.c.mime, messages.c.tries, messages.c.state)
_CLAIMED = (
    select(messages.c.id, editions.c.series, *_OF_IT, messages.c.possible_duplicate)
    .join(editions, editions.c.id == messages.c.edition_id)
    .where(messages.c.id.in_(bindparam("ids", expanding=True)))
)
_LEASE = update(messages).where(messages.c.id == bindparam("id_"))
_SETTLE = update(messages).where(messages.c.id == bindparam("id_"), messages.c.tries == bindparam("attempt"))
_MINE = and_(messages.c.lease_owner == bindparam("owner"), messages.c.state == "sending")
_SETTLE_MINE = _SETTLE.where(or_(_MINE, messages.c.state == "in_doubt"))
_SETTLE_DOUBT = _SETTLE.where(messages.c.state == "in_doubt")
_END_ATTEMPT = update(attempts).where(
    attempts.c.message_id == bindparam("id_"), attempts.c.number == bindparam("attempt")
)
