"""The outbox: frozen messages, the attempts to send them, and the doubts that attempts without an answer leave.

A message is `held` or `ready`, then `sending` under a lease, then `accepted`, `deferred`, `refused` or `in_doubt`;
it may end as `suppressed`, `cancelled` or `expired` as well, and what was accepted may be `bounced` later. Leases,
doubts and next tries are in real time.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, insert, or_, select, update

from claimwatch.models import Subscriber
from claimwatch.store.rows import inserted_id
from claimwatch.store.suppressions import is_suppressed
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


def save_message(
    connection: Connection,
    *,
    edition_id: int,
    subscriber: Subscriber,
    message_id: str,
    mime: bytes,
    created_at: datetime,
    expires_at: datetime,
) -> int | None:
    """Freeze a message; returns its id, or None when this subscriber has one of this edition already."""
    there = and_(messages.c.edition_id == edition_id, messages.c.subscriber_id == subscriber.id)
    if connection.execute(select(messages.c.id).where(there)).first() is not None:
        return None
    values = {
        "edition_id": edition_id,
        "subscriber_id": subscriber.id,
        "recipient": subscriber.address,
        "message_id": message_id,
        "mime": mime,
        "sha256": hashlib.sha256(mime).hexdigest(),
        "state": "ready",
        "tries": 0,
        "created_at": created_at,
        "expires_at": expires_at,
    }
    return inserted_id(connection.execute(insert(messages), values))


def replace_message(connection: Connection, id_: int, mime: bytes) -> None:
    """Freeze other bytes for a message that has not left."""
    values = {"mime": mime, "sha256": hashlib.sha256(mime).hexdigest()}
    connection.execute(update(messages).where(messages.c.id == id_).values(**values))


def find_due(connection: Connection, now: datetime, real: float, doubts_until: float | None = None) -> int | None:
    """The id of the next message that may be sent, the first of `find_all_due`; None when none is due."""
    return next(iter(find_all_due(connection, now, real, 1, doubts_until)), None)


def find_all_due(
    connection: Connection, now: datetime, real: float, most: int, doubts_until: float | None = None
) -> list[int]:
    """The ids of the next messages that may be sent, `most` at most, their rows locked for this transaction.

    Alerts come before all else. On the way, what is due to somebody who is suppressed becomes `suppressed`. Doubts are
    due only up to `doubts_until` (default `real`): later ones have not been held against the evidence yet.
    """
    doubts_until = real if doubts_until is None else doubts_until
    given = {"now": now, "real": real, "doubts_until": doubts_until}
    alerts = connection.execute(_ALERTS, {"since": now - HASTE}).scalars().all()
    found: list[int] = []
    for of_alerts in (True, False) if alerts else (False,):
        for line in _LINES:
            query = line.where(messages.c.edition_id.in_(alerts)) if of_alerts else line
            again = True
            while again and len(found) < most:
                again = False
                for id_, recipient in connection.execute(query, given | {"most": most}).all():
                    if is_suppressed(connection, recipient, now):
                        values = {"state": "suppressed", "reason": "the address is suppressed"}
                        connection.execute(update(messages).where(messages.c.id == id_).values(**values))
                        again = True
                    elif id_ not in found and len(found) < most:
                        found.append(id_)
    return found


def next_due_at(connection: Connection, now: datetime, real: float, within_s: float) -> float | None:
    """When the next deferred message becomes due, in real time; None when that is more than `within_s` away."""
    soon = and_(messages.c.state == "deferred", messages.c.next_try_at <= real + within_s, _SENDABLE)
    return connection.execute(select(func.min(messages.c.next_try_at)).where(soon), {"now": now}).scalar()


def lease_message(connection: Connection, id_: int, owner: str, now: datetime, real: float, lease_s: float) -> Claimed:
    """Lease a message that `find_due` gave in this transaction, and open an attempt."""
    row = connection.execute(_CLAIMED, {"id_": id_}).one()._mapping
    number, doubtful = row["tries"] + 1, row["state"] == "in_doubt"
    values = {
        "id_": id_,
        "state": "sending",
        "lease_owner": owner,
        "lease_until": real + lease_s,
        "tried_at": real,
        "tries": number,
        "possible_duplicate": row["possible_duplicate"] or doubtful,
    }
    connection.execute(_LEASE, values)
    connection.execute(insert(attempts), {"message_id": id_, "number": number, "started_at": now})
    return Claimed(id_, row["series"], row["recipient"], row["message_id"], row["mime"], number, doubtful)


def settle_message(connection: Connection, claimed: Claimed, owner: str, how: Settlement, now: datetime) -> bool:
    """Close the attempt. False when the lease passed to another: the message stays as it is, but what was seen is kept.

    Put in doubt meanwhile, but not yet sent again, it is settled after all: who was there knows.
    """
    changed = connection.execute(_SETTLE_MINE, _settled(claimed.id, claimed.attempt, how, now) | {"owner": owner})
    values = {
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
    connection.execute(_END_ATTEMPT, values)
    return changed.rowcount == 1


def settle_doubt(connection: Connection, doubt: Doubt, how: Settlement, now: datetime) -> bool:
    """Settle a doubt by evidence, as `accepted` or `ready`. False when somebody else was faster."""
    if connection.execute(_SETTLE_DOUBT, _settled(doubt.id, doubt.attempt, how, now)).rowcount != 1:
        return False
    attempt = and_(attempts.c.message_id == doubt.id, attempts.c.number == doubt.attempt)
    result = "accepted" if how.state == "accepted" else "not taken"
    values = {"result": result, "queue_id": how.queue_id, "text": how.text}
    connection.execute(update(attempts).where(attempt).values(**values))
    return True


def note_cut_off(
    connection: Connection, real: float, is_dead: Callable[[str], bool], wait_s: Callable[[str], float]
) -> int:
    """Put what was cut off in mid-attempt in doubt: its lease ran out, or its owner is dead; returns how many.

    `wait_s` gives for a series how long such a message waits for evidence before it may be sent again.
    """
    columns = (messages.c.id, messages.c.lease_owner, messages.c.lease_until, messages.c.tries)
    query = select(*columns, editions.c.series).join(editions, editions.c.id == messages.c.edition_id)
    count = 0
    for row in connection.execute(query.where(messages.c.state == "sending").with_for_update(of=messages)).all():
        if row.lease_until >= real and not is_dead(row.lease_owner):
            continue
        text = "cut off in mid-attempt; nobody knows whether it was taken"
        values = {"state": "in_doubt", "reason": text, "doubted_at": real, "next_try_at": real + wait_s(row.series)}
        mine = and_(messages.c.id == row.id, messages.c.tries == row.tries)
        connection.execute(update(messages).where(mine).values(lease_owner=None, lease_until=None, **values))
        attempt = and_(attempts.c.message_id == row.id, attempts.c.number == row.tries)
        connection.execute(update(attempts).where(attempt).values(result="in_doubt", text=text))
        count += 1
    return count


def list_doubts(connection: Connection) -> list[Doubt]:
    """All messages in doubt, oldest first."""
    columns = (messages.c.recipient, messages.c.message_id, messages.c.tries)
    # A store from before these times were kept knows neither; then the evidence must speak of all times.
    times = (func.coalesce(messages.c.tried_at, 0.0), func.coalesce(messages.c.doubted_at, 0.0))
    query = select(messages.c.id, editions.c.series, *columns, *times)
    query = query.join(editions, editions.c.id == messages.c.edition_id).where(messages.c.state == "in_doubt")
    return [Doubt(*row) for row in connection.execute(query.order_by(messages.c.id))]


def expire_messages(connection: Connection, now: datetime) -> int:
    """Give up what is too old to send; returns how many. What is being sent is left alone."""
    waiting = messages.c.state.in_(["ready", "deferred", "in_doubt"])
    late = and_(waiting, messages.c.expires_at <= now)
    return connection.execute(update(messages).where(late).values(state="expired", reason="too old to send")).rowcount


def count_messages(connection: Connection) -> dict[str, int]:
    """Messages by state."""
    rows = connection.execute(select(messages.c.state, func.count()).group_by(messages.c.state))
    return {row[0]: row[1] for row in rows}


def count_lapsed(connection: Connection, before: float) -> int:
    """Messages that are being sent under a lease that ran out before a time (real)."""
    lapsed = and_(messages.c.state == "sending", messages.c.lease_until < before)
    return connection.execute(select(func.count()).select_from(messages).where(lapsed)).scalar_one()


def count_left_over(connection: Connection, now: datetime, waiting: timedelta) -> int:
    """Messages that nobody has tried to send although they may be sent, and wait for longer than this.

    None while others are being sent: a long queue is no standstill.
    """
    lately = select(attempts.c.id).where(attempts.c.started_at >= now - waiting).limit(1)
    if connection.execute(lately).first() is not None:
        return 0
    query = select(func.count()).select_from(messages).join(editions, editions.c.id == messages.c.edition_id)
    left = and_(messages.c.state == "ready", messages.c.tries == 0, messages.c.created_at < now - waiting)
    return connection.execute(query.where(left, _SENDABLE), {"now": now}).scalar_one()


def count_possible_duplicates(connection: Connection) -> int:
    """Messages that were sent again although nobody knew what had become of the attempt before."""
    query = select(func.count()).select_from(messages).where(messages.c.possible_duplicate.is_(True))
    return connection.execute(query).scalar_one()


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


def _line(due: ColumnElement[bool], order: ColumnElement[Any]) -> Select[tuple[int, str]]:
    query = select(messages.c.id, messages.c.recipient).where(due, _SENDABLE).order_by(order).limit(bindparam("most"))
    return query.with_for_update(skip_locked=True, of=messages)


# These run for each message that leaves. Made once: putting a statement together takes longer than running it.
_SENDABLE = _is_sendable()
# One query for each state, each answered from an index: together they would sort the whole outbox every time.
_LINES = (
    _line(
        and_(messages.c.state == "in_doubt", messages.c.next_try_at <= bindparam("doubts_until")),
        messages.c.next_try_at,
    ),
    _line(and_(messages.c.state == "deferred", messages.c.next_try_at <= bindparam("real")), messages.c.next_try_at),
    _line(messages.c.state == "ready", messages.c.id),
)
# An alert that is older has lost its haste, and has most likely expired.
_ALERTS = select(editions.c.id).where(editions.c.series == URGENT, editions.c.frozen_at > bindparam("since"))
_CLAIMED = (
    select(messages, editions.c.series)
    .join(editions, editions.c.id == messages.c.edition_id)
    .where(messages.c.id == bindparam("id_"))
)
_LEASE = update(messages).where(messages.c.id == bindparam("id_"))
_SETTLE = update(messages).where(messages.c.id == bindparam("id_"), messages.c.tries == bindparam("attempt"))
_MINE = and_(messages.c.lease_owner == bindparam("owner"), messages.c.state == "sending")
_SETTLE_MINE = _SETTLE.where(or_(_MINE, messages.c.state == "in_doubt"))
_SETTLE_DOUBT = _SETTLE.where(messages.c.state == "in_doubt")
_END_ATTEMPT = update(attempts).where(
    attempts.c.message_id == bindparam("id_"), attempts.c.number == bindparam("attempt")
)
