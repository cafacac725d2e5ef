"""Pages that were told of: which are to be looked at again, and what is no longer there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from claimwatch.models import Gone, Origin
from claimwatch.store.digests import spelled
from claimwatch.store.documents import latest_publications
from claimwatch.store.finding_rows import live
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

_QUOTE_CHARS = 80
_TITLE_CHARS = 45


@dataclass(frozen=True, slots=True)
class ToldPage:
    """The page from which a stored publication was read last: its kind and address."""

    publication_id: int
    key: str
    kind: str
    url: str
    link_version: str | None


def told_pages(
    connection: Connection, source: str, *, unseen_since: datetime, first_seen_since: datetime
) -> list[ToldPage]:
    """Pages of publications that told something, neither read nor looked at since `unseen_since`; longest ago first.

    What the instructions of a rule told counts as told by the rule.
    Left out are publications first seen before `first_seen_since`, and those that came with others on one page: such
    a page is a list, which each read goes through by itself.
    """
    table, revision = publications, publication_revisions
    any_revision = publication_revisions.alias()
    told = (
        select(findings.c.id)
        .outerjoin(entry_revisions, entry_revisions.c.id == findings.c.entry_revision_id)
        .join(
            any_revision,
            or_(
                any_revision.c.id == findings.c.publication_revision_id,
                any_revision.c.capture_id == entry_revisions.c.capture_id,
            ),
        )
        .where(and_(any_revision.c.publication_id == table.c.id, _was_told()))
        .exists()
    )
    others = publication_revisions.alias()
    shared = (
        select(others.c.id)
        .where(and_(others.c.capture_id == revision.c.capture_id, others.c.publication_id != table.c.id))
        .exists()
    )
    rows = connection.execute(
        latest_publications(
            table.c.id, table.c.key, captures.c.kind, captures.c.url, table.c.link_version, table.c.last_seen_at,
            table.c.checked_at,
        )
        .join(captures, captures.c.id == revision.c.capture_id)
        .where(
            and_(
                table.c.source == source,
                table.c.first_seen_at >= first_seen_since,
                table.c.last_seen_at < unseen_since,
                or_(table.c.checked_at.is_(None), table.c.checked_at < unseen_since),
                told,
                ~shared,
            )
        )
    )  # fmt: skip
    found = [(max(seen, checked or seen), id_, ToldPage(id_, *page)) for id_, *page, seen, checked in rows]
    return [page for _, _, page in sorted(found, key=lambda one: one[:2])]


def note_checked(connection: Connection, source: str, keys: Iterable[str], at: datetime) -> None:
    """Note that the pages of publications were asked for, whatever came."""
    for key in keys:
        where = and_(publications.c.source == source, publications.c.key == key)
        connection.execute(update(publications).where(where).values(checked_at=at))


def mark_publications_gone(connection: Connection, ids: Iterable[int], gone_at: datetime) -> None:
    """Note that the pages of publications are no longer there; reading one again takes it back."""
    for id_ in ids:
        connection.execute(update(publications).where(publications.c.id == id_).values(gone_at=gone_at))


def unseen_since(connection: Connection, ids: Iterable[int], at: datetime) -> list[int]:
    """Those of the publications `ids` that no read has shown since `at` (aware UTC)."""
    wanted = set(ids)
    if not wanted:
        return []
    query = select(publications.c.id).where(publications.c.last_seen_at <= at).order_by(publications.c.id)
    return [id_ for id_ in connection.execute(query).scalars() if id_ in wanted]


def missed_since(connection: Connection, url: str, statuses: Sequence[int], reason: str) -> datetime | None:
    """When the first of the reads began that found `url` not there since it was last good; None where none did.

    Not there is an answer with one of `statuses`, or one that was refused in the words of `reason` (a page that says
    with status 200 that it does not exist).
    """
    last_good = select(func.coalesce(func.max(captures.c.id), 0)).where(and_(captures.c.url == url, captures.c.good))
    not_there = or_(captures.c.status.in_(statuses), captures.c.reason == reason)
    return connection.execute(
        select(func.min(reads.c.started_at))
        .join(captures, captures.c.read_id == reads.c.id)
        .where(
            and_(
                captures.c.url == url,
                ~captures.c.good,
                not_there,
                captures.c.id > last_good.scalar_subquery(),
            )
        )
    ).scalar()


def gone_between(connection: Connection, source: str, after: datetime | None, until: datetime) -> list[Gone]:
    """What a source no longer shows since (after, until], as far as it is about watched companies.

    Entries that left their list by name, pages that are not there any more by title, sentences that something was
    told from and that the newest revision of their page lacks.
    """
    return gone_by_source(connection, [source], after, until).get(source, [])


def gone_by_source(
    connection: Connection, sources: Sequence[str], after: datetime | None, until: datetime
) -> dict[str, list[Gone]]:
    """The same of each of some sources that something is gone from."""
    found: dict[str, list[Gone]] = {}
    for named in (_gone_entries, _gone_pages, _gone_sentences):
        for slug, gone in named(connection, sources, after, until):
            found.setdefault(slug, []).append(gone)
    return found


def _gone_entries(
    connection: Connection, sources: Sequence[str], after: datetime | None, until: datetime
) -> list[tuple[str, Gone]]:
    query = (
        select(entries.c.source, entry_revisions.c.name)
        .join(entries, entries.c.id == entry_revisions.c.entry_id)
        .join(mentions, mentions.c.entry_revision_id == entry_revisions.c.id)
        .where(and_(entries.c.source.in_(sources), _within(entries.c.gone_at, after, until)))
    )
    found = {(slug, name) for slug, name in connection.execute(query)}
    return [(slug, Gone(entry=name)) for slug, name in sorted(found)]


def _gone_pages(
    connection: Connection, sources: Sequence[str], after: datetime | None, until: datetime
) -> list[tuple[str, Gone]]:
    revision = publication_revisions
    earlier = publication_revisions.alias()
    named = (
        select(mentions.c.id)
        .join(earlier, earlier.c.id == mentions.c.publication_revision_id)
        .where(earlier.c.publication_id == publications.c.id)
        .exists()
    )
    titles = connection.execute(
        latest_publications(publications.c.source, revision.c.title).where(
            and_(publications.c.source.in_(sources), _within(publications.c.gone_at, after, until), named)
        )
    )
    return [(slug, Gone(page=title)) for slug, title in sorted((slug, _short(t, _TITLE_CHARS)) for slug, t in titles)]


def _gone_sentences(
    connection: Connection, sources: Sequence[str], after: datetime | None, until: datetime
) -> list[tuple[str, Gone]]:
    """From revisions that followed one of the same parser: what another version of it leaves out is no news."""
    new, old, told_in = publication_revisions, publication_revisions.alias(), publication_revisions.alias()
    rows = connection.execute(
        select(
            publications.c.source, new.c.title, findings.c.quote, old.c.text.label("before"), new.c.text.label("after")
        )
        .join(old, and_(old.c.publication_id == new.c.publication_id, old.c.number == new.c.number - 1))
        .join(publications, publications.c.id == new.c.publication_id)
        .join(told_in, and_(told_in.c.publication_id == new.c.publication_id, told_in.c.number < new.c.number))
        .join(findings, findings.c.publication_revision_id == told_in.c.id)
        .where(
            and_(
                publications.c.source.in_(sources),
                _within(new.c.seen_at, after, until),
                new.c.parser == old.c.parser,
                _was_told(),
            )
        )
        .order_by(new.c.id, findings.c.id)
    )
    gone: dict[tuple[str, Gone], bool] = {}
    for slug, title, quote, before, now in rows:
        name = Gone(sentence=_short(quote, _QUOTE_CHARS), page=_short(title, _TITLE_CHARS))
        said, says = (spelled(quote) in spelled(text) for text in (before, now))
        if said or says:
            gone[slug, name] = not says
    return [named for named, is_gone in gone.items() if is_gone]


def _was_told() -> ColumnElement[bool]:
    """A finding that a poll made and that tells of something: history is not watched over."""
    return and_(findings.c.development_id.is_not(None), live(Origin.WATCH))


def _within(column: ColumnElement[datetime], after: datetime | None, until: datetime) -> ColumnElement[bool]:
    return column <= until if after is None else and_(column <= until, column > after)


def _short(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip(",;:") + "…"
