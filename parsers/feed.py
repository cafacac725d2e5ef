"""RSS and Atom feeds, and the pages they link to.

Usable from sources.yaml without code (`parser: parsers.feed`, start pages of kind `feed`, options in `OPTIONS`): an
item whose feed carries its full text becomes a publication, any other a link of kind `page`, whose article is then
read. Other parsers take `read_feed` for their own feeds.

Assumed: the bytes are a whole RSS 0.9x-2.0, RDF or Atom document. Small faults that feedparser mends (a bare `&`, a
wrong charset) are a warning; a document that is no feed, or is cut off before its closing tag, is `SourceChanged`.
Dates are the calendar day that the feed prints, in the zone it prints. Tracking parameters are dropped from keys.

A key is the canonical address of the item's page. A site whose addresses change (a retitled page, a mirror host) and
hold a number that does not gets the option `key`: a pattern whose groups, joined by `/`, are the key. An item in which
it finds nothing keeps its address as key, which is a warning.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl, urlencode, urlsplit

import feedparser
from bs4 import BeautifulSoup

from claimwatch.errors import SourceChanged
from claimwatch.models import Link, Options, Page, Parsed, ParserOption, Publication, Skip
from parsers.article import article_of, language_of, lines_of, read_page, strip_junk, title_of, version_of
from parsers.reading import absolute, canonical, doubts_of, looks_like_html, paragraphs, squeeze

VERSION = "2"

_TRACKING = re.compile(r"(utm_\w+|fbclid|gclid|mc_[ce]id)$")
_HINTS = {"no": "nb", "nb": "nb", "nn": "nn"}
_ARTICLES = (".entry-content", "article", "main", "#content")

ARTICLE_OPTIONS = (
    ParserOption("article", "CSS selectors of the element that holds an item's text; the first that fits", many=True),
    ParserOption("leave_out", "CSS selectors of what is no part of the text within it", many=True),
    ParserOption("language", "en, nb or nn where the words do not tell (a feed's own language goes before it)"),
)
OPTIONS = (
    *ARTICLE_OPTIONS,
    ParserOption("key", "a pattern with groups, searched in an item's address: what they match is its identity"),
    ParserOption("host", "the host under which items are read and cited, whichever mirror the feed names"),
    ParserOption("mirrors", "the hosts that stand for `host`; * stands for any part", many=True),
)


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


def faults(options: Options) -> Iterator[str]:
    """What is wrong with the values of the options, for people."""
    yield from article_faults(options)
    try:
        pattern = re.compile(options.one("key", "()"))
    except re.error as error:
        yield f"key: not a pattern: {error}"
    else:
        if not pattern.groups:
            yield "key: the pattern has no group, such as (id[0-9]+)"
    if bool(options.one("host")) != bool(options.many("mirrors")):
        yield "host and mirrors: one says nothing without the other"


def article_faults(options: Options) -> Iterator[str]:
    """What is wrong with the values of `ARTICLE_OPTIONS`."""
    for name in ("article", "leave_out"):
        yield from (f"{name}: {fault}" for fault in selector_faults(options.many(name)))
    if options.one("language", "en") not in ("en", "nb", "nn"):
        yield "language: one of en, nb, nn"


def selector_faults(selectors: Iterable[str]) -> Iterator[str]:
    """What is wrong with CSS selectors."""
    for selector in selectors:
        try:
            BeautifulSoup("", "lxml").select(selector)
        except Exception as error:  # of soupsieve, in several types
            yield f"{selector!r} is not a selector: {str(error).splitlines()[0]}"


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
    doubts = [f"{page.url}: the feed has a fault that was mended: {data.bozo_exception}"] if data.bozo else []
    if page.options.one("key"):
        doubts += [f"{item.url}: the option `key` finds nothing in it" for item in items.values() if "://" in item.key]
    doubts += doubts_of("\n".join(part for item in items.values() for part in (item.title, item.text)), page)
    language = squeeze(str(data.feed.get("language") or ""))[:2].lower()
    return Feed(language, len(found), tuple(items.values()), tuple(skipped), tuple(doubts))


def _item(entry: Mapping[str, object], page: Page) -> FeedItem | Skip:
    title = _plain(str(entry.get("title") or ""))
    url = absolute_or_none(page, str(entry.get("link") or ""))
    if url is None:
        return Skip("no link to a page", title or "an item without title")
    url = _at_home(url, page.options)
    contents = entry.get("content")
    html = str(contents[0].get("value") or "") if isinstance(contents, list) and contents else ""
    # feedparser warns where "updated" is asked for and only "published" is there.
    updated = entry["updated"] if "updated" in entry else None  # noqa: SIM401
    printed = str(entry.get("published") or updated or "")
    return FeedItem(key_of(url, page.options), url, title or url, printed_date(printed), _plain(html, joint="\n\n"))


def absolute_or_none(page: Page, href: str) -> str | None:
    """`href` as an absolute http(s) address with a host, or None (mail, script, broken)."""
    try:
        url = absolute(page, href) if href.strip() else ""
        return url if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname else None
    except (SourceChanged, ValueError):
        return None


def _at_home(url: str, options: Options) -> str:
    """The address under the site's own host, where it names one of its mirrors."""
    parts = urlsplit(url)
    if any(fnmatchcase(parts.hostname or "", mirror) for mirror in options.many("mirrors")):
        return parts._replace(netloc=options.one("host")).geturl()
    return url


def key_of(url: str, options: Options) -> str:
    """The identity of the item at `url`: what the option `key` finds in it, else its canonical address and query."""
    pattern = options.one("key")
    found = re.search(pattern, url) if pattern else None
    if found is not None and any(found.groups()):
        return "/".join(part for part in found.groups() if part)
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
    hint = _HINTS.get(feed.language) or page.options.one("language", "en")
    for item in feed.items:
        publication = Publication(
            source=page.source,
            key=item.key,
            url=item.url,
            title=item.title,
            kind="item",
            language=language_of(item.text or item.title, hint),
            text=item.text,
            published_on=item.published_on,
        )
        if item.text:
            publications.append(publication)
        else:
            links.append(Link("page", item.url, item.key, item.version, publication))
    return Parsed(feed.containers, tuple(publications), (), tuple(links), feed.skipped, feed.warnings)


def _page(page: Page) -> Parsed:
    title, text = read_article(page)
    head = page.head
    publication = Publication(
        source=page.source,
        key=head.key if head else key_of(page.url, page.options),
        url=head.url if head and page.options.one("host") else page.url,
        title=title,
        kind=head.kind if head else "page",
        language=language_of(text, head.language if head else page.options.one("language", "en")),
        text=text,
        published_on=head.published_on if head else None,
    )
    return Parsed(1, (publication,), warnings=doubts_of(text, page))


def read_article(page: Page) -> tuple[str, str]:
    """Title and running text of the article on a page, by `ARTICLE_OPTIONS`. Raises `SourceChanged` without either."""
    soup = read_page(page)
    title = title_of(soup, page)
    node = article_of(soup, page.options.many("article", _ARTICLES), page)
    for selector in page.options.many("leave_out"):
        for part in node.select(selector):
            part.extract()
    strip_junk(node)
    text = paragraphs(line for line in lines_of(node) if line != title)
    if not text:
        raise SourceChanged(page.url, "the article has no text")
    return title, text
