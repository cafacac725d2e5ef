"""The running text of an HTML article: which element holds it, its lines in order, and the language it is in.

Shared by the parsers of sources that publish prose as web pages. An article is chosen by what it is (an element that
themes use for the text), never by taking away what it is not; within it, navigation, forms, share buttons and lists of
related items are left out.
"""

import hashlib
import re
import warnings
from collections.abc import Iterable
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Comment, Tag, XMLParsedAsHTMLWarning

from claimwatch.errors import SourceChanged
from claimwatch.models import Page
from parsers.reading import canonical, read_html, squeeze, text_of

_JUNK = (
    "script, style, noscript, template, nav, footer, form, aside, iframe, svg, button, figcaption, [role=navigation], "
    "[hidden], .wp-caption-text, .fl-photo-caption, .breadcrumbs, .sharedaddy, .share, .related, .related-posts, "
    ".jp-relatedposts, .yarpp-related, .post-navigation, .fl-post-grid, .fl-module-post-grid, .widget, "
    ".cookie, .cookie-notice, .cookie-banner"
)
_BLOCKS = [
    "address", "article", "blockquote", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul",
]  # fmt: skip
_HEADINGS = ["h2", "h3", "h4", "h5", "h6"]
# Control characters cannot occur in a parsed page's visible text, so they can mark its joints.
_BLOCK, _LINE, _CELL = "\x1e", "\x1f", "\x1d"

_WORDS = {
    "en": "the of and that is was has have from by its which this with are been",
    "nn": "og som på av til er ikkje frå eit vart dei ein noko desse vere gjer også medan berre skreiv hadde",
    "nb": "og som på av til er ikke fra et ble de en noe disse være gjør også mens bare skrev hadde",
}
_LANGUAGES = {code: frozenset(words.split()) for code, words in _WORDS.items()}


def read_page(page: Page) -> BeautifulSoup:
    """The tree of an HTML page; raises `SourceChanged` for what is none, as `read_html` does, or cannot be decoded."""
    with warnings.catch_warnings():
        # bs4 warns on standard error of XML with HTML in it; what is no page fails below for want of an article.
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        try:
            return read_html(page)
        except ValueError as error:  # lxml, on a declared charset that holds control characters
            raise SourceChanged(page.url, f"HTML that cannot be read: {error}") from error


def article_of(soup: Tag, selectors: Iterable[str], page: Page) -> Tag:
    """The element that holds the text: the first selector with exactly one match, or one match around the `h1`.

    Nested matches count once (the outermost). Raises `SourceChanged` naming the selectors when none fits.
    """
    tried = tuple(selectors)
    for selector in tried:
        found = soup.select(selector)
        known = {id(node) for node in found}
        outer = [node for node in found if not any(id(parent) in known for parent in node.parents)]
        if len(outer) > 1:
            outer = [node for node in outer if node.find("h1") is not None]
        if len(outer) == 1:
            return outer[0]
    raise SourceChanged(page.url, f"no single article on the page (looked for {', '.join(tried)})")


def key_of(page: Page) -> str:
    """The key of the publication on this page: as the list that linked here gave it, else its canonical address.

    Raises `SourceChanged` where the answer is the site's front page, to which some sites redirect what is gone.
    """
    if re.fullmatch(r"/?([a-z]{2}/?)?", urlsplit(page.url).path):
        raise SourceChanged(page.url, "the front page came where a page of its own is due")
    return page.head.key if page.head else canonical(page.url)


def strip_junk(node: Tag) -> None:
    """Takes out of `node` what is never part of an article's text. Changes the tree in place."""
    for junk in node.select(_JUNK):
        if not junk.decomposed:
            junk.decompose()
    # The heading of a list that went is left with nothing under it.
    for text in reversed(node.find_all(string=True)):
        if isinstance(text, Comment) or not text.strip():
            continue
        heading = text.find_parent(_HEADINGS)
        if heading is None:
            break
        heading.extract()


def lines_of(node: Tag) -> list[str]:
    """The visible lines of an element in reading order: one per block or `br`; table rows joined by ` | `.

    A `br` that only breaks a sentence (the next line goes on in lower case) is a space.
    Changes the tree in place (joints are marked in it), so read titles and links first.
    """
    for br in node.find_all("br"):
        br.replace_with(_LINE)
    for cell in node.find_all(["td", "th"]):
        cell.append(_CELL)
    for block in node.find_all(_BLOCKS):
        if block.name not in {"p", "div"} or block.find_parent(["td", "th"]) is None:
            block.insert_before(_BLOCK)
            block.insert_after(_BLOCK)
    lines: list[str] = []
    for run in node.get_text().split(_BLOCK):
        parts: list[str] = []
        for line in [cells for cells in map(_cells, run.split(_LINE)) if cells]:
            if parts and line[0].islower():
                parts[-1] += f" {line}"
            else:
                parts.append(line)
        lines += parts
    return lines


def _cells(line: str) -> str:
    return " | ".join(cell for cell in map(squeeze, line.split(_CELL)) if cell)


def title_of(soup: Tag, page: Page) -> str:
    """The page's own heading: the first `h1` of its article or, failing that, of the page; else `og:title` without the
    site's name, else the head's. Some themes set the site's own name in an `h1` as well.

    Raises `SourceChanged` where there is none.
    """
    for within in ("h1.entry-title, article h1", "main h1, #content h1", "h1:not(.site-title)", "h1"):
        for heading in soup.select(within):
            if title := text_of(heading):
                return title
    meta = soup.select_one('meta[property="og:title"]')
    if meta is not None and (title := squeeze(str(meta.get("content") or ""))):
        return re.split(r"\s+[|–]\s+", title)[0]
    if page.head is not None and page.head.title:
        return page.head.title
    raise SourceChanged(page.url, "the page has no heading")


def language_of(text: str, hint: str) -> str:
    """`en`, `nb` or `nn` by counting function words; `hint` (one of these) decides a tie, as in a text of few words."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    score = {code: sum(word in known for word in words) for code, known in _LANGUAGES.items()}
    best = max(score.values())
    return hint if score.get(hint) == best else max(score, key=lambda code: score[code])


def version_of(*parts: str) -> str:
    """A short fingerprint of what a list says of an item, to be compared with that of the last read."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
