"""The outbox: frozen messages and the attempts to send them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from claimwatch.models import Subscriber
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import attempts, messages, subscribers


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process may send now. `doubtful` says that an earlier attempt ended without an answer."""

    id: int
    recipient: str
    message_id: str
    mime: bytes
    attempt: int
    doubtful: bool


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
    return inserted_id(
        connection.execute(
            insert(messages).values(
                edition_id=edition_id,
                subscriber_id=subscriber.id,
                recipient=subscriber.address,
                message_id=message_id,
                mime=mime,
                sha256=hashlib.sha256(mime).hexdigest(),
                state="ready",
                tries=0,
                created_at=created_at,
                expires_at=expires_at,
            )
        )
    )


def claim_message(connection: Connection, owner: str, now: datetime, real: float, lease_s: float) -> Claimed | None:
    """Lease the next message that is due and open an attempt; None when none is due. `real` is real time in seconds.

    A message found in state `sending` whose lease has run out was cut off in mid-attempt: nobody knows whether it left.
    """
    due = and_(
        or_(
            messages.c.state == "ready",
            and_(messages.c.state.in_(["deferred", "in_doubt"]), messages.c.next_try_at <= real),
            and_(messages.c.state == "sending", messages.c.lease_until < real),
        ),
        messages.c.expires_at > now,
        # Whoever left while an attempt was cut off must not be sent it again.
        messages.c.subscriber_id.in_(select(subscribers.c.id).where(subscribers.c.active.is_(True))),
    )
    found = connection.execute(
        select(messages).where(due).order_by(messages.c.id).limit(1).with_for_update(skip_locked=True)
    ).first()
    if found is None:
        return None
    row = found._mapping
    number = row["tries"] + 1
    connection.execute(
        update(messages)
        .where(messages.c.id == row["id"])
        .values(state="sending", lease_owner=owner, lease_until=real + lease_s, tries=number)
    )
    connection.execute(insert(attempts).values(message_id=row["id"], number=number, started_at=now))
    return Claimed(
        row["id"], row["recipient"], row["message_id"], row["mime"], number, row["state"] in ("sending", "in_doubt")
    )


def settle_message(
    connection: Connection,
    claimed: Claimed,
    owner: str,
    *,
    state: str,
    text: str,
    now: datetime,
    next_try_at: float | None = None,
) -> bool:
    """Close the attempt: `accepted`, `deferred`, `refused`, or `in_doubt` where the whole message was on its way and no
    answer came. False when another process took the message over."""
    mine = and_(messages.c.id == claimed.id, messages.c.lease_owner == owner, messages.c.tries == claimed.attempt)
    changed = connection.execute(
        update(messages)
        .where(mine)
        .values(
            state=state,
            lease_owner=None,
            lease_until=None,
            next_try_at=next_try_at,
            reason=text,
            accepted_at=now if state == "accepted" else None,
        )
    )
    connection.execute(
        update(attempts)
        .where(and_(attempts.c.message_id == claimed.id, attempts.c.number == claimed.attempt))
        .values(ended_at=now, result=state, text=text)
    )
    return changed.rowcount == 1


def expire_messages(connection: Connection, now: datetime, real: float) -> int:
    """Give up what is too old to send, what was cut off in mid-attempt included; returns how many.

    `real` is real time in seconds: a message whose lease still holds is being sent and is left alone.
    """
    waiting = or_(
        messages.c.state.in_(["ready", "deferred", "in_doubt"]),
        and_(messages.c.state == "sending", messages.c.lease_until < real),
    )
    late = and_(waiting, messages.c.expires_at <= now)
    return connection.execute(update(messages).where(late).values(state="expired", reason="too old to send")).rowcount


def count_messages(connection: Connection) -> dict[str, int]:
    """Messages by state."""
    rows = connection.execute(select(messages.c.state, func.count()).group_by(messages.c.state))
    return {row[0]: row[1] for row in rows}
