"""Captured answers and the whole texts that were read from them, with their revisions: other people's work, so this is
for the review desk only. Excerpts for everybody are elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, select

from claimwatch.store.tables import (
    captures,
    entries,
    entry_revisions,
    findings,
    mentions,
    publication_revisions,
    publications,
    reads,
)


class Kind(StrEnum):
    """What a text is: a page of its own, or a row of a list."""

    PUBLICATION = "publication"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands: `id` is that of the publication or entry, `number` that of the revision."""

    kind: Kind
    id: int
    number: int


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a publication or entry, without its text. `id` is its own; `sha256` names the captured bytes."""

    id: int
    number: int
    title: str
    url: str
    language: str
    published_on: date | None
    parser: str
    seen_at: datetime
    fetched_at: datetime
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Received:
    """A captured answer, as it came first under these bytes."""

    url: str
    final_url: str | None
    status: int | None
    content_type: str | None
    charset: str | None
    fetched_at: datetime
    size: int | None
    source: str


_TABLES: dict[Kind, tuple[Table, Table, str, str]] = {
    Kind.PUBLICATION: (publications, publication_revisions, "publication_id", "title"),
    Kind.ENTRY: (entries, entry_revisions, "entry_id", "name"),
}


def places_of(connection: Connection, finding_ids: Sequence[int]) -> dict[int, Place]:
    """Where findings stand, by their id."""
    on_publication, on_entry = publication_revisions, entry_revisions
    rows = connection.execute(
        select(
            findings.c.id,
            on_publication.c.publication_id,
            on_publication.c.number.label("publication_number"),
            on_entry.c.entry_id,
            on_entry.c.number.label("entry_number"),
        )
        .outerjoin(on_publication, on_publication.c.id == findings.c.publication_revision_id)
        .outerjoin(on_entry, on_entry.c.id == findings.c.entry_revision_id)
        .where(findings.c.id.in_(list(finding_ids)))
    )
    return {
        row.id: Place(Kind.PUBLICATION, row.publication_id, row.publication_number)
        if row.publication_id is not None
        else Place(Kind.ENTRY, row.entry_id, row.entry_number)
        for row in rows
    }


def source_of(connection: Connection, kind: Kind, id_: int) -> str | None:
    """The source of a publication or entry; None where there is none of that id."""
    table = _TABLES[kind][0]
    source: str | None = connection.execute(select(table.c.source).where(table.c.id == id_)).scalar()
    return source


def revisions_of(connection: Connection, kind: Kind, id_: int) -> list[Revision]:
    """The revisions of a publication or entry, newest first."""
    _, table, owner, title = _TABLES[kind]
    columns: list[Column[Any]] = [
        table.c.id, table.c.number, table.c[title], table.c.url, table.c.language, table.c.published_on,
        table.c.parser, table.c.seen_at, captures.c.fetched_at, captures.c.sha256,
    ]  # fmt: skip
    rows = connection.execute(
        select(*columns)
        .join(captures, captures.c.id == table.c.capture_id)
        .where(table.c[owner] == id_)
        .order_by(table.c.number.desc())
    )
    return [Revision(*row) for row in rows]


def text_of(connection: Connection, kind: Kind, revision_id: int) -> str:
    """The whole text of a revision."""
    table = _TABLES[kind][1]
    text: str = connection.execute(select(table.c.text).where(table.c.id == revision_id)).scalar_one()
    return text


def mentions_in(connection: Connection, kind: Kind, revision_id: int) -> list[tuple[int, int]]:
    """Where companies are named in a revision: (start, end) offsets in its text, in order."""
    column = mentions.c.publication_revision_id if kind is Kind.PUBLICATION else mentions.c.entry_revision_id
    query = select(mentions.c.start, mentions.c.end).where(column == revision_id, mentions.c.surface != "")
    return [(row.start, row.end) for row in connection.execute(query.order_by(mentions.c.start, mentions.c.end))]


def start_of(connection: Connection, finding_id: int, revision_id: int, kind: Kind) -> int | None:
    """Where a finding begins in a revision; None where it does not stand there."""
    column = findings.c.publication_revision_id if kind is Kind.PUBLICATION else findings.c.entry_revision_id
    query = select(findings.c.start).where(findings.c.id == finding_id, column == revision_id)
    start: int | None = connection.execute(query).scalar()
    return start


def find_received(connection: Connection, sha256: str) -> Received | None:
    """The captured answer of that sha256, as it came first; None where nothing of the kind was captured."""
    table = captures
    row: Row[Any] | None = connection.execute(
        select(
            table.c.url, table.c.final_url, table.c.status, table.c.content_type, table.c.charset, table.c.fetched_at,
            table.c.size, reads.c.source,
        )
        .join(reads, reads.c.id == table.c.read_id)
        .where(table.c.sha256 == sha256)
        .order_by(table.c.id)
        .limit(1)
    ).first()  # fmt: skip
    return None if row is None else Received(*row)
