"""Subscribers and their subscriptions: who gets which mail."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from claimwatch.errors import UsageError
from claimwatch.models import Member, Reader, Subscriber, Subscription, Topics
from claimwatch.store.rows import inserted_id
from claimwatch.store.suppressions import suppressed_among
from claimwatch.store.tables import (
    attempts,
    bounces,
    consent_events,
    editions,
    ledger,
    messages,
    probes,
    rests,
    subscribers,
    subscriptions,
)

WEEKLY = (Subscription("weekly"),)
WAITING = ("ready", "held", "deferred", "in_doubt")  # states of messages that may still leave
_PERSON = (
    subscribers.c.id,
    subscribers.c.address,
    subscribers.c.name,
    subscribers.c.language,
    subscribers.c.timezone,
    subscribers.c.active,
    subscribers.c.joined_at,
)
_LIVING = subscribers.c.address.contains("@")  # what is left of an erased subscriber has no address


def list_readers(connection: Connection, series: str, now: datetime | None = None) -> list[Reader]:
    """Whom a series is told to, in the order in which they joined; nobody who is suppressed (at `now`)."""
    query = (
        select(
            *_PERSON,
            subscriptions.c.companies,
            subscriptions.c.sources,
            subscriptions.c.severity,
            subscribers.c.proof_of_life,
        )
        .join(subscriptions, subscriptions.c.subscriber_id == subscribers.c.id)
        .where(subscribers.c.active.is_(True), subscriptions.c.series == series, subscriptions.c.ended_at.is_(None))
        .order_by(subscribers.c.id)
    )
    readers = []
    for row in connection.execute(query):
        *person, companies, sources, severity, proof_of_life = row
        topics = Topics(tuple(companies), tuple(sources), severity)
        readers.append(Reader(Subscriber(*person), series, topics, proof_of_life))
    held = suppressed_among(connection, (reader.subscriber.address for reader in readers), now)
    return [reader for reader in readers if reader.subscriber.address not in held]


def list_subscribers(connection: Connection, *, active_only: bool = False) -> list[Subscriber]:
    """The subscribers in the order in which they joined."""
    query = select(*_PERSON).where(_LIVING).order_by(subscribers.c.id)
    if active_only:
        query = query.where(subscribers.c.active.is_(True))
    return [Subscriber(*row) for row in connection.execute(query)]


def list_members(connection: Connection) -> list[Member]:
    """Everybody with all their subscriptions, in the order in which they joined."""
    held: dict[int, list[Subscription]] = {}
    for row in connection.execute(select(subscriptions).order_by(subscriptions.c.id)).mappings():
        topics = Topics(tuple(row["companies"]), tuple(row["sources"]), row["severity"])
        one = Subscription(row["series"], topics, row["started_at"], row["ended_at"], row["ended_reason"])
        held.setdefault(row["subscriber_id"], []).append(one)
    rows = connection.execute(select(*_PERSON, subscribers.c.proof_of_life).where(_LIVING).order_by(subscribers.c.id))
    return [Member(Subscriber(*row[:-1]), row[-1], tuple(held.get(row[0], ()))) for row in rows]


def find_subscriber(connection: Connection, address: str) -> Subscriber | None:
    """The subscriber of an address, upper and lower case alike, whether active or not."""
    there = func.lower(subscribers.c.address) == address.strip().lower()
    row = connection.execute(select(*_PERSON).where(there).order_by(subscribers.c.id)).first()
    return None if row is None else Subscriber(*row)


def find_member(connection: Connection, subscriber_id: int) -> Member | None:
    """A subscriber by id, with all their subscriptions."""
    row = connection.execute(
        select(*_PERSON, subscribers.c.proof_of_life).where(subscribers.c.id == subscriber_id, _LIVING)
    ).first()
    if row is None:
        return None
    held = []
    theirs = select(subscriptions).where(subscriptions.c.subscriber_id == subscriber_id).order_by(subscriptions.c.id)
    for one in connection.execute(theirs).mappings():
        topics = Topics(tuple(one["companies"]), tuple(one["sources"]), one["severity"])
        held.append(Subscription(one["series"], topics, one["started_at"], one["ended_at"], one["ended_reason"]))
    return Member(Subscriber(*row[:-1]), row[-1], tuple(held))


def add_subscriber(
    connection: Connection,
    address: str,
    name: str | None,
    language: str,
    timezone: str,
    joined_at: datetime,
    *,
    wanted: Iterable[Subscription] = WEEKLY,
    proof_of_life: bool = True,
) -> Subscriber:
    """Add a subscriber, or take one back who had left. Raises `UsageError` when the address is already active."""
    values = {
        "name": name,
        "language": language,
        "timezone": timezone,
        "proof_of_life": proof_of_life,
        "active": True,
        "joined_at": joined_at,
        "left_at": None,
    }
    stored = find_subscriber(connection, address)
    if stored is not None and stored.active:
        raise UsageError(f"{stored.address} is a subscriber already")
    if stored is not None:
        connection.execute(update(subscribers).where(subscribers.c.id == stored.id).values(**values))
        id_, address = stored.id, stored.address
    else:
        id_ = inserted_id(connection.execute(insert(subscribers).values(address=address, **values)))
    set_subscriptions(connection, id_, wanted, joined_at, reason="not asked for again")
    return Subscriber(id_, address, name, language, timezone, True, joined_at)


def change_subscriber(
    connection: Connection, subscriber_id: int, *, language: str, timezone: str, proof_of_life: bool
) -> None:
    """Change how a subscriber is written to."""
    values = {"language": language, "timezone": timezone, "proof_of_life": proof_of_life}
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(**values))


def set_subscriptions(
    connection: Connection, subscriber_id: int, wanted: Iterable[Subscription], at: datetime, *, reason: str
) -> None:
    """Make `wanted` what a subscriber gets: begin and change what is in it, end what is not, for `reason`."""
    asked = {one.series: one for one in wanted}
    member = find_member(connection, subscriber_id)
    known = {one.series: one for one in member.subscriptions} if member else {}
    for series, one in asked.items():
        topics = {
            "companies": list(one.topics.companies),
            "sources": list(one.topics.sources),
            "severity": one.topics.severity,
        }
        there = and_(subscriptions.c.subscriber_id == subscriber_id, subscriptions.c.series == series)
        if series not in known:
            row = {"subscriber_id": subscriber_id, "series": series, "started_at": at, **topics}
            connection.execute(insert(subscriptions).values(**row))
        elif known[series].ended_at is None:
            connection.execute(update(subscriptions).where(there).values(**topics))
        else:
            again = {"started_at": at, "ended_at": None, "ended_reason": None}
            connection.execute(update(subscriptions).where(there).values(**topics, **again))
    for series, one in known.items():
        if series not in asked and one.ended_at is None:
            end_subscription(connection, subscriber_id, series, at, reason)


def end_subscription(connection: Connection, subscriber_id: int, series: str, at: datetime, reason: str) -> bool:
    """End one series; what waits of it is cancelled, and who has none left is no longer active.

    False when it had ended before: nothing changes then.
    """
    lasting = and_(
        subscriptions.c.subscriber_id == subscriber_id,
        subscriptions.c.series == series,
        subscriptions.c.ended_at.is_(None),
    )
    ended = connection.execute(update(subscriptions).where(lasting).values(ended_at=at, ended_reason=reason))
    of_series = select(editions.c.id).where(editions.c.series == series)
    _cancel(connection, and_(messages.c.subscriber_id == subscriber_id, messages.c.edition_id.in_(of_series)))
    left = select(subscriptions.c.id).where(
        subscriptions.c.subscriber_id == subscriber_id, subscriptions.c.ended_at.is_(None)
    )
    if connection.execute(left).first() is None:
        active = and_(subscribers.c.id == subscriber_id, subscribers.c.active.is_(True))
        connection.execute(update(subscribers).where(active).values(active=False, left_at=at))
    return ended.rowcount == 1


def activate(connection: Connection, subscriber_id: int, at: datetime) -> bool:
    """Take back a subscriber who had left and asks for mail again; False for one who had not left."""
    left = and_(subscribers.c.id == subscriber_id, subscribers.c.active.is_(False))
    back = update(subscribers).where(left).values(active=True, joined_at=at, left_at=None)
    return connection.execute(back).rowcount == 1


def remove_subscriber(
    connection: Connection, address: str, left_at: datetime, reason: str = "removed by the operator"
) -> Subscriber:
    """Stop mailing an address; what waits for it is cancelled. Raises `UsageError` for an unknown address."""
    stored = find_subscriber(connection, address)
    if stored is None or not stored.active:
        raise UsageError(f"{address} is not an active subscriber; `claimwatch subscribers list` shows who is")
    set_subscriptions(connection, stored.id, (), left_at, reason=reason)
    connection.execute(update(subscribers).where(subscribers.c.id == stored.id).values(active=False, left_at=left_at))
    _cancel(connection, messages.c.subscriber_id == stored.id)
    return stored


def erase_subscriber(connection: Connection, subscriber_id: int, at: datetime) -> None:
    """Delete what is known of a subscriber: address, name, choices, consent, what they were told, bytes of messages.

    The row itself stays without anything personal, so that its number, which is in tokens, is never anybody else's,
    and so do the empty rows of messages, so that an edition's figures still add up.
    """
    _cancel(connection, messages.c.subscriber_id == subscriber_id)
    theirs = select(messages.c.id).where(messages.c.subscriber_id == subscriber_id)
    connection.execute(update(attempts).where(attempts.c.message_id.in_(theirs)).values(text=None))
    bare = {"recipient": "", "mime": b"", "sha256": "", "reason": "erased"}
    connection.execute(update(messages).where(messages.c.subscriber_id == subscriber_id).values(**bare))
    for table in (ledger, consent_events, subscriptions, bounces, probes, rests):
        connection.execute(delete(table).where(table.c.subscriber_id == subscriber_id))
    values = {
        "address": f"erased-{subscriber_id}",
        "name": None,
        "language": "en",
        "timezone": "UTC",
        "active": False,
        "left_at": at,
    }
    connection.execute(update(subscribers).where(subscribers.c.id == subscriber_id).values(**values))


def _cancel(connection: Connection, which: ColumnElement[bool]) -> None:
    waiting = and_(which, messages.c.state.in_(WAITING))
    connection.execute(update(messages).where(waiting).values(state="cancelled", reason="the subscriber left"))
