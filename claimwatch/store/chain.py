"""The chain over captures: each link is a hash of the link before and of what a capture says of itself.

Whoever later changes the address, the time or the hash of a capture, or takes one away, breaks the chain from there on,
unless they write all later links anew; whoever has noted a link elsewhere (a backup, an evidence bundle) sees that too.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select, text, update

from claimwatch.store.tables import capture_chain, captures

GENESIS = "0" * 64
# Ids are given out before they are committed, so a lower one may appear after a higher one was chained.
_LOOK_BACK = 10_000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many links there are, and the last one."""

    length: int
    link: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: the link's position, the capture, and what is wrong."""

    position: int
    capture_id: int
    why: str


def entry_hash(url: str, sha256: str | None, at: datetime) -> str:
    """The hash of what a capture says of itself; `docs/evidence.md` says how to make it with other means."""
    said = json.dumps([url, sha256, at.astimezone(UTC).isoformat()], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(said.encode("ascii")).hexdigest()


def link_hash(before: str, entry: str) -> str:
    """The hash that ties an entry to the link before it."""
    return hashlib.sha256(f"{before}{entry}".encode("ascii")).hexdigest()


def extend_chain(connection: Connection, *, thoroughly: bool = False) -> int:
    """Chain every capture that is not chained yet; returns how many. `thoroughly` looks for stray old ones as well.

    To be called in a transaction of its own: on PostgreSQL it holds a lock that lets one process chain at a time.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE capture_chain IN SHARE ROW EXCLUSIVE MODE"))
    highest = connection.execute(select(func.max(capture_chain.c.capture_id))).scalar()
    look_back = _LOOK_BACK if connection.dialect.name == "postgresql" else 0  # SQLite's writers come one by one
    floor = 0 if thoroughly or highest is None else highest - look_back
    chained = capture_chain.alias()
    query = (
        select(captures.c.id, captures.c.url, captures.c.sha256, captures.c.fetched_at)
        .outerjoin(chained, chained.c.capture_id == captures.c.id)
        .where(captures.c.id > floor, chained.c.id.is_(None))
        .order_by(captures.c.id)
    )
    link = _last_link(connection)
    rows = []
    for row in connection.execute(query):
        entry = entry_hash(row.url, row.sha256, row.fetched_at)
        link = link_hash(link, entry)
        rows.append({"capture_id": row.id, "entry": entry, "link": link})
    for begin in range(0, len(rows), _BATCH):
        connection.execute(insert(capture_chain), rows[begin : begin + _BATCH])
    return len(rows)


def head(connection: Connection) -> Head:
    """The end of the chain."""
    length = connection.execute(select(func.count()).select_from(capture_chain)).scalar_one()
    return Head(length, _last_link(connection))


def _last_link(connection: Connection) -> str:
    last = select(capture_chain.c.link).order_by(capture_chain.c.id.desc()).limit(1)
    return connection.execute(last).scalar() or GENESIS


def link_of(connection: Connection, capture_id: int) -> tuple[int, str, str] | None:
    """Position, entry and link of a capture, or None where it is not chained yet."""
    where = capture_chain.c.capture_id == capture_id
    row = connection.execute(
        select(capture_chain.c.id, capture_chain.c.entry, capture_chain.c.link).where(where)
    ).first()
    return None if row is None else (row.id, row.entry, row.link)


def find_breaks(connection: Connection, most: int = 5) -> list[Break]:
    """Where the chain or the captures were changed afterwards, from the beginning on; at most so many."""
    breaks: list[Break] = []
    query = (
        select(capture_chain, captures.c.id.label("kept"), captures.c.url, captures.c.sha256, captures.c.fetched_at)
        .outerjoin(captures, captures.c.id == capture_chain.c.capture_id)
        .order_by(capture_chain.c.id)
    )
    link = GENESIS
    for row in connection.execute(query):
        why = None
        if row.link != link_hash(link, row.entry):
            why = "the link does not follow from the one before: a link was changed, added or taken away"
        elif row.kept is None and row.let_go_at is None:
            why = "the capture is gone, and retention did not let it go"
        elif row.kept is not None and row.entry != entry_hash(row.url, row.sha256, row.fetched_at):
            why = "the capture says something else than when it was chained"
        if why is not None:
            breaks.append(Break(row.id, row.capture_id, why))
            if len(breaks) == most:
                break
        link = row.link
    return breaks


def note_let_go(connection: Connection, capture_ids: Sequence[int], at: datetime) -> None:
    """Note that retention let the bytes of these captures go; what was noted before stays."""
    for begin in range(0, len(capture_ids), _BATCH):
        which = capture_chain.c.capture_id.in_(capture_ids[begin : begin + _BATCH])
        unnoted = capture_chain.c.let_go_at.is_(None)
        connection.execute(update(capture_chain).where(which, unnoted).values(let_go_at=at))


def take_back(connection: Connection, capture_ids: Sequence[int]) -> None:
    """Note that the bytes of these captures were not let go after all."""
    for begin in range(0, len(capture_ids), _BATCH):
        which = capture_chain.c.capture_id.in_(capture_ids[begin : begin + _BATCH])
        connection.execute(update(capture_chain).where(which).values(let_go_at=None))


def kept_hashes(connection: Connection) -> list[str]:
    """The sha256 of all bytes that must be kept: of every capture but those that retention let go."""
    query = (
        select(captures.c.sha256)
        .outerjoin(capture_chain, capture_chain.c.capture_id == captures.c.id)
        .where(captures.c.sha256.is_not(None), capture_chain.c.let_go_at.is_(None))
        .distinct()
    )
    return sorted(connection.execute(query).scalars())
