"""The outbox: frozen messages, the doubts that attempts without an answer leave, and how many there are of each.

A message is `held` or `ready`, then `sending` under a lease (`store/leases.py`), then `accepted`, `deferred`, `refused`
or `in_doubt`; it may end as `suppressed`, `cancelled` or `expired` as well, and what was accepted may be `bounced`
later. Doubts and next tries are in real time.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, LargeBinary, and_, exists, func, insert, select, update

from claimwatch.models import Subscriber
from claimwatch.store.leases import SENDABLE, Doubt
from claimwatch.store.tables import attempts, editions, messages

HEAD_BYTES = 8000  # headers end before this


@dataclass(frozen=True, slots=True)
class Frozen:
    """A composed message: for whom, its Message-ID, its bytes."""

    subscriber: Subscriber
    message_id: str
    mime: bytes


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
    if subscriber.id in written_to(connection, edition_id, [subscriber.id]):
        return None
    (id_,) = save_messages(connection, edition_id, [Frozen(subscriber, message_id, mime)], created_at, expires_at)
    return id_


def save_messages(
    connection: Connection, edition_id: int, frozen: Sequence[Frozen], created_at: datetime, expires_at: datetime
) -> list[int]:
    """Freeze messages to subscribers who have none of this edition yet; returns their ids in the same order."""
    rows = [
        {
            "edition_id": edition_id,
            "subscriber_id": one.subscriber.id,
            "recipient": one.subscriber.address,
            "message_id": one.message_id,
            "mime": one.mime,
            "sha256": hashlib.sha256(one.mime).hexdigest(),
            "state": "ready",
            "tries": 0,
            "created_at": created_at,
            "expires_at": expires_at,
        }
        for one in frozen
    ]
    return list(connection.execute(_SAVE, rows).scalars()) if rows else []


def written_to(connection: Connection, edition_id: int, subscriber_ids: Sequence[int]) -> set[int]:
    """Those of some subscribers who have a message of an edition."""
    of_them = and_(messages.c.edition_id == edition_id, messages.c.subscriber_id.in_(subscriber_ids))
    return set(connection.execute(select(messages.c.subscriber_id).where(of_them)).scalars())


def replace_message(connection: Connection, id_: int, mime: bytes) -> None:
    """Freeze other bytes for a message that has not left."""
    values = {"mime": mime, "sha256": hashlib.sha256(mime).hexdigest()}
    connection.execute(update(messages).where(messages.c.id == id_).values(**values))


def note_cut_off(
    connection: Connection, real: float, is_dead: Callable[[str], bool], wait_s: Callable[[str], float]
) -> int:
    """Put what was cut off in mid-attempt in doubt: its lease ran out, or its owner is dead; returns how many.

    `wait_s` gives for a series how long such a message waits for evidence before it may be sent again.
    """
    columns = (messages.c.id, messages.c.lease_owner, messages.c.lease_until, messages.c.tries)
    query = select(*columns, editions.c.series).join(editions, editions.c.id == messages.c.edition_id)
    count = 0
    sending = query.where(messages.c.state == "sending").with_for_update(skip_locked=True, of=messages)
    for row in connection.execute(sending).all():  # whoever has a row locked is settling it
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


def doubts_with(connection: Connection, header: str) -> set[int]:
    """The ids of messages in doubt for the first time whose bytes bear a header with their Message-ID."""
    earlier = exists().where(
        attempts.c.message_id == messages.c.id,
        attempts.c.number < messages.c.tries,
        attempts.c.result.in_(("in_doubt", "not taken")),
    )
    head = func.substr(messages.c.mime, 1, HEAD_BYTES, type_=LargeBinary)
    query = select(messages.c.id, messages.c.message_id, head).where(messages.c.state == "in_doubt", ~earlier)
    return {id_ for id_, own, start in connection.execute(query) if f"\r\n{header}: {own}\r\n".encode() in start}


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
    return connection.execute(query.where(left, SENDABLE), {"now": now}).scalar_one()


def count_possible_duplicates(connection: Connection) -> int:
    """Messages that were sent again although nobody knew what had become of the attempt before."""
    query = select(func.count()).select_from(messages).where(messages.c.possible_duplicate.is_(True))
    return connection.execute(query).scalar_one()


# Made once: many readers get an edition.
_SAVE = insert(messages).returning(messages.c.id, sort_by_parameter_order=True)
