"""What may be forgotten: bytes that nothing rests on, old reads, bytes of mails, people who left.

What a publication, an entry or a validator was read from is always kept, and so is the newest good answer of each
address, since a later "not modified" stands for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, union, update

from claimwatch.store import chain
from claimwatch.store.tables import attempts, capture_chain, captures, messages, metadata, reads, subscribers

ERASED = "erased-"  # how the address of somebody begins of whom nothing is kept
WAITING = ("held", "ready", "sending", "deferred", "in_doubt")
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bodies that may go: their sha256, each with the captures that had it, and their size together."""

    captures: dict[str, list[int]]
    size: int


def cited_captures() -> Select[tuple[int]]:
    """The ids of captures that a row of any table points to, and of the newest good one of each address."""
    pointing = [
        select(column.label("id")).where(column.is_not(None))
        for table in metadata.tables.values()
        for column in table.columns
        if any(key.column.table is captures for key in column.foreign_keys)
    ]
    newest = select(func.max(captures.c.id).label("id")).where(captures.c.good, captures.c.sha256.is_not(None))
    everything = union(*pointing, newest.group_by(captures.c.url)).subquery()
    return select(everything.c.id)


def uncited_bytes(connection: Connection, before: datetime) -> Bytes:
    """Bodies of which all captures are older than `before` and none is cited; those let go earlier are left out."""
    kept = select(captures.c.sha256).where(
        captures.c.sha256.is_not(None), (captures.c.id.in_(cited_captures())) | (captures.c.fetched_at >= before)
    )
    query = (
        select(captures.c.id, captures.c.sha256, captures.c.size)
        .join(capture_chain, capture_chain.c.capture_id == captures.c.id)
        .where(captures.c.sha256.is_not(None), capture_chain.c.let_go_at.is_(None), captures.c.sha256.not_in(kept))
        .order_by(captures.c.id)
    )
    found: dict[str, list[int]] = {}
    sizes: dict[str, int] = {}
    for row in connection.execute(query):
        found.setdefault(row.sha256, []).append(row.id)
        sizes[row.sha256] = row.size or 0
    return Bytes(found, sum(sizes.values()))


def old_reads(connection: Connection, before: datetime) -> tuple[int, ...]:
    """The ids of reads from before a time of which no capture is cited, and no bytes are kept any more."""
    held = (
        select(captures.c.read_id)
        .outerjoin(capture_chain, capture_chain.c.capture_id == captures.c.id)
        .where(
            captures.c.id.in_(cited_captures())
            | capture_chain.c.id.is_(None)
            | (captures.c.sha256.is_not(None) & capture_chain.c.let_go_at.is_(None))
        )
    )
    # The first reads of a source say since when it is read, the last one how it stands.
    ends = union(
        select(func.min(reads.c.id)).group_by(reads.c.source, reads.c.status),
        select(func.max(reads.c.id)).group_by(reads.c.source, reads.c.status),
    )
    query = select(reads.c.id).where(
        reads.c.started_at < before, reads.c.id.not_in(held), reads.c.id.not_in(select(ends.subquery()))
    )
    return tuple(connection.execute(query.order_by(reads.c.id)).scalars())


def forget_reads(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """Delete reads and their captures; the places of these in the chain stay, marked."""
    for begin in range(0, len(ids), _BATCH):
        some = ids[begin : begin + _BATCH]
        theirs = tuple(connection.execute(select(captures.c.id).where(captures.c.read_id.in_(some))).scalars())
        chain.note_let_go(connection, theirs, at)
        connection.execute(delete(captures).where(captures.c.read_id.in_(some)))
        connection.execute(delete(reads).where(reads.c.id.in_(some)))


def old_mail(connection: Connection, before: datetime) -> tuple[int, int]:
    """(messages, bytes) of mails from before a time that are done with and whose bytes are still kept."""
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(func.length(messages.c.mime)), 0)).where(*_old_mail(before))
    ).one()
    return int(row[0]), int(row[1])


def forget_mail(connection: Connection, before: datetime) -> None:
    """Empty those mails, and what servers said about them; their hashes, states and times stay, and the ledger."""
    which = select(messages.c.id).where(*_old_mail(before))
    connection.execute(update(attempts).where(attempts.c.message_id.in_(which)).values(text=None))
    connection.execute(update(messages).where(*_old_mail(before)).values(mime=b""))


def _old_mail(before: datetime) -> tuple[ColumnElement[bool], ...]:
    done = messages.c.state.not_in(WAITING)
    return (done, messages.c.created_at < before, func.length(messages.c.mime) > 0)


def left_before(connection: Connection, before: datetime) -> tuple[int, ...]:
    """The ids of subscribers who left before a time and have not been erased."""
    left = (subscribers.c.active.is_(False), subscribers.c.left_at < before)
    known = subscribers.c.address.not_like(f"{ERASED}%")
    return tuple(connection.execute(select(subscribers.c.id).where(*left, known).order_by(subscribers.c.id)).scalars())
