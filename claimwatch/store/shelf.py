"""What was captured of publications and list entries: how they stand and the bytes that they were read from.

Kept apart from `documents`, which stores them: here they are only looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, exists, select

from claimwatch.store.documents import latest_publications
from claimwatch.store.finding_rows import certain, live
from claimwatch.store.releases import EVERYTHING, Rule
from claimwatch.store.tables import (
    captures,
    entries,
    entry_revisions,
    findings,
    publication_revisions,
    publications,
)


@dataclass(frozen=True, slots=True)
class Shelved:
    """A publication or a list entry as it was read last. `gone_at`: since when it is no longer there."""

    id: int
    source: str
    title: str
    url: str
    kind: str
    language: str
    published_on: date | None
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Taken:
    """One revision and the capture that it was read from; `sha256` is that of the bytes as they came."""

    id: int
    number: int
    seen_at: datetime
    parser: str
    capture_id: int
    captured_at: datetime
    url: str
    sha256: str | None
    size: int | None
    content_type: str | None


def list_shelved(
    connection: Connection,
    *,
    limit: int,
    before: int | None = None,
    source: str | None = None,
    shown: Rule = EVERYTHING,
) -> list[Shelved]:
    """Publications in which something was found that may be shown, last stored first; `before` is the id to go on
    from."""
    revisions = publication_revisions.alias()
    says = exists(
        select(findings.c.id).where(
            revisions.c.publication_id == publications.c.id,
            findings.c.publication_revision_id == revisions.c.id,
            live(),
            certain(),
            shown.finding(),
        )
    )
    # The ids first: the newest revision of each is then looked up for those on the page alone.
    query = select(publications.c.id).where(says).order_by(publications.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(publications.c.id < before)
    if source is not None:
        query = query.where(publications.c.source == source)
    ids = connection.execute(query).scalars().all()
    rows = connection.execute(_publications().where(publications.c.id.in_(ids)).order_by(publications.c.id.desc()))
    return [Shelved(*row) for row in rows]


def find_shelved(connection: Connection, publication_id: int) -> Shelved | None:
    """One publication, whether anything was found in it or not."""
    row = connection.execute(_publications().where(publications.c.id == publication_id)).first()
    return None if row is None else Shelved(*row)


def find_shelved_entry(connection: Connection, entry_id: int) -> Shelved | None:
    """One list entry; its kind is the name of its list."""
    newest = entry_revisions
    row = connection.execute(
        select(
            entries.c.id, entries.c.source, newest.c.name, newest.c.url, entries.c.list_name, newest.c.language,
            newest.c.published_on, entries.c.first_seen_at, entries.c.last_seen_at, entries.c.gone_at,
        )
        .join(newest, newest.c.entry_id == entries.c.id)
        .where(entries.c.id == entry_id)
        .order_by(newest.c.number.desc())
        .limit(1)
    ).first()  # fmt: skip
    return None if row is None else Shelved(*row)


def takings(connection: Connection, publication_id: int) -> Sequence[Taken]:
    """The revisions of a publication, newest first."""
    return _takings(connection, publication_revisions, "publication_id", publication_id)


def entry_takings(connection: Connection, entry_id: int) -> Sequence[Taken]:
    """The revisions of a list entry, newest first."""
    return _takings(connection, entry_revisions, "entry_id", entry_id)


def _takings(connection: Connection, revisions: Table, owner: str, id_: int) -> Sequence[Taken]:
    rows = connection.execute(
        select(
            revisions.c.id, revisions.c.number, revisions.c.seen_at, revisions.c.parser, captures.c.id,
            captures.c.fetched_at, captures.c.url, captures.c.sha256, captures.c.size, captures.c.content_type,
        )
        .join(captures, captures.c.id == revisions.c.capture_id)
        .where(revisions.c[owner] == id_)
        .order_by(revisions.c.number.desc())
    )  # fmt: skip
    return [Taken(*row) for row in rows]


def _publications() -> Select[Any]:
    newest = publication_revisions
    return latest_publications(
        publications.c.id, publications.c.source, newest.c.title, newest.c.url, newest.c.kind, newest.c.language,
        newest.c.published_on, publications.c.first_seen_at, publications.c.last_seen_at, publications.c.gone_at,
    )  # fmt: skip
