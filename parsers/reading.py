"""What every parser needs: bytes into a tree or raise, one node or raise, text as a reader sees it.

A page that is not what it should be raises `SourceChanged`: a wall in HTML where JSON or XML is due, a selector that
finds none or many, a document that is cut off. Nothing here guesses.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urljoin, urlsplit, urlunsplit

from bs4 import BeautifulSoup, ParserRejectedMarkup, Tag
from lxml import etree

from claimwatch.errors import SourceChanged
from claimwatch.models import Page

_SPACE = re.compile(r"\s+")
# GPO swapped every en dash of its XML for a hyphen in March 2024; without this, old numbers and pages are "changed".
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))


def looks_like_html(body: bytes) -> bool:
    """Whether the bytes begin as an HTML page does."""
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))


def read_json(page: Page) -> dict[str, object]:
    """The JSON object of a page; raises `SourceChanged` for HTML, broken JSON or another JSON type."""
    if looks_like_html(page.body):
        raise SourceChanged(page.url, "an HTML page came where JSON is due")
    try:
        data = json.loads(page.body)
    except (ValueError, RecursionError) as error:
        raise SourceChanged(page.url, f"broken JSON: {error}") from error
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
    """The tree of an HTML page; raises `SourceChanged` when there is no HTML in it or its end is missing."""
    start = page.body[:4096].lower()
    if b"<" not in start or (start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") and b"<html" not in start[:500]):
        raise SourceChanged(page.url, "no HTML came where a page is due")
    try:
        soup = BeautifulSoup(page.body, "lxml", from_encoding=page.charset)
    except ParserRejectedMarkup as error:
        raise SourceChanged(page.url, f"HTML that cannot be read: {error}") from error
    if soup.find("body") is None:
        raise SourceChanged(page.url, "no HTML came where a page is due")
    if b"</html>" not in page.body[-4096:].lower():
        raise SourceChanged(page.url, "the page is cut off: its closing tag is missing")
    return soup


def select_one(node: Tag, selector: str, page: Page) -> Tag:
    """The one element that `selector` finds under `node`; raises `SourceChanged` on none or many."""
    found = node.select(selector)
    if len(found) != 1:
        raise SourceChanged(page.url, f"{len(found)} elements match {selector!r} where one is due")
    return found[0]


def squeeze(text: str) -> str:
    """Text with every run of white space as one space, trimmed, in NFC."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def hyphens(text: str) -> str:
    """Text with en dashes, figure dashes and minus signs as hyphens; em dashes stay."""
    return text.translate(_DASHES)


def text_of(node: Tag) -> str:
    """The text of an element as a reader sees it, on one line."""
    return squeeze(node.get_text(" ", strip=False))


def paragraphs(texts: Iterable[str]) -> str:
    """Running text: the non-empty paragraphs joined by a blank line."""
    return "\n\n".join(text for text in map(squeeze, texts) if text)


def absolute(page: Page, href: str) -> str:
    """`href` against the page's address, without fragment. Raises `SourceChanged` where it is not an address."""
    try:
        return urlsplit(urljoin(page.url, href.strip()))._replace(fragment="").geturl()
    except ValueError as error:
        raise SourceChanged(page.url, f"{href!r} is not an address: {error}") from error


def canonical(url: str) -> str:
    """An address as a key: https, host in lower case without `www.`, no query or fragment, one trailing slash."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.rstrip("/") + ("" if re.search(r"\.\w{2,5}$", parts.path) else "/")
    return urlunsplit(("https", host, path, "", ""))


def iso_date(text: str, page: Page) -> date:
    """An ISO date, or `SourceChanged`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a calendar date has no zone)
    except ValueError as error:
        raise SourceChanged(page.url, f"{text!r} is not a date") from error
