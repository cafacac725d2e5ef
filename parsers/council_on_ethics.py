"""The Council on Ethics for Norway's Government Pension Fund Global: its lists and its pages, one per company.

Address: https://etikkradet.no/ (`/tilradninger/` lists all published recommendations by criterion; a company's page is
`/<company>/`, in English `/en/<company>/`). The site is WordPress (its short links are `/?p=1917`).

Assumed: a list page links every company page from its main content; a company page has one `h1` with the company's
name and one article. The pages are edited in place and mostly carry no date, so each is fetched at every read.
Language versions (nn and nb are mixed by author, en under `/en/`) are publications of their own: they are written
apart and may say different things. The recommendations themselves are PDF files, which are counted and not fetched.

What breaks it: another theme without any of the article elements below; lists filled in by a script. Both raise
`SourceChanged`. What is known of the site and what is not: docs/sources/council_on_ethics.md.
"""

import re
from datetime import date
from urllib.parse import urlsplit

from bs4 import Tag

from claimwatch.errors import SourceChanged
from claimwatch.models import Link, Page, Parsed, Publication, Skip
from parsers.article import article_of, item_key, key_of, language_of, lines_of, read_page, strip_junk, title_of
from parsers.feed import absolute_or_none, printed_date, read_feed
from parsers.reading import canonical, check_site, doubts_of, paragraphs, squeeze, text_of

VERSION = "3"

SITE = "etikkradet.no"

_ARTICLES = (
    "main .entry-content", ".entry-content", "main article", "article", "main", "#content",
    ".post-content", ".page-content", ".elementor-widget-theme-post-content",
)  # fmt: skip
_LISTS = ("main", "#content", "article", ".entry-content")
_FILE = re.compile(r"\.(pdf|docx?|xlsx?|pptx?|zip|jpe?g|png)$", re.I)
# Parts of the site that hold lists: what they link to is read as a further list, not as a company.
_LIST_PATH = re.compile(r"^/(en/)?(tilradninger|tilradingar|recommendations|category|kategori)(/|$)")
_FORM = re.compile(r"\s*[(\[]?\bpdf\b[^()\[\]]{0,20}[)\]]?$", re.I)  # "(PDF, 2 MB)"
_READ_HERE = re.compile(r"(les|lese|read|see|sjå|se)\b.{0,100}$", re.I)
_NOT_ITEMS = re.compile(r"^/(en/?)?$|^/(wp-|files/|feed/|en/feed/)")


def parse(page: Page) -> Parsed:
    """An `index` page or `feed` gives links to company pages, a `company` page one publication."""
    check_site(page, SITE)
    match page.kind:
        case "index":
            return _index(page)
        case "feed":
            return _feed(page)
        case "company":
            return _company(page)
    raise SourceChanged(page.url, f"page kind {page.kind!r} is not one of index, feed, company: correct sources.yaml")


def _index(page: Page) -> Parsed:
    node = article_of(read_page(page), _LISTS, page)
    strip_junk(node)
    links: dict[str, Link] = {}
    lists: dict[str, Link] = {}
    skipped = []
    for anchor in node.select("a[href]"):
        href = str(anchor["href"]).strip()
        if href.startswith("#"):
            continue
        item = _link(page, anchor, href)
        if isinstance(item, Skip):
            skipped.append(item)
        elif item.key is None:
            if canonical(item.url) != canonical(page.url):
                lists[item.url] = item
        elif item.key in links:
            skipped.append(Skip("listed twice", item.url))
        else:
            links[item.key] = item
    if not links and not lists:
        raise SourceChanged(page.url, "the list links to no company page")
    return Parsed(len(links) + len(skipped), links=(*links.values(), *lists.values()), skipped=tuple(skipped))


def _link(page: Page, anchor: Tag, href: str) -> Link | Skip:
    url = absolute_or_none(page, href)
    if url is None:
        return Skip("no link to a page", href)
    path = urlsplit(url).path
    key = item_key(url)
    if urlsplit(key).hostname != urlsplit(canonical(page.url)).hostname:
        return Skip("links to another site", url)
    if _FILE.search(path):
        return Skip("a file, noted and not fetched", url)
    if _LIST_PATH.search(path):
        return Link("index", url)
    if _NOT_ITEMS.search(path) and "?" not in key:
        return Skip("no page about a company", url)
    return _company_link(page, url, text_of(anchor), None)


def _company_link(page: Page, url: str, title: str, published_on: date | None) -> Link:
    key = item_key(url)
    head = Publication(
        source=page.source,
        key=key,
        url=url,
        title=title or key,
        kind="recommendation",
        language=_hint(url, ""),
        published_on=published_on,
    )
    return Link("company", url, key, None, head)


def _feed(page: Page) -> Parsed:
    feed = read_feed(page)
    links = []
    skipped = list(feed.skipped)
    for item in feed.items:
        if urlsplit(item.key).hostname != urlsplit(canonical(page.url)).hostname:
            skipped.append(Skip("links to another site", item.url))
        else:
            links.append(_company_link(page, item.url, item.title, item.published_on))
    if feed.items and not links:
        raise SourceChanged(page.url, f"none of the {len(feed.items)} items of the feed is a page of {SITE}")
    return Parsed(feed.containers, links=tuple(links), skipped=tuple(skipped), warnings=feed.warnings)


def _company(page: Page) -> Parsed:
    soup = read_page(page)
    title = title_of(soup, page)
    root = soup.select_one("html[lang]")
    hint = _hint(page.url, str(root["lang"]) if root is not None else "")
    node = article_of(soup, _ARTICLES, page)
    printed = _printed(node)
    strip_junk(node)
    files = _take_files(node, page)
    text = paragraphs(line for line in lines_of(node) if line != title)
    if not text:
        raise SourceChanged(page.url, "the article has no text")
    publication = Publication(
        source=page.source,
        key=key_of(page),
        url=page.url,
        title=title,
        kind="recommendation",
        language=language_of(text, hint),
        text=text,
        published_on=printed or (page.head.published_on if page.head else None),
    )
    return Parsed(1 + len(files), (publication,), skipped=files, warnings=doubts_of(text, page))


def _take_files(node: Tag, page: Page) -> tuple[Skip, ...]:
    """The documents that the article links to; lines that only name one, or say "read it here", go with their link."""
    files = {}
    lines: dict[int, tuple[Tag, Tag]] = {}
    for anchor in node.select("a[href]"):
        url = absolute_or_none(page, str(anchor["href"]))
        if url is None or not _FILE.search(urlsplit(url).path):
            continue
        files[url] = Skip("a file, noted and not fetched", url)
        line = anchor.find_parent(["p", "li"])
        if line is not None:
            lines.setdefault(id(line), (line, anchor))
    for line, anchor in lines.values():
        whole = text_of(line)
        if _READ_HERE.match(whole) or _only_names(whole, text_of(anchor)):
            line.clear()
    return tuple(files.values())


def _only_names(line: str, title: str) -> bool:
    """Whether a line is nothing but the title of a linked file. What ends in a stop is a sentence, and stays."""
    whole, title = (_FORM.sub("", text) for text in (line, title))
    return whole == title and not whole.endswith((".", "!", "?"))


def _printed(node: Tag) -> date | None:
    """The date the article itself prints, where the theme prints one. Removes it from the text."""
    for stamp in node.select("time.published, time.entry-date, .entry-date time"):
        if stamp.decomposed:
            continue  # it stood in the one before
        printed = printed_date(squeeze(str(stamp.get("datetime") or "")))
        stamp.decompose()
        if printed:
            return printed
    return None


def _hint(url: str, lang: str) -> str:
    if urlsplit(url).path.startswith("/en/") or lang.lower().startswith("en"):
        return "en"
    return "nn" if lang.lower().startswith("nn") else "nb"
