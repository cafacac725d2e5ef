"""What stored items were read from: their newest revisions, the captures behind them, the parser that read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, func, select, update

from claimwatch.models import Origin, ReadStatus
from claimwatch.store.documents import Stored
from claimwatch.store.tables import (
    captures,
    entries,
    entry_revisions,
    publication_revisions,
    publications,
    reads,
)

PUBLICATION, ENTRY = "publication", "entry"
_MANY = 500  # ids a statement


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest revision of a publication or entry. `previous_id` is the revision before it, for an entry.

    `list_name` is None for a publication. `seen_at` is when the revision was first seen, `last_seen_at` when the item
    was seen last; both aware UTC, as `gone_at`.
    """

    kind: str
    key: str
    list_name: str | None
    stored: Stored
    revision_id: int
    previous_id: int | None
    capture_id: int
    parser: str
    seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A good capture and the name of its bytes; `publications` are the ids of those that were read from it."""

    id: int
    kind: str
    url: str
    content_type: str
    charset: str | None
    fetched_at: datetime
    sha256: str | None
    publications: tuple[int, ...]


def readings(connection: Connection, source: str) -> list[Reading]:
    """The newest revisions of all that is stored of a source, oldest items first."""
    found = []
    for kind, items, revisions, link in (
        (PUBLICATION, publications, publication_revisions, "publication_id"),
        (ENTRY, entries, entry_revisions, "entry_id"),
    ):
        found += [
            _reading(kind, row._mapping) for row in _newest(connection, source, items, revisions, revisions.c[link])
        ]
    return found


def _newest(connection: Connection, source: str, items: Table, revisions: Table, link: Column[Any]) -> Any:
    of_item = revisions.alias()
    before = revisions.alias()
    newest = select(func.max(of_item.c.number)).where(of_item.c[link.name] == items.c.id).scalar_subquery()
    extra = [items.c.link_version] if "link_version" in items.c else [items.c.list_name]
    return connection.execute(
        select(
            items.c.id, items.c.key, items.c.digest, items.c.gone_at, items.c.last_seen_at, *extra,
            revisions.c.id.label("revision_id"), before.c.id.label("previous_id"), revisions.c.capture_id,
            revisions.c.parser, revisions.c.seen_at,
        )
        .select_from(items)
        .join(revisions, and_(link == items.c.id, revisions.c.number == newest))
        .outerjoin(before, and_(before.c[link.name] == items.c.id, before.c.number == newest - 1))
        .where(items.c.source == source)
        .order_by(items.c.id)
    )  # fmt: skip


def _reading(kind: str, row: Any) -> Reading:
    return Reading(
        kind=kind,
        key=row["key"],
        list_name=row.get("list_name"),
        stored=Stored(row["id"], row["digest"], row["gone_at"] is not None, row.get("link_version")),
        revision_id=row["revision_id"],
        previous_id=row["previous_id"] if kind == ENTRY else None,
        capture_id=row["capture_id"],
        parser=row["parser"],
        seen_at=row["seen_at"],
        last_seen_at=row["last_seen_at"],
        gone_at=row["gone_at"],
    )


def capture_of_entry(connection: Connection, revision_id: int) -> int:
    """The capture that a revision of an entry was read from."""
    query = select(entry_revisions.c.capture_id).where(entry_revisions.c.id == revision_id)
    capture_id: int = connection.execute(query).scalar_one()
    return capture_id


def last_pages(connection: Connection, source: str) -> list[int]:
    """The captures whose bytes the last good polling of a source went by, those that a 304 stood for included."""
    good = [status.value for status in ReadStatus if status.good]
    last = (
        select(reads.c.id)
        .where(and_(reads.c.source == source, reads.c.purpose == Origin.WATCH.value, reads.c.status.in_(good)))
        .order_by(reads.c.started_at.desc(), reads.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    with_bytes = captures.alias()
    rows = connection.execute(
        select(func.max(with_bytes.c.id))
        .select_from(captures)
        .join(
            with_bytes,
            and_(
                with_bytes.c.url == captures.c.url,
                with_bytes.c.kind == captures.c.kind,
                with_bytes.c.id <= captures.c.id,
                with_bytes.c.good,
                with_bytes.c.sha256.is_not(None),
            ),
        )
        .where(and_(captures.c.read_id == last, captures.c.good))
        .group_by(captures.c.id)
    )
    return sorted(set(rows.scalars()))


def kept_pages(connection: Connection, ids: Iterable[int]) -> dict[int, KeptPage]:
    """Captures by id."""
    wanted = sorted(set(ids))
    found: dict[int, KeptPage] = {}
    for begin in range(0, len(wanted), _MANY):
        some = wanted[begin : begin + _MANY]
        owners: dict[int, list[int]] = {}
        for capture, owner in connection.execute(
            select(publication_revisions.c.capture_id, publication_revisions.c.publication_id)
            .where(publication_revisions.c.capture_id.in_(some))
            .distinct()
        ):
            owners.setdefault(capture, []).append(owner)
        for row in connection.execute(select(captures).where(captures.c.id.in_(some))):
            found[row.id] = KeptPage(
                id=row.id,
                kind=row.kind,
                url=row.final_url or row.url,
                content_type=row.content_type or "",
                charset=row.charset,
                fetched_at=row.fetched_at,
                sha256=row.sha256,
                publications=tuple(owners.get(row.id, ())),
            )
    return found


def note_parser(connection: Connection, kind: str, revision_ids: Iterable[int], parser: str) -> None:
    """Note that this version of the parser reads these revisions just as they are stored."""
    revisions = publication_revisions if kind == PUBLICATION else entry_revisions
    wanted = list(revision_ids)
    for begin in range(0, len(wanted), _MANY):
        some = wanted[begin : begin + _MANY]
        connection.execute(update(revisions).where(revisions.c.id.in_(some)).values(parser=parser))


def note_gone(connection: Connection, reading: Reading) -> None:
    """Let an item that is no longer there stay so after its revision was stored anew."""
    items = publications if reading.kind == PUBLICATION else entries
    connection.execute(update(items).where(items.c.id == reading.stored.id).values(gone_at=reading.gone_at))
