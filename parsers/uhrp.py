"""The Uyghur Human Rights Project: statements, reports, news; from feeds where there are any, else from lists.

Address: https://uhrp.org/ (`/statements/`, `/research/`, `/news/`; items under `/statement/…/`, `/report/…/`,
`/news/…/`). WordPress with the Beaver Builder page builder.

Assumed: lists are post modules (`fl-post-grid`, `-feed`, `-gallery`) or plain archives, one container an item, its link
in a heading, the next page under `a.next.page-numbers`; only `/page/N/` of the same list is followed, because modules
on other pages page under addresses of their own (`/transnational-repression/paged-2/2/`) and lead round in circles.
A statement opens with lines that are not its text, in any order: the file name of its picture ("… 2023 (1)"), "For
immediate release", a date, "Contact: …". It often closes with "Read more:" and the titles of older statements that
name watched companies: kept, they would make every later statement name them. All these are left out.
The printed time zone is often wrong (EST in summer), so only the date is read.

What breaks it: another page builder (no grid, no article: `SourceChanged`). More: docs/sources/uhrp.md.
"""

import re
from datetime import date
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from claimwatch.errors import SourceChanged
from claimwatch.models import Link, Page, Parsed, Publication, Skip
from parsers.article import (
    article_of,
    is_front,
    item_key,
    key_of,
    language_of,
    lines_of,
    read_page,
    strip_junk,
    title_of,
    version_of,
)  # fmt: skip
from parsers.feed import absolute_or_none, printed_date, read_feed
from parsers.reading import canonical, check_site, doubts_of, paragraphs, squeeze, text_of

VERSION = "3"

SITE = "uhrp.org"

# The module's layouts (grid, feed, gallery) and, of a plain WordPress archive, its articles.
_POSTS = (
    ".fl-post-grid-post, .fl-post-feed-post, .fl-post-gallery-post, .fl-post-grid .fl-post-column, "
    "article.post, article.hentry, article[class*=type-]"
)
_LOOSE_POSTS = ".fl-post-grid h3, .fl-post-feed h2, .fl-post-gallery h2"
_ARTICLES = (
    "article .fl-post-content", ".fl-post-content", "article.type-statement", "article",
    ".fl-page-content .fl-rich-text", ".fl-page-content", "main", ".fl-builder-content", ".entry-content",
)  # fmt: skip
_FILE = re.compile(r"\.(pdf|docx?|xlsx?|pptx?|zip|jpe?g|png|mp4)$", re.I)
_MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
]  # fmt: skip
_NAMED = "|".join(f"{month}|{month[:3]}\\.?" for month in _MONTHS) + r"|sept\.?"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
_DATE = re.compile(
    rf"{_WEEKDAY}(?:(?P<month>{_NAMED})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?|"
    rf"(?P<first>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<then>{_NAMED}),?)\s+(?P<year>\d{{4}})\b"
    r"(?:\s*[,|–-]?\s*(?:at\s+)?\d{1,2}(?::\d{2})?\s*[ap]\.?\s?m\.?)?(?:\s*\(?(?:E[DS]?T|UTC|GMT|CES?T)\)?)?\s*[|,.]?\s*",
    re.I,
)
_RELEASE = re.compile(r"(?:for immediate release|press release|embargoed until)\s*[:|–-]?\s*", re.I)
_CONTACT = re.compile(r"(?:media |press )?contacts?\s*:.*$", re.I)
_PHONE = re.compile(r"\+?\d{1,2}[\s.-]?\(\d{3}\)[\s.-]?\d{3}[\s.-]?\d{4}")
_PICTURE_NAME = re.compile(r"[^.!?]*\(\d{1,2}\)$")
_READ_MORE = re.compile(
    r"(?:read more|see also|related( posts| content| statements)?|more from uhrp)\b\s*(?::|$)", re.I
)
_SENTENCE = re.compile(r"[.!?…][\"”’)\]]*$")
_TOP = 15  # lines among which the opening of a statement is looked for


def parse(page: Page) -> Parsed:
    """A `list` or `feed` gives links to pages, a `page` one publication."""
    check_site(page, SITE)
    match page.kind:
        case "list":
            return _list(page)
        case "feed":
            return _feed(page)
        case "page":
            return _page(page)
    raise SourceChanged(page.url, f"page kind {page.kind!r} is not one of list, feed, page: correct sources.yaml")


def _list(page: Page) -> Parsed:
    soup = read_page(page)
    posts = _posts(soup)
    if not posts:
        raise SourceChanged(page.url, "the list holds no posts (looked for div.fl-post-grid and the like)")
    links: dict[str, Link] = {}
    skipped = []
    for post in posts:
        item = _post(post, page)
        if isinstance(item, Skip):
            skipped.append(item)
        elif item.key is None or item.key in links:
            skipped.append(Skip("listed twice", item.url))
        else:
            links[item.key] = item
    paging, warnings = _next(soup, page)
    return Parsed(len(posts), links=(*links.values(), *paging), skipped=tuple(skipped), warnings=warnings)


def _posts(soup: BeautifulSoup) -> list[Tag]:
    """The containers of items in the order of the page, of all modules on it: the innermost of nested ones."""
    found = soup.select(_POSTS)
    outer = {id(parent) for post in found for parent in post.parents}
    posts = [post for post in found if id(post) not in outer]
    inside = {id(post) for post in posts}
    posts = [part for post in posts for part in _parts(post)]
    loose = [
        heading
        for heading in soup.select(_LOOSE_POSTS)
        if heading.select_one("a[href]") and not any(id(parent) in inside for parent in heading.parents)
    ]
    return posts + loose


def _parts(post: Tag) -> list[Tag]:
    """A container of one item as it is; one of several items as their headings."""
    linked = [heading for heading in post.select("h1, h2, h3, h4") if heading.select_one("a[href]")]
    addresses = {str(anchor["href"]) for heading in linked for anchor in heading.select("a[href]")}
    return linked if len(linked) > 1 and len(addresses) > 1 else [post]


def _post(post: Tag, page: Page) -> Link | Skip:
    # In a gallery the link lies around the heading, and a picture's link stands before it.
    heading = post.select_one("h1, h2, h3, h4")
    anchor = heading.select_one("a[href]") or heading.find_parent("a", href=True) if heading is not None else None
    anchor = anchor or post.select_one("a[href]")
    url = absolute_or_none(page, str(anchor["href"])) if anchor is not None else None
    if anchor is None or url is None:
        return Skip("no link to a page", text_of(post)[:80] or "an empty post")
    stamp = post.select_one("time[datetime], meta[itemprop=datePublished]")
    published_on = printed_date(str(stamp.get("datetime") or stamp.get("content") or "")) if stamp is not None else None
    if published_on is None:
        published_on = next((found for text in post.strings if (found := _whole_date(squeeze(text)))), None)
    title = text_of(heading if heading is not None else anchor)
    return _item_link(page, url, title, published_on, version_of(text_of(post)))


def _item_link(page: Page, url: str, title: str, published_on: date | None, version: str) -> Link | Skip:
    key = item_key(url)
    if urlsplit(key).hostname != urlsplit(canonical(page.url)).hostname:
        return Skip("links to another site", url)
    if key == canonical(page.url) or (is_front(url) and "?" not in key):
        return Skip("no page of its own", url)
    if _FILE.search(urlsplit(url).path):
        return Skip("a file, noted and not fetched", url)
    head = Publication(
        source=page.source,
        key=key,
        url=url,
        title=title or key,
        kind=_kind(url),
        language="en",
        published_on=published_on,
    )
    return Link("page", url, key, version, head)


def _next(soup: BeautifulSoup, page: Page) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """The next page of this very list, and a warning for each "next" that leads elsewhere."""
    path = urlsplit(canonical(page.url)).path
    here = re.fullmatch(r"(?P<base>.*/)page/(?P<number>\d+)/", path)
    base, number = (here["base"], int(here["number"])) if here else (path, 1)
    links = {}
    warnings = []
    for anchor in soup.select("a.next.page-numbers[href]"):
        url = absolute_or_none(page, str(anchor["href"]))
        target = re.fullmatch(re.escape(base) + r"page/(\d{1,4})/", urlsplit(canonical(url)).path) if url else None
        if url and target and int(target[1]) == number + 1 and _same_site(url, page):
            links[canonical(url)] = Link("list", url)
        else:
            warnings.append(f"{page.url}: a next page that leads elsewhere is not followed: {anchor['href']}")
    return tuple(links.values()), tuple(warnings)


def _same_site(url: str, page: Page) -> bool:
    return urlsplit(canonical(url)).hostname == urlsplit(canonical(page.url)).hostname


def _feed(page: Page) -> Parsed:
    feed = read_feed(page)
    links = []
    skipped = list(feed.skipped)
    for item in feed.items:
        link = _item_link(page, item.url, item.title, item.published_on, item.version)
        if isinstance(link, Skip):
            skipped.append(link)
        else:
            links.append(link)
    if feed.items and not links:
        raise SourceChanged(page.url, f"none of the {len(feed.items)} items of the feed is a page of {SITE}")
    return Parsed(feed.containers, links=tuple(links), skipped=tuple(skipped), warnings=feed.warnings)


def _kind(url: str) -> str:
    first = urlsplit(url).path.strip("/").split("/")[0]
    return {"statement": "statement", "report": "report", "news": "news", "submissions": "submission"}.get(
        first, "page"
    )


def _page(page: Page) -> Parsed:
    soup = read_page(page)
    title = title_of(soup, page)
    pictures = {squeeze(str(image.get(name) or "")) for image in soup.select("img") for name in ("alt", "title")}
    meta = soup.select_one('meta[property="article:published_time"]')
    stamped = printed_date(str(meta.get("content") or "")) if meta is not None else None
    node = article_of(soup, _ARTICLES, page)
    strip_junk(node)
    lines = [line for line in lines_of(node) if line != title and line not in pictures]
    written, body = _without_opening(lines)
    text = paragraphs(_without_read_more(body))
    if not text:
        raise SourceChanged(page.url, "the article has no text")
    published_on = written or (page.head.published_on if page.head else None) or stamped
    publication = Publication(
        source=page.source,
        key=key_of(page),
        url=page.url,
        title=title,
        kind=_kind(page.url),
        language=language_of(text, "en"),
        text=text,
        published_on=published_on,
    )
    # Pages outside the lists (the sanctions tracker) are edited in place and bear no date.
    undated = (f"{page.url}: the page prints no date",) if published_on is None and publication.kind != "page" else ()
    return Parsed(1, (publication,), warnings=(*undated, *doubts_of(text, page)))


def _without_opening(lines: list[str]) -> tuple[date | None, list[str]]:
    """The date of the opening, and the lines without the opening's parts. Contact lines go wherever they stand."""
    written: date | None = None
    kept: list[str] = []
    contact = False
    for number, line in enumerate(lines):
        rest, found = _opening(line) if number < _TOP else (line, None)
        if rest and found is None and rest == line and number < _TOP and not kept and _PICTURE_NAME.fullmatch(line):
            continue
        written = written or found
        if _CONTACT.match(rest):
            contact = True
        elif contact and _PHONE.search(rest) and not _SENTENCE.search(rest):
            continue  # a further name and number under "Contact:"
        elif rest:
            contact = False
            kept.append(rest)
    return written, kept


def _opening(line: str) -> tuple[str, date | None]:
    """The line without "For immediate release" and a date that stands at its head; the date. Sentences are left."""
    at, found = 0, None
    while True:
        release = _RELEASE.match(line, at)
        dated = _DATE.match(line, at)
        if release:
            at = release.end()
        elif dated and found is None:
            at, found = dated.end(), _date(dated)
        else:
            break
    rest = line[at:]
    if rest and not _CONTACT.match(rest):
        return line, None
    return rest, found


def _date(match: re.Match[str]) -> date | None:
    try:
        month = (match["month"] or match["then"]).lower()[:3]
        number = next(n for n, name in enumerate(_MONTHS, start=1) if name.startswith(month))
        return date(int(match["year"]), number, int(match["day"] or match["first"]))
    except ValueError:
        return None


def _whole_date(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    return _date(match) if match else None


def _without_read_more(lines: list[str]) -> list[str]:
    """The lines without "Read more:" and the titles under it, up to the next line that is a sentence."""
    kept = []
    listing = False
    for line in lines:
        if _READ_MORE.match(line):
            listing = True
        elif listing and (not _SENTENCE.search(line) or _DATE.search(line[-40:])):
            continue
        else:
            listing = False
            kept.append(line)
    return kept
