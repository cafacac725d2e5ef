"""Publications and entries, each with its revisions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, insert, select, update

from claimwatch.models import Entry, Field, Mention, Publication
from claimwatch.store.digests import entry_digest, publication_digest
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import (
    entries,
    entry_revisions,
    mentions,
    publication_revisions,
    publications,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored under a key: its id and the digest of its newest revision."""

    id: int
    digest: str
    gone: bool = False
    link_version: str | None = None


def latest_publications(*columns: Any) -> Select[Any]:
    """A query for `columns` over publications, each with its newest row of publication_revisions."""
    other = publication_revisions.alias()
    newest = select(func.max(other.c.number)).where(other.c.publication_id == publications.c.id).scalar_subquery()
    table = publication_revisions
    return (
        select(*columns)
        .select_from(publications)
        .join(table, and_(table.c.publication_id == publications.c.id, table.c.number == newest))
    )


def latest_publication(connection: Connection, publication_id: int) -> Publication:
    """The newest revision of a publication."""
    table, revision = publications, publication_revisions
    row = connection.execute(
        latest_publications(
            table.c.source, table.c.key, revision.c.url, revision.c.title, revision.c.kind, revision.c.language,
            revision.c.text, revision.c.published_on, revision.c.effective_on, revision.c.citation,
        ).where(table.c.id == publication_id)
    ).one()  # fmt: skip
    return Publication(**row._mapping)


# What is asked at every read, and said of every item, is made once: to make a statement takes longer than to run it.
_PUBLICATIONS = select(
    publications.c.key, publications.c.id, publications.c.digest, publications.c.gone_at, publications.c.link_version
).where(publications.c.source == bindparam("of"))
_ENTRIES = select(entries.c.list_name, entries.c.key, entries.c.id, entries.c.digest, entries.c.gone_at).where(
    entries.c.source == bindparam("of")
)
_ADD_PUBLICATION, _REVISE_PUBLICATION = insert(publications), insert(publication_revisions)
_ADD_ENTRY, _REVISE_ENTRY, _ADD_MENTIONS = insert(entries), insert(entry_revisions), insert(mentions)
_SEE_PUBLICATION = update(publications).where(publications.c.id == bindparam("of"))
_SEE_ENTRY = update(entries).where(entries.c.id == bindparam("of"))


def known_publications(connection: Connection, source: str) -> dict[str, Stored]:
    """All publications of a source by key."""
    rows = connection.execute(_PUBLICATIONS, {"of": source})
    return {key: Stored(id_, digest, gone_at is not None, version) for key, id_, digest, gone_at, version in rows}


def known_among(connection: Connection, source: str, keys: Iterable[str]) -> dict[str, Stored]:
    """Those of the publications `keys` of a source that are stored."""
    wanted = list(keys)
    found: dict[str, Stored] = {}
    for begin in range(0, len(wanted), 500):
        query = _PUBLICATIONS.where(publications.c.key.in_(wanted[begin : begin + 500]))
        for key, id_, digest, gone_at, version in connection.execute(query, {"of": source}):
            found[key] = Stored(id_, digest, gone_at is not None, version)
    return found


def known_entries(connection: Connection, source: str) -> dict[tuple[str, str], Stored]:
    """All entries of a source by (list name, key), gone ones included."""
    rows = connection.execute(_ENTRIES, {"of": source})
    return {(name, key): Stored(id_, digest, gone_at is not None) for name, key, id_, digest, gone_at in rows}


def latest_entry(connection: Connection, entry_id: int) -> Entry:
    """The newest revision of an entry."""
    row = connection.execute(
        select(entry_revisions, entries.c.source, entries.c.list_name, entries.c.key)
        .join(entries, entries.c.id == entry_revisions.c.entry_id)
        .where(entry_revisions.c.entry_id == entry_id)
        .order_by(entry_revisions.c.number.desc())
        .limit(1)
    ).one()
    return _entry(row)


def entry_at(connection: Connection, revision_id: int) -> Entry:
    """One revision of an entry."""
    row = connection.execute(
        select(entry_revisions, entries.c.source, entries.c.list_name, entries.c.key)
        .join(entries, entries.c.id == entry_revisions.c.entry_id)
        .where(entry_revisions.c.id == revision_id)
    ).one()
    return _entry(row)


def save_publication(
    connection: Connection,
    publication: Publication,
    stored: Stored | None,
    *,
    link_version: str | None,
    capture_id: int,
    parser: str,
    seen_at: datetime,
) -> int | None:
    """Store a publication; returns the id of its new revision, or None when it says what it said before."""
    digest = publication_digest(publication)
    number = 1
    if stored is None:
        fresh = {"source": publication.source, "key": publication.key, "first_seen_at": seen_at}
        publication_id = inserted_id(
            connection.execute(
                _ADD_PUBLICATION, {**fresh, "link_version": link_version, "digest": digest, "last_seen_at": seen_at}
            )
        )
    else:
        publication_id = stored.id
        seen = {"link_version": link_version, "digest": digest, "last_seen_at": seen_at, "gone_at": None}
        connection.execute(_SEE_PUBLICATION, {"of": publication_id, **seen})
        if stored.digest == digest:
            return None
        of_this = publication_revisions.c.publication_id == publication_id
        number += connection.execute(
            select(func.count()).select_from(publication_revisions).where(of_this)
        ).scalar_one()
    values = {
        "publication_id": publication_id,
        "number": number,
        "digest": digest,
        "url": publication.url,
        "title": publication.title,
        "kind": publication.kind,
        "language": publication.language,
        "text": publication.text,
        "published_on": publication.published_on,
        "effective_on": publication.effective_on,
        "citation": publication.citation,
        "capture_id": capture_id,
        "parser": parser,
        "seen_at": seen_at,
    }
    return inserted_id(connection.execute(_REVISE_PUBLICATION, values))


def save_entry(
    connection: Connection, entry: Entry, stored: Stored | None, *, capture_id: int, parser: str, seen_at: datetime
) -> int | None:
    """Store an entry; returns the id of its new revision, or None when it says what it said before."""
    digest = entry_digest(entry)
    number = 1
    if stored is None:
        fresh = {"source": entry.source, "list_name": entry.list_name, "key": entry.key, "first_seen_at": seen_at}
        entry_id = inserted_id(connection.execute(_ADD_ENTRY, {**fresh, "digest": digest, "last_seen_at": seen_at}))
    else:
        entry_id = stored.id
        connection.execute(_SEE_ENTRY, {"of": entry_id, "digest": digest, "last_seen_at": seen_at, "gone_at": None})
        if stored.digest == digest:
            return None
        of_this = entry_revisions.c.entry_id == entry_id
        number += connection.execute(select(func.count()).select_from(entry_revisions).where(of_this)).scalar_one()
    start, end = entry.subject
    values = {
        "entry_id": entry_id,
        "number": number,
        "digest": digest,
        "url": entry.url,
        "name": entry.name,
        "text": entry.text,
        "subject_start": start,
        "subject_end": end,
        "fields": [[field.name, field.value] for field in entry.fields],
        "language": entry.language,
        "published_on": entry.published_on,
        "effective_on": entry.effective_on,
        "action": entry.action,
        "capture_id": capture_id,
        "parser": parser,
        "seen_at": seen_at,
    }
    return inserted_id(connection.execute(_REVISE_ENTRY, values))


def see_entries(connection: Connection, ids: Iterable[int], seen_at: datetime) -> None:
    """Note that entries were seen unchanged."""
    wanted = list(ids)
    for begin in range(0, len(wanted), 500):
        connection.execute(
            update(entries).where(entries.c.id.in_(wanted[begin : begin + 500])).values(last_seen_at=seen_at)
        )


_SEE_AGAIN = tuple(
    update(table)
    .where(and_(table.c.source == bindparam("of"), table.c.last_seen_at == bindparam("before")))
    .values(last_seen_at=bindparam("now"))
    for table in (publications, entries)
)


def see_again(connection: Connection, source: str, before: datetime, seen_at: datetime) -> None:
    """Note that what was seen at `before` was seen again; for a read that found its source as the last one did."""
    for statement in _SEE_AGAIN:
        connection.execute(statement, {"of": source, "before": before, "now": seen_at})


def mark_gone(connection: Connection, ids: Iterable[int], gone_at: datetime) -> None:
    """Note that entries are no longer on their list."""
    for entry_id in ids:
        connection.execute(update(entries).where(entries.c.id == entry_id).values(gone_at=gone_at))


def newest_published_on(connection: Connection, source: str) -> date | None:
    """The date of the newest publication or entry of a source."""
    return newest_by_source(connection, [source]).get(source)


def newest_by_source(connection: Connection, sources: Sequence[str]) -> dict[str, date]:
    """The date of the newest publication or entry of each of some sources that has a dated one."""
    newest: dict[str, date] = {}
    for revisions, owner, link in (
        (publication_revisions, publications, "publication_id"),
        (entry_revisions, entries, "entry_id"),
    ):
        query = (
            select(owner.c.source, func.max(revisions.c.published_on))
            .join(owner, owner.c.id == revisions.c[link])
            .where(owner.c.source.in_(sources), revisions.c.published_on.is_not(None))
            .group_by(owner.c.source)
        )
        for slug, on in connection.execute(query):
            newest[slug] = max(on, newest.get(slug, on))
    return newest


def save_mentions(
    connection: Connection,
    found: Iterable[Mention],
    *,
    publication_revision_id: int | None = None,
    entry_revision_id: int | None = None,
) -> None:
    """Store the mentions of one revision."""
    rows = [
        {
            "publication_revision_id": publication_revision_id,
            "entry_revision_id": entry_revision_id,
            "entity": mention.entity,
            "start": mention.start,
            "end": mention.end,
            "surface": mention.surface,
            "method": mention.method,
            "alias": mention.alias,
        }
        for mention in found
    ]
    if rows:
        connection.execute(_ADD_MENTIONS, rows)


def _entry(row: Row[Any]) -> Entry:
    values = row._mapping
    return Entry(
        source=values["source"],
        list_name=values["list_name"],
        key=values["key"],
        url=values["url"],
        name=values["name"],
        text=values["text"],
        subject=(values["subject_start"], values["subject_end"]),
        fields=tuple(Field(name, value) for name, value in values["fields"]),
        language=values["language"],
        published_on=values["published_on"],
        effective_on=values["effective_on"],
        action=values["action"],
    )
