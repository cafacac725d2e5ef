"""What is decided about an edition after it was frozen: held, approved, cancelled, recalled; its messages as a whole.

The decisions are rows that are only ever added: who, when, why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, or_, select, update

from claimwatch.store.tables import edition_events, editions, ledger, messages

WAITING = ("ready", "deferred")  # not on its way: may be held or cancelled without a doubt whether it left
LEFT = ("accepted", "sending", "in_doubt")  # did leave, or may have


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about an edition: `held`, `approved`, `cancelled` or `recalled`."""

    what: str
    who: str
    why: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as the outbox holds it, without its bytes. `message_id` is the header."""

    id: int
    subscriber_id: int
    recipient: str
    message_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Line:
    """An edition in a list: without its mail. `messages` says how many there are in each state."""

    id: int
    series: str
    period: str
    state: str
    frozen_at: datetime
    subject: str
    messages: tuple[tuple[str, int], ...]

    @property
    def waits(self) -> bool:
        """Whether something of it has not left and still may."""
        return self.state == "held" or any(state in WAITING for state, _ in self.messages)


def edition_lines(connection: Connection, limit: int) -> list[Line]:
    """Those that are held, however old, and the newest others up to `limit`, newest first."""
    table = editions
    newest = select(table.c.id).order_by(table.c.id.desc()).limit(limit)
    query = select(table.c.id, table.c.series, table.c.period, table.c.state, table.c.frozen_at, table.c.subject)
    rows = connection.execute(
        query.where(or_(table.c.state == "held", table.c.id.in_(newest))).order_by(table.c.id.desc())
    ).all()
    grouped = select(messages.c.edition_id, messages.c.state, func.count())
    grouped = grouped.where(messages.c.edition_id.in_([row.id for row in rows]))
    counts: dict[int, list[tuple[str, int]]] = {}
    for id_, state, count in connection.execute(grouped.group_by(messages.c.edition_id, messages.c.state)):
        counts.setdefault(id_, []).append((state, count))
    return [
        Line(
            id=row.id,
            series=row.series,
            period=row.period,
            state=row.state,
            frozen_at=row.frozen_at,
            subject=row.subject,
            messages=tuple(counts.get(row.id, ())),
        )
        for row in rows
    ]


def lock(connection: Connection, edition_id: int) -> None:
    """Keep an edition from being decided on by anybody else until the transaction ends."""
    connection.execute(select(editions.c.id).where(editions.c.id == edition_id).with_for_update()).all()


def note_decision(connection: Connection, edition_id: int, what: str, who: str, why: str | None, at: datetime) -> None:
    """Add a decision."""
    connection.execute(insert(edition_events).values(edition_id=edition_id, what=what, who=who, why=why, at=at))


def decisions(connection: Connection, edition_id: int) -> list[Decision]:
    """The decisions about an edition, in order."""
    query = select(edition_events).where(edition_events.c.edition_id == edition_id).order_by(edition_events.c.id)
    return [Decision(row.what, row.who, row.why, row.at) for row in connection.execute(query)]


def set_state(connection: Connection, edition_id: int, state: str) -> None:
    """Say how an edition stands: `frozen`, `held` or `cancelled`."""
    connection.execute(update(editions).where(editions.c.id == edition_id).values(state=state))


def move_messages(
    connection: Connection,
    edition_id: int,
    before: Sequence[str],
    after: str,
    reason: str | None,
    *,
    expires_at: datetime | None = None,
    of_message: int | None = None,
) -> int:
    """Bring the messages of an edition (or one of them) from one of some states into another; returns how many."""
    values: dict[str, object] = {"state": after, "reason": reason}
    if expires_at is not None:
        values["expires_at"] = expires_at
    there = update(messages).where(messages.c.edition_id == edition_id, messages.c.state.in_(before))
    if of_message is not None:
        there = there.where(messages.c.id == of_message)
    return connection.execute(there.values(**values)).rowcount


def letters(connection: Connection, edition_id: int, development_id: int | None = None) -> list[Letter]:
    """The messages of an edition, or those of them in which a development was told."""
    query = select(
        messages.c.id, messages.c.subscriber_id, messages.c.recipient, messages.c.message_id, messages.c.state
    ).where(messages.c.edition_id == edition_id)
    if development_id is not None:
        told_in = select(ledger.c.message_id).where(ledger.c.development_id == development_id)
        query = query.where(messages.c.id.in_(told_in))
    return [Letter(*row) for row in connection.execute(query.order_by(messages.c.id))]


def letter_counts(connection: Connection, edition_id: int) -> dict[str, int]:
    """How many messages of an edition there are in each state."""
    query = select(messages.c.state, func.count()).where(messages.c.edition_id == edition_id)
    return {row[0]: row[1] for row in connection.execute(query.group_by(messages.c.state))}


def alerts_since(connection: Connection, subscriber_id: int, since: datetime) -> int:
    """How many alerts were frozen for a subscriber from a time on, cancelled ones not counted."""
    query = (
        select(func.count())
        .select_from(messages)
        .join(editions, editions.c.id == messages.c.edition_id)
        .where(
            editions.c.series == "urgent",
            messages.c.subscriber_id == subscriber_id,
            messages.c.created_at >= since,
            messages.c.state != "cancelled",
        )
    )
    return connection.execute(query).scalar_one()


def held_editions(connection: Connection) -> list[tuple[str, str, datetime]]:
    """(series, period, when frozen) of the editions that wait for approval, oldest first."""
    query = select(editions.c.series, editions.c.period, editions.c.frozen_at).where(editions.c.state == "held")
    rows = connection.execute(query.order_by(editions.c.id))
    return [(series, period, frozen_at) for series, period, frozen_at in rows]
