"""Pages that told something are looked at again, so that an edit or a withdrawal is seen which no list shows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import ModuleType

from sqlalchemy import Connection

from claimwatch.models import Link, SourceSpec
from claimwatch.pipeline.reading.crawl import NOT_THERE
from claimwatch.pipeline.reading.harvest import Crawl, left_lists
from claimwatch.store import documents, gone
from claimwatch.store.documents import Stored

MOST = 25  # pages a read; those that wait come first next time
WATCHED_FOR = timedelta(days=180)  # from the day when a publication was first seen
GONE_AFTER = timedelta(days=1)  # between two reads that found a page not there: one of them may be a hiccup


def due_rechecks(connection: Connection, spec: SourceSpec, parser: ModuleType, now: datetime) -> tuple[Link, ...]:
    """The pages of a source to be looked at again at `now` (aware UTC), longest unseen first."""
    if spec.recheck is None:
        return ()
    pages = gone.told_pages(connection, spec.slug, unseen_since=now - spec.recheck, first_seen_since=now - WATCHED_FOR)
    reading = f"{spec.reading(parser.VERSION)}:"
    links = []
    for page in pages[:MOST]:
        # What its list said of the page is what was stored of it, without the text.
        stored = documents.latest_publication(connection, page.publication_id)
        links.append(
            Link(
                kind=page.kind,
                url=page.url,
                key=page.key,
                version=page.link_version.removeprefix(reading) if page.link_version else None,
                head=replace(stored, text=""),
            )
        )
    return tuple(links)


def vanished(connection: Connection, crawl: Crawl, known: Mapping[str, Stored], now: datetime) -> tuple[int, ...]:
    """The publications whose page was not there in this read, nor in one a day ago, nor good in between: their ids.

    To be asked before the captures of this read are stored. Those known as gone are not among them.
    """
    ids = []
    for missing in crawl.missing:
        stored = known[missing.key]
        since = None if stored.gone else gone.missed_since(connection, missing.url, NOT_THERE, missing.reason)
        if since is not None and now - since >= GONE_AFTER:
            ids.append(stored.id)
    left = [known[key].id for key in left_lists(crawl, known) if key not in crawl.unsettled]
    ids += gone.unseen_since(connection, left, now - GONE_AFTER)
    return tuple(dict.fromkeys(ids))


def keep_rechecks(
    connection: Connection, source: str, crawl: Crawl, known: Mapping[str, Stored], ids: tuple[int, ...], now: datetime
) -> None:
    """Note what was looked at again, and that the pages of the publications `ids` are gone.

    A page that was missed for the first time counts as not looked at: it is asked for again at the next read.
    """
    settled = [m.key for m in crawl.missing if known[m.key].gone or known[m.key].id in ids]
    gone.note_checked(connection, source, [*crawl.looked_again, *settled], now)
    gone.mark_publications_gone(connection, ids, now)
