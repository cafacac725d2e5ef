"""The running text of an HTML article: which element holds it, its lines in order, and the language it is in.

Shared by the parsers of sources that publish prose as web pages. An article is chosen by what it is (an element that
themes use for the text), never by taking away what it is not; within it, navigation, forms, share buttons and lists of
related items are left out.
"""

import hashlib
import re
import warnings
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, CData, Comment, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PageElement

from claimwatch.errors import SourceChanged
from claimwatch.models import Page
from parsers.reading import canonical, read_html, squeeze, text_of

_JUNK_TAGS = frozenset((
    "script", "style", "noscript", "template", "nav", "footer", "form", "aside", "iframe", "svg", "button",
    "figcaption",
))  # fmt: skip
_JUNK_CLASSES = frozenset((
    "wp-caption-text", "fl-photo-caption", "breadcrumbs", "sharedaddy", "share", "related", "related-posts",
    "jp-relatedposts", "yarpp-related", "post-navigation", "fl-post-grid", "fl-module-post-grid", "fl-post-feed",
    "fl-post-gallery", "widget", "cookie", "cookie-notice", "cookie-banner",
))  # fmt: skip
_BLOCKS = {
    "address", "article", "blockquote", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_TABLE_CELLS = {"td", "th"}
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
# Control characters cannot occur in a parsed page's visible text, so they can mark its joints.
_BLOCK, _LINE, _CELL = "\x1e", "\x1f", "\x1d"

# The second line behind the client's own look at each answer: whole headings that no publication bears.
_REFUSAL = re.compile(
    r"((error )?(4\d\d|50[0-4])( error| forbidden| (page )?not found| gone| bad gateway| service unavailable|"
    r":? [-–|] .{1,30})?|access (to this page has been )?denied.{0,20}|request access|just a moment|"
    r"attention required.{0,20}|forbidden|unauthorized|checking your browser.{0,60}|pardon our interruption|"
    r"(please )?verify (that )?you are (a )?human|are you (a )?(human|robot)\??|(log|sign|logg) ?(in|inn)|"
    r"(sorry,? |oops!? )?(this |the |that )?page ((was )?not|could not be|can[’']t be|cannot be) found|"
    r"nothing (was )?found( here)?|service (temporarily )?unavailable|too many requests|under maintenance|"
    r"(siden|sida) (ble|vart|finnes|finst) ikk(e|je)( funnet| funnen)?|(fant ikke siden|fann ikkje sida))[.!…]{0,3}",
    re.I,
)
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


def item_key(url: str) -> str:
    """The key of the publication at `url`: its canonical address. A short link (`/?p=1316`) keeps its number, by which
    alone it differs from others; the page that it leads to has a better key (see `key_of`)."""
    post = parse_qs(urlsplit(url).query).get("p", [""])[0]
    return canonical(url) + (f"?p={post}" if is_front(url) and post.isdecimal() else "")


def is_front(url: str) -> bool:
    """Whether an address is that of a site's front page, in any language."""
    return re.fullmatch(r"/?([a-z]{2}/?)?", urlsplit(url).path) is not None


def key_of(page: Page) -> str:
    """The key of the publication on this page: as the list that linked here gave it, else its canonical address.

    Raises `SourceChanged` where the answer is the site's front page, to which some sites redirect what is gone.
    """
    own = item_key(page.url)
    if is_front(page.url) and "?" not in own:
        raise SourceChanged(page.url, "the front page came where a page of its own is due")
    return page.head.key if page.head and "?p=" not in page.head.key else own


def strip_junk(node: Tag) -> None:
    """Takes out of `node` what is never part of an article's text. Changes the tree in place."""
    found = [tag for tag in node.descendants if isinstance(tag, Tag) and _is_junk(tag)]
    junk = {id(one) for one in found}
    for parent in {id(one.parent): one.parent for one in found if one.parent is not None}.values():
        # By index and from the end: bs4 would look for each child from the beginning, hours in a page of 5 MB.
        for index in range(len(parent.contents) - 1, -1, -1):
            if id(parent.contents[index]) in junk:
                parent.contents[index].extract(index)
    # The heading of a list that went is left with nothing under it.
    for text in reversed([part for part in node.descendants if isinstance(part, NavigableString)]):
        if isinstance(text, Comment) or not text.strip():
            continue
        heading = _nearest(text, _HEADINGS)
        if heading is None:
            break
        if heading.parent is not None:
            among = heading.parent.contents
            heading.extract(next(index for index in range(len(among) - 1, -1, -1) if among[index] is heading))


def _is_junk(tag: Tag) -> bool:
    return (
        tag.name in _JUNK_TAGS
        or tag.get("role") == "navigation"
        or tag.has_attr("hidden")
        or not _JUNK_CLASSES.isdisjoint(tag.get_attribute_list("class"))
    )


def _nearest(node: PageElement, names: Collection[str]) -> Tag | None:
    """The innermost element around `node` with one of these names; as `find_parent`, which makes a filter each time."""
    return next((parent for parent in node.parents if parent.name in names), None)


def lines_of(node: Tag) -> list[str]:
    """The visible lines of an element in reading order: one per block or `br`; table rows joined by ` | `.

    A `br` that only breaks a sentence (the next line goes on in lower case) is a space.
    """
    lines: list[str] = []
    for run in "".join(_marked(node)).split(_BLOCK):
        parts: list[list[str]] = []
        for line in [cells for cells in map(_cells, run.split(_LINE)) if cells]:
            if parts and line[0].islower():
                parts[-1].append(line)
            else:
                parts.append([line])
        lines += [" ".join(part) for part in parts]
    return lines


def _marked(node: Tag) -> Iterator[str]:
    """The strings of an element with marks at the joints of blocks, lines and cells."""
    inside = _nearest(node, _TABLE_CELLS) is not None
    left: list[tuple[PageElement | str, bool]] = [(child, inside) for child in reversed(node.contents)]
    while left:
        item, in_cell = left.pop()
        if isinstance(item, Tag):
            if item.name == "br":
                yield _LINE
                continue
            cell = item.name in _TABLE_CELLS
            block = item.name in _BLOCKS and not (in_cell and item.name in {"p", "div"})
            if block:
                yield _BLOCK
            if cell or block:
                left.append((_CELL if cell else _BLOCK, in_cell))
            left += [(child, in_cell or cell) for child in reversed(item.contents)]
        elif not isinstance(item, PageElement) or type(item) in (NavigableString, CData):
            yield str(item)


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
                return _no_refusal(title, page)
    meta = soup.select_one('meta[property="og:title"]')
    if meta is not None and (title := squeeze(str(meta.get("content") or ""))):
        return _no_refusal(re.split(r"\s+[|–]\s+", title)[0], page)
    if page.head is not None and page.head.title:
        return page.head.title
    raise SourceChanged(page.url, "the page has no heading")


def _no_refusal(title: str, page: Page) -> str:
    """The title, unless it is that of a wall or of a "not found" that came with status 200."""
    if _REFUSAL.fullmatch(title):
        raise SourceChanged(page.url, f"the page is headed {title!r}: a wall or a page that is not there")
    return title


def language_of(text: str, hint: str) -> str:
    """`en`, `nb` or `nn` by counting function words; `hint` (one of these) decides a tie, as in a text of few words."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    score = {code: sum(word in known for word in words) for code, known in _LANGUAGES.items()}
    best = max(score.values())
    return hint if score.get(hint) == best else max(score, key=lambda code: score[code])


def version_of(*parts: str) -> str:
    """A short fingerprint of what a list says of an item, to be compared with that of the last read."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
