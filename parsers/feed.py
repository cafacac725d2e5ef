"""RSS and Atom feeds, and the pages they link to.

Usable from sources.yaml without code (`parser: parsers.feed`, start pages of kind `feed`): an item whose feed carries
its full text becomes a publication, any other a link of kind `page`, whose article is then read. Other parsers take
`read_feed` for their own feeds.

Assumed: the bytes are a whole RSS 0.9x-2.0, RDF or Atom document. Small faults that feedparser mends (a bare `&`, a
wrong charset) are a warning; a document that is no feed, or is cut off before its closing tag, is `SourceChanged`.
Dates are the calendar day that the feed prints, in the zone it prints. Tracking parameters are dropped from keys.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import feedparser
from bs4 import BeautifulSoup

from claimwatch.errors import SourceChanged
from claimwatch.models import Link, Page, Parsed, Publication, Skip
from parsers.article import article_of, language_of, lines_of, read_page, strip_junk, title_of, version_of
from parsers.reading import absolute, canonical, looks_like_html, paragraphs, squeeze

VERSION = "1"

_TRACKING = re.compile(r"(utm_\w+|fbclid|gclid|mc_[ce]id)$")
_HINTS = {"no": "nb", "nb": "nb", "nn": "nn"}
_ARTICLES = (".entry-content", "article", "main", "#content")


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One item: absolute `url` of its page, `key` (canonical), the date it prints, its full text if the feed has it."""

    key: str
    url: str
    title: str
    published_on: date | None
    text: str

    @property
    def version(self) -> str:
        """What the feed says of the item, as a fingerprint."""
        return version_of(self.title, str(self.published_on), self.text)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read: `language` as declared (two letters, may be empty), and how many items it held in all."""

    language: str
    containers: int
    items: tuple[FeedItem, ...]
    skipped: tuple[Skip, ...]
    warnings: tuple[str, ...]


def parse(page: Page) -> Parsed:
    """The items of a feed (`kind` "feed") or the article of a page (`kind` "page")."""
    match page.kind:
        case "feed":
            return _feed(page)
        case "page":
            return _page(page)
    raise SourceChanged(page.url, f"page kind {page.kind!r} is not one of feed, page: correct sources.yaml")


def read_feed(page: Page) -> Feed:
    """All items of the feed in its order; raises `SourceChanged` for what is no feed or is cut off."""
    if looks_like_html(page.body):
        raise SourceChanged(page.url, "an HTML page came where a feed is due")
    if not re.search(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*$", page.body[-4096:], re.I | re.S):
        raise SourceChanged(page.url, "the feed is cut off, or is none: its closing tag is missing")
    headers = {"content-type": f"application/xml; charset={page.charset}"} if page.charset else {}
    try:
        data = feedparser.parse(io.BytesIO(page.body), response_headers=headers)
    except Exception as error:  # feedparser lets errors of its inner parsers through, of many types
        raise SourceChanged(page.url, f"the feed cannot be read: {error!r}") from error
    if not data.get("version") or (data.bozo and not data.entries):
        raise SourceChanged(page.url, f"no feed came where one is due: {data.get('bozo_exception', 'unknown format')}")
    found = [_item(entry, page) for entry in data.entries]
    items: dict[str, FeedItem] = {}
    skipped = []
    for item in found:
        if isinstance(item, Skip):
            skipped.append(item)
        elif item.key in items:
            skipped.append(Skip("listed twice", item.url))
        else:
            items[item.key] = item
    faults = (f"{page.url}: the feed has a fault that was mended: {data.bozo_exception}",) if data.bozo else ()
    language = squeeze(str(data.feed.get("language") or ""))[:2].lower()
    return Feed(language, len(found), tuple(items.values()), tuple(skipped), faults)


def _item(entry: Mapping[str, object], page: Page) -> FeedItem | Skip:
    title = _plain(str(entry.get("title") or ""))
    url = absolute_or_none(page, str(entry.get("link") or ""))
    if url is None:
        return Skip("no link to a page", title or "an item without title")
    contents = entry.get("content")
    html = str(contents[0].get("value") or "") if isinstance(contents, list) and contents else ""
    printed = str(entry.get("published") or entry.get("updated") or "")
    return FeedItem(_key(url), url, title or url, printed_date(printed), _plain(html, joint="\n\n"))


def absolute_or_none(page: Page, href: str) -> str | None:
    """`href` as an absolute http(s) address with a host, or None (mail, script, broken)."""
    try:
        url = absolute(page, href) if href.strip() else ""
        return url if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname else None
    except (SourceChanged, ValueError):
        return None


def _key(url: str) -> str:
    query = [(k, v) for k, v in parse_qsl(urlsplit(url).query, keep_blank_values=True) if not _TRACKING.match(k)]
    return canonical(url) + (f"?{urlencode(query)}" if query else "")


def _plain(html: str, joint: str = " ") -> str:
    if "<" not in html and "&" not in html:
        return squeeze(html)
    soup = BeautifulSoup(f"<div>{html}</div>", "lxml")
    strip_junk(soup)
    return joint.join(lines_of(soup))


def printed_date(text: str) -> date | None:
    """The calendar day of an RFC 822 or ISO 8601 time stamp, as printed; None for anything else."""
    text = text.strip()
    try:
        return datetime.fromisoformat(text[:10]).date()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _feed(page: Page) -> Parsed:
    feed = read_feed(page)
    publications = []
    links = []
    for item in feed.items:
        publication = Publication(
            source=page.source,
            key=item.key,
            url=item.url,
            title=item.title,
            kind="item",
            language=language_of(item.text or item.title, _HINTS.get(feed.language, "en")),
            text=item.text,
            published_on=item.published_on,
        )
        if item.text:
            publications.append(publication)
        else:
            links.append(Link("page", item.url, item.key, item.version, publication))
    return Parsed(feed.containers, tuple(publications), (), tuple(links), feed.skipped, feed.warnings)


def _page(page: Page) -> Parsed:
    soup = read_page(page)
    title = title_of(soup, page)
    node = article_of(soup, _ARTICLES, page)
    strip_junk(node)
    text = paragraphs(line for line in lines_of(node) if line != title)
    if not text:
        raise SourceChanged(page.url, "the article has no text")
    head = page.head
    publication = Publication(
        source=page.source,
        key=head.key if head else _key(page.url),
        url=page.url,
        title=title,
        kind=head.kind if head else "page",
        language=language_of(text, head.language if head else "en"),
        text=text,
        published_on=head.published_on if head else None,
    )
    return Parsed(1, (publication,))
