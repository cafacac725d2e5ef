"""The ledger: what each subscriber has been told, by development and state version (law 5)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from claimwatch.store.tables import ledger


def told(connection: Connection, subscriber_id: int) -> set[tuple[int, int]]:
    """What a subscriber has been told: (development id, state version)."""
    rows = connection.execute(
        select(ledger.c.development_id, ledger.c.state_version).where(ledger.c.subscriber_id == subscriber_id)
    )
    return {(development, version) for development, version in rows}


def note_told(
    connection: Connection, subscriber_id: int, what: Iterable[tuple[int, int]], message_id: int | None, at: datetime
) -> None:
    """Write the ledger. What is there already stays as it is."""
    known = told(connection, subscriber_id)
    for development_id, state_version in what:
        if (development_id, state_version) not in known:
            connection.execute(
                insert(ledger).values(
                    subscriber_id=subscriber_id,
                    development_id=development_id,
                    state_version=state_version,
                    message_id=message_id,
                    at=at,
                )
            )
