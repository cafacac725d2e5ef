"""Subscribers: who gets the mail."""

from datetime import datetime

from sqlalchemy import Connection, and_, insert, select, update

from claimwatch.errors import UsageError
from claimwatch.models import Subscriber
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import messages, subscribers


def list_subscribers(connection: Connection, *, active_only: bool = False) -> list[Subscriber]:
    """The subscribers in the order in which they joined."""
    table = subscribers
    query = select(
        table.c.id,
        table.c.address,
        table.c.name,
        table.c.language,
        table.c.timezone,
        table.c.active,
        table.c.joined_at,
    ).order_by(table.c.id)
    if active_only:
        query = query.where(table.c.active.is_(True))
    return [Subscriber(*row) for row in connection.execute(query)]


def add_subscriber(
    connection: Connection, address: str, name: str | None, language: str, timezone: str, joined_at: datetime
) -> Subscriber:
    """Add a subscriber, or take one back who had left. Raises `UsageError` when the address is already active."""
    values = {
        "name": name,
        "language": language,
        "timezone": timezone,
        "active": True,
        "joined_at": joined_at,
        "left_at": None,
    }
    stored = next((s for s in list_subscribers(connection) if s.address == address), None)
    if stored is not None and stored.active:
        raise UsageError(f"{address} is a subscriber already")
    if stored is not None:
        connection.execute(update(subscribers).where(subscribers.c.id == stored.id).values(**values))
        return Subscriber(stored.id, address, name, language, timezone, True, joined_at)
    inserted = inserted_id(connection.execute(insert(subscribers).values(address=address, **values)))
    return Subscriber(inserted, address, name, language, timezone, True, joined_at)


def remove_subscriber(connection: Connection, address: str, left_at: datetime) -> None:
    """Stop mailing an address; what waits for it is cancelled. Raises `UsageError` for an unknown address."""
    stored = next((s for s in list_subscribers(connection, active_only=True) if s.address == address), None)
    if stored is None:
        raise UsageError(f"{address} is not an active subscriber; `claimwatch subscribers list` shows who is")
    connection.execute(update(subscribers).where(subscribers.c.id == stored.id).values(active=False, left_at=left_at))
    waiting = and_(messages.c.subscriber_id == stored.id, messages.c.state.in_(["ready", "deferred", "in_doubt"]))
    connection.execute(update(messages).where(waiting).values(state="cancelled", reason="the subscriber left"))
