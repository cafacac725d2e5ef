"""What every parser needs: bytes into a tree or raise, one node or raise, text as a reader sees it.

A page that is not what it should be raises `SourceChanged`: a wall in HTML where JSON or XML is due, a selector that
finds none or many, a document that is cut off. Nothing here guesses.
"""

import codecs
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from bs4 import BeautifulSoup, ParserRejectedMarkup, Tag
from lxml import etree

from claimwatch.errors import SourceChanged
from claimwatch.models import Page
from parsers.garbled import doubts, mended

T = TypeVar("T")

_SPACE = re.compile(r"\s+")
# GPO swapped every en dash of its XML for a hyphen in March 2024; without this, old numbers and pages are "changed".
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))
# What no reader sees and what would make one name two: controls, soft hyphens, zero-width and bidi marks. The joiners
# (U+200C, U+200D) stay: scripts that need them are read otherwise without. A lone half of a pair is no character.
_UNSEEN = dict.fromkeys(
    code
    for first, last in (
        (0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x200B, 0x200B), (0x200E, 0x200F),
        (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB),
    )
    for code in range(first, last + 1)
) | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # fmt: skip
_LONE_HALF = re.compile("[\ud800-\udfff]")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_TAG = re.compile(r"<[a-zA-Z]")
MOST_ELEMENTS = 200_000  # a long list has some ten thousand; a thousand cost 0.1 to 0.2 s, and more on a busy machine
_META = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
# Pages that call themselves one of these are written in Windows-1252, as browsers know.
_LATIN = {"iso8859-1", "ascii", "iso8859-15", "cp1252"}
_OTHER_ENCODINGS = re.compile(r"utf-(16|32)|iso8859-|cp\d|koi8|gb|big5|euc_|shift_jis|mac-")


def looks_like_html(body: bytes) -> bool:
    """Whether the bytes begin as an HTML page does."""
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))


def load_json(page: Page) -> object:
    """The JSON of a page; raises `SourceChanged` for HTML or broken JSON.

    JSON can spell what no store can hold: a NUL, which is left out, and a lone half of a pair, which becomes U+FFFD.
    """
    if looks_like_html(page.body):
        raise SourceChanged(page.url, "an HTML page came where JSON is due")
    try:
        return _storable(json.loads(page.body))
    except (ValueError, RecursionError) as error:
        raise SourceChanged(page.url, f"broken JSON: {error}") from error


def _storable(value: object) -> object:
    if isinstance(value, str):
        return _LONE_HALF.sub("\ufffd", value.replace("\0", ""))
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    return value


def read_json(page: Page) -> dict[str, object]:
    """The JSON object of a page; raises `SourceChanged` for HTML, broken JSON or another JSON type."""
    data = load_json(page)
    if not isinstance(data, dict):
        raise SourceChanged(page.url, f"a JSON {type(data).__name__} came where an object is due")
    return data


def read_xml(page: Page) -> etree._Element:
    """The root element of an XML page; entities and network are off. Raises `SourceChanged` for HTML or broken XML."""
    if looks_like_html(page.body):
        raise SourceChanged(page.url, "an HTML page came where XML is due")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(page.body, parser)
    except etree.XMLSyntaxError as error:
        raise SourceChanged(page.url, f"broken XML: {error}") from error


def read_html(page: Page) -> BeautifulSoup:
    """The tree of an HTML page; raises `SourceChanged` when there is no HTML in it, its end is missing, or it has so
    many elements that it would be read for longer than a lease on its source lasts."""
    text = decode(page)
    elements = sum(1 for _ in _TAG.finditer(text))
    if elements > MOST_ELEMENTS:
        raise SourceChanged(page.url, f"{elements:,} elements on one page, where at most {MOST_ELEMENTS:,} are read")
    start = text[:4096].lower()
    if "<" not in start or (start.lstrip().startswith("<?xml") and "<html" not in start[:500]):
        raise SourceChanged(page.url, "no HTML came where a page is due")
    try:
        soup = BeautifulSoup(text, "lxml")
    except ParserRejectedMarkup as error:
        raise SourceChanged(page.url, f"HTML that cannot be read: {error}") from error
    if soup.find("body") is None:
        raise SourceChanged(page.url, "no HTML came where a page is due")
    if "</html>" not in text[-4096:].lower():
        raise SourceChanged(page.url, "the page is cut off: its closing tag is missing")
    return soup


def decode(page: Page) -> str:
    """The characters of an HTML page. Bytes that are UTF-8 are read as UTF-8, whatever header or page declare: other
    encodings are UTF-8 by accident only where they hold no accents. Bytes that fit no encoding become U+FFFD."""
    body = page.body
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and "\x00" not in text:
        return text
    said = _META.search(body[:4096])
    for declared in (page.charset, said[1].decode("ascii", "replace") if said else None):
        try:
            encoding = codecs.lookup(declared).name if declared else ""
        except (LookupError, ValueError):
            continue
        if encoding == "utf-8":
            # A few bad bytes in UTF-8 (a comment cut in the middle of a letter) must not garble the rest.
            text = body.decode("utf-8", "replace")
            if text.count("\ufffd") * 2 < sum(char > "\x7f" for char in text):
                return text
        elif _OTHER_ENCODINGS.match(encoding) and encoding not in _LATIN:
            return body.decode(encoding, "replace")
    return body.decode("cp1252", "replace")


def doubts_of(text: str, page: Page, raw: str | None = None) -> tuple[str, ...]:
    """Warnings where letters of a page came lost or encoded twice; `text` is what was read of it, `raw` what it was
    read from where that is not the page as it is (texts out of JSON). Raises `SourceChanged` where it is past mending.
    """
    return doubts(text, decode(page) if raw is None else raw, page.url)


def check_site(page: Page, site: str) -> None:
    """Raises `SourceChanged` where the answer came from another site than `site` (or a host below it): a redirect to
    whoever bought the address, a portal, the page of another source."""
    try:
        host = (urlsplit(page.url).hostname or "").lower()
    except ValueError as error:
        raise SourceChanged(page.url, f"the address of the page cannot be read: {error}") from error
    if host != site and not host.endswith(f".{site}"):
        raise SourceChanged(page.url, f"the answer comes from {host or 'nowhere'}, where {site} is due")


def only(found: Sequence[T], what: str, page: Page) -> T:
    """The one element of `found`; raises `SourceChanged` on none or many. `what` says what they are, in the plural."""
    if len(found) != 1:
        raise SourceChanged(page.url, f"{len(found)} {what}; one is due")
    return found[0]


def squeeze(text: str) -> str:
    """Text with every run of white space as one space, trimmed, in NFC, without characters that nobody sees, and with
    letters that were encoded twice as they were meant."""
    if text.isascii() and text.isprintable():  # most of it is: nothing to mend, and its only white space is the blank
        return " ".join(text.split())
    return _SPACE.sub(" ", unicodedata.normalize("NFC", mended(text).translate(_UNSEEN))).strip()


def hyphens(text: str) -> str:
    """Text with en dashes, figure dashes and minus signs as hyphens; em dashes stay. Letters that were encoded twice
    (`Ã–`) would lose part of themselves, so they are mended first, as `squeeze` does."""
    return text if text.isascii() else mended(text).translate(_DASHES)


def text_of(node: Tag) -> str:
    """The text of an element as a reader sees it, on one line."""
    return squeeze(node.get_text(" ", strip=False))


def paragraphs(texts: Iterable[str]) -> str:
    """Running text: the non-empty paragraphs joined by a blank line."""
    return "\n\n".join(text for text in map(squeeze, texts) if text)


def absolute(page: Page, href: str) -> str:
    """`href` against the page's address, without fragment and without what nobody sees (a NUL cannot be stored).
    Raises `SourceChanged` where it is not an address."""
    try:
        return urlsplit(urljoin(page.url, href.translate(_UNSEEN).strip()))._replace(fragment="").geturl()
    except ValueError as error:
        raise SourceChanged(page.url, f"{href!r} is not an address: {error}") from error


def canonical(url: str) -> str:
    """An address as a key: https, host in lower case without `www.`, no query or fragment, one trailing slash, one way
    of escaping (`’`, `%e2%80%99` and `%E2%80%99` are the same)."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.rstrip("/") + ("" if re.search(r"\.\w{2,5}$", parts.path) else "/")
    path = quote(unquote(path, errors="surrogateescape"), safe="/:@!$&'()*+,;=~", errors="surrogateescape")
    return urlunsplit(("https", host, path, "", ""))


def iso_date(text: str, page: Page) -> date:
    """An ISO date, or `SourceChanged`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a calendar date has no zone)
    except ValueError as error:
        raise SourceChanged(page.url, f"{text!r} is not a date") from error
