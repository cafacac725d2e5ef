"""The Uyghur Human Rights Project: statements, reports, news; from feeds where there are any, else from lists.

Address: https://uhrp.org/ (`/statements/`, `/research/`, `/news/`; items under `/statement/…/`, `/report/…/`,
`/news/…/`). WordPress with the Beaver Builder page builder.

Assumed: lists are `div.fl-post-grid` modules, one `.fl-post-grid-post` (or `.fl-post-column`) an item, its link in a
heading, the next page under `a.next.page-numbers`; only `/page/N/` of the same list is followed, because modules on
other pages page under addresses of their own (`/transnational-repression/paged-2/2/`) and lead round in circles.
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
from parsers.article import article_of, key_of, language_of, lines_of, read_page, strip_junk, title_of, version_of
from parsers.feed import absolute_or_none, printed_date, read_feed
from parsers.reading import canonical, paragraphs, squeeze, text_of

VERSION = "1"

_POSTS = (".fl-post-grid .fl-post-grid-post", ".fl-post-grid .fl-post-column", ".fl-post-grid h3")
_ARTICLES = (
    "article .fl-post-content", ".fl-post-content", "article.type-statement", "article",
    ".fl-page-content .fl-rich-text", ".fl-page-content", "main", ".fl-builder-content", ".entry-content",
)  # fmt: skip
_FILE = re.compile(r"\.(pdf|docx?|xlsx?|pptx?|zip|jpe?g|png|mp4)$", re.I)
_MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
]  # fmt: skip
_DATE = re.compile(
    rf"({'|'.join(_MONTHS)})\s+(\d{{1,2}}),?\s+(\d{{4}})"
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
    posts = next((found for selector in _POSTS if (found := list(soup.select(selector)))), list[Tag]())
    if not posts:
        raise SourceChanged(page.url, "the list holds no posts (looked for div.fl-post-grid)")
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


def _post(post: Tag, page: Page) -> Link | Skip:
    anchor = post.select_one("h2 a[href], h3 a[href], h4 a[href], a[href]")
    url = absolute_or_none(page, str(anchor["href"])) if anchor is not None else None
    if anchor is None or url is None:
        return Skip("no link to a page", text_of(post)[:80] or "an empty post")
    stamp = post.select_one("time[datetime], meta[itemprop=datePublished]")
    published_on = printed_date(str(stamp.get("datetime") or stamp.get("content") or "")) if stamp is not None else None
    if published_on is None:
        published_on = next((found for text in post.strings if (found := _whole_date(squeeze(text)))), None)
    return _item_link(page, url, text_of(anchor), published_on, version_of(text_of(post)))


def _item_link(page: Page, url: str, title: str, published_on: date | None, version: str) -> Link | Skip:
    if urlsplit(canonical(url)).hostname != urlsplit(canonical(page.url)).hostname:
        return Skip("links to another site", url)
    if _FILE.search(urlsplit(url).path):
        return Skip("a file, noted and not fetched", url)
    key = canonical(url)
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
    return Parsed(1, (publication,), warnings=() if published_on else (f"{page.url}: the page prints no date",))


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
    rest, found = line, None
    while True:
        release = _RELEASE.match(rest)
        dated = _DATE.match(rest)
        if release:
            rest = rest[release.end() :]
        elif dated and found is None:
            rest, found = rest[dated.end() :], _date(dated)
        else:
            break
    if rest and not _CONTACT.match(rest):
        return line, None
    return rest, found


def _date(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[3]), _MONTHS.index(match[1].lower()) + 1, int(match[2]))
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
