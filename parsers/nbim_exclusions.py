"""Norges Bank Investment Management: the table of excluded and observed companies, and the notices of decisions.

Addresses: https://www.nbim.no/en/responsible-investment/exclusion-of-companies/ (kind `table`); press releases under
`/en/news-and-insights/the-press/press-releases/YYYY/…` and `/no/oljefondet/nyheter/YYYY/…` (kinds `notices` for the
list, `notice` for one).

Assumed: one HTML table, or one for each decision, as parsers/exclusion_table.py reads it. A notice has one `h1`, a date
in words and paragraphs, and may hold several decisions; its contact block and its closing list of links to
recommendations are left out.

What breaks it: a table filled in by a script, a list that links to no notice: `SourceChanged`. More:
docs/sources/nbim_exclusions.md.
"""

import re
from datetime import date
from urllib.parse import urlsplit

from bs4 import Tag

from claimwatch.errors import SourceChanged
from claimwatch.models import Link, Page, Parsed, Publication, Skip
from parsers.article import article_of, key_of, language_of, lines_of, read_page, strip_junk, title_of, version_of
from parsers.exclusion_table import read_table, written_date
from parsers.feed import absolute_or_none, printed_date
from parsers.reading import canonical, check_site, doubts_of, paragraphs, squeeze, text_of

VERSION = "3"

SITE = "nbim.no"

_NOTICE = re.compile(r"^/(en/news-and-insights/the-press/press-releases|no/oljefondet/nyheter)/\d{4}/[^/]+/?$")
_ARTICLES = ("main article", "article", "main", "#main-content", "#content")
_AROUND_PAGE = ["nav", "header", "footer", "aside"]
_END = re.compile(
    r"(press ?contacts?|media contacts?|contacts?|pressekontakt(er)?|kontakt|"
    r"for more information,? (please )?contact.*|(the )?council on ethics[’'] recommendations?|"
    r"etikkrådets tilrådning(er)?)\s*:?\s*$",
    re.I,
)


def parse(page: Page) -> Parsed:
    """A `table` gives entries of the list `exclusions`, `notices` links, a `notice` one publication."""
    check_site(page, SITE)
    match page.kind:
        case "table":
            return read_table(page)
        case "notices":
            return _notices(page)
        case "notice":
            return _notice(page)
    raise SourceChanged(page.url, f"page kind {page.kind!r} is not one of table, notices, notice: correct sources.yaml")


def _notices(page: Page) -> Parsed:
    soup = read_page(page)
    links: dict[str, Link] = {}
    skipped = []
    dates: dict[int, date | None] = {}
    for anchor in soup.select("a[href]"):
        url = absolute_or_none(page, str(anchor["href"]))
        if url is None or not _same_site(url, page):
            continue
        if not _NOTICE.match(urlsplit(url).path):
            if _is_below(url, page) and anchor.find_parent(_AROUND_PAGE) is None:
                skipped.append(Skip("no notice by its address", url))
            continue
        key = canonical(url)
        if key in links:
            skipped.append(Skip("listed twice", url))
            continue
        title, published_on = _teaser(anchor, dates)
        head = Publication(
            source=page.source,
            key=key,
            url=url,
            title=title or key,
            kind="notice",
            language=_notice_language(url),
            published_on=published_on,
        )
        links[key] = Link("notice", url, key, version_of(title, str(published_on)), head)
    if not links:
        raise SourceChanged(page.url, "the list links to no notice")
    return Parsed(len(links) + len(skipped), links=tuple(links.values()), skipped=tuple(skipped))


def _same_site(url: str, page: Page) -> bool:
    return urlsplit(canonical(url)).hostname == urlsplit(canonical(page.url)).hostname


def _is_below(url: str, page: Page) -> bool:
    here, there = urlsplit(canonical(page.url)).path, urlsplit(canonical(url)).path
    return there != here and there.startswith(here)


def _teaser(anchor: Tag, dates: dict[int, date | None]) -> tuple[str, date | None]:
    """The title that an item of the list shows, and its date: in the link itself, or in the item around it. `dates` are
    those of items already seen, so that a list within one item is not gone through again for each link."""
    heading = anchor.select_one("h2, h3, h4")
    title = text_of(heading if heading is not None else anchor)
    around = anchor.find_parent(["li", "article"]) or anchor
    if id(around) not in dates:
        stamp = around.select_one("time")
        printed = printed_date(str(stamp.get("datetime") or "")) if stamp is not None else None
        written = (written_date(squeeze(text)) for text in around.strings)
        dates[id(around)] = printed or next((day for day in written if day), None)
    return title, dates[id(around)]


def _notice_language(url: str) -> str:
    return "nb" if urlsplit(url).path.startswith("/no/") else "en"


def _notice(page: Page) -> Parsed:
    soup = read_page(page)
    title = title_of(soup, page)
    node = article_of(soup, _ARTICLES, page)
    stamp = node.select_one("time[datetime]")
    published_on = printed_date(str(stamp["datetime"])) if stamp is not None else None
    strip_junk(node)
    body = []
    for line in lines_of(node):
        if _END.match(line):
            break
        if line == title:
            continue
        printed = written_date(line)
        if printed is None:
            body.append(line)
        else:
            published_on = published_on or printed
    # The sentence under the heading often stands again as the first paragraph.
    text = paragraphs(dict.fromkeys(body))
    if not text:
        raise SourceChanged(page.url, "the notice has no text")
    published_on = published_on or (page.head.published_on if page.head else None)
    publication = Publication(
        source=page.source,
        key=key_of(page),
        url=page.url,
        title=title,
        kind="notice",
        language=language_of(text, _notice_language(page.url)),
        text=text,
        published_on=published_on,
    )
    undated = () if published_on else (f"{page.url}: the notice prints no date",)
    return Parsed(1, (publication,), warnings=(*undated, *doubts_of(text, page)))
