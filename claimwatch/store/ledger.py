"""The ledger: what each subscriber has been told, by development and state version (law 5).

A row counts while its message may still reach the reader. Once the message was given up (cancelled, expired, refused,
suppressed) or has come back, the reader has not been told: the row is released, and the next edition tells what it
stands for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from claimwatch.store.tables import developments, editions, ledger, messages, subscribers

Pair = tuple[int, int]  # a development and a version of its state
GIVEN_UP = ("cancelled", "expired", "refused", "suppressed", "bounced")


@dataclass(frozen=True, slots=True)
class Told:
    """One row. `message_id` is the header of the message that told it, `series` that of its edition; both are None
    for what a subscriber counts as told of without mail. `waits` says that the message is held for approval."""

    development_id: int
    state_version: int
    at: datetime
    message_id: str | None
    series: str | None
    waits: bool
    given_up: bool

    @property
    def pair(self) -> tuple[int, int]:
        """The development and its state version."""
        return self.development_id, self.state_version


def history(connection: Connection, subscriber_id: int) -> list[Told]:
    """All rows of a subscriber, released ones included, by development and state version."""
    return histories(connection, [subscriber_id])[subscriber_id]


def histories(connection: Connection, subscriber_ids: Sequence[int]) -> dict[int, list[Told]]:
    """The same of several subscribers, by their ids."""
    found: dict[int, list[Told]] = {id_: [] for id_ in subscriber_ids}
    for row in connection.execute(_HISTORIES, {"ids": list(subscriber_ids)}):
        told_ = Told(
            row.development_id,
            row.state_version,
            row.at,
            row.message_id,
            row.series,
            row.state == "held",
            row.state in GIVEN_UP,
        )
        found[row.subscriber_id].append(told_)
    return found


def told(connection: Connection, subscriber_id: int) -> set[tuple[int, int]]:
    """What a subscriber has been told, or is about to be: (development id, state version)."""
    return {row.pair for row in history(connection, subscriber_id) if not row.given_up}


def owed(connection: Connection) -> set[tuple[int, int]]:
    """What some active subscriber was to be told in a message that was given up, as far as it is the present state."""
    rows = connection.execute(
        select(ledger.c.development_id, ledger.c.state_version)
        .join(messages, messages.c.id == ledger.c.message_id)
        .join(subscribers, subscribers.c.id == ledger.c.subscriber_id)
        .join(
            developments,
            and_(developments.c.id == ledger.c.development_id, developments.c.state_version == ledger.c.state_version),
        )
        .where(messages.c.state.in_(GIVEN_UP), subscribers.c.active.is_(True))
        .distinct()
    )
    return {(development, version) for development, version in rows}


def note_told(
    connection: Connection, subscriber_id: int, what: Iterable[Pair], message_id: int | None, at: datetime
) -> None:
    """Write the ledger. What counts as told already stays as it is; a released row passes to the new message."""
    note_all(connection, [(subscriber_id, tuple(what), message_id)], at)


def note_all(connection: Connection, told_: Sequence[tuple[int, Sequence[Pair], int | None]], at: datetime) -> None:
    """The same for several subscribers: each with what they are told, and the message that tells it."""
    known = {
        (row.subscriber_id, row.development_id, row.state_version): row.state in GIVEN_UP
        for row in connection.execute(_KNOWN, {"ids": [subscriber_id for subscriber_id, _, _ in told_]})
    }
    new: list[dict[str, object]] = []
    passed: list[dict[str, object]] = []
    for subscriber_id, what, message_id in told_:
        for development_id, version in what:
            key = subscriber_id, development_id, version
            values: dict[str, object] = {"message_id": message_id, "at": at}
            if key not in known:
                names = ("subscriber_id", "development_id", "state_version")
                new.append(values | dict(zip(names, key, strict=True)))
            elif known[key]:
                passed.append(values | dict(zip(("whose", "what", "version"), key, strict=True)))
    if new:
        connection.execute(insert(ledger), new)
    if passed:
        connection.execute(_PASS, passed)


def release(connection: Connection, message_id: int, keep: Iterable[tuple[int, int]]) -> None:
    """Let go of what a message that has not left was to tell and does not tell any more: all but `keep`."""
    kept = set(keep)
    of_message = ledger.c.message_id == message_id
    rows = connection.execute(select(ledger.c.development_id, ledger.c.state_version).where(of_message)).all()
    for development_id, state_version in rows:
        if (development_id, state_version) not in kept:
            same = and_(ledger.c.development_id == development_id, ledger.c.state_version == state_version)
            connection.execute(delete(ledger).where(of_message, same))


# Made once: these run for many readers of an edition.
_COLUMNS = (ledger.c.subscriber_id, ledger.c.development_id, ledger.c.state_version)
_THEIRS = ledger.c.subscriber_id.in_(bindparam("ids", expanding=True))
_HISTORIES = (
    select(*_COLUMNS, ledger.c.at, messages.c.message_id, messages.c.state, editions.c.series)
    .outerjoin(messages, messages.c.id == ledger.c.message_id)
    .outerjoin(editions, editions.c.id == messages.c.edition_id)
    .where(_THEIRS)
    .order_by(*_COLUMNS)
)
_KNOWN = select(*_COLUMNS, messages.c.state).outerjoin(messages, messages.c.id == ledger.c.message_id).where(_THEIRS)
_PASS = update(ledger).where(
    ledger.c.subscriber_id == bindparam("whose"),
    ledger.c.development_id == bindparam("what"),
    ledger.c.state_version == bindparam("version"),
)
