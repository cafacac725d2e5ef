"""Scraped text on its way to a reader. It is hostile: nothing in it may hide, reorder or forge what is shown.

Escaping for HTML is the template's part (autoescape); here is what has to be gone before.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from claimwatch.models import Finding

QUOTE_LIMIT = 300
_SPACE = re.compile(r"\s+")
# Format characters that show: Arabic number and verse signs. All others (bidi, zero-width, tags) are invisible.
_VISIBLE_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\U000110bd")


@dataclass(frozen=True, slots=True)
class Link:
    """A web address that may be shown: `host` is the real host, in ASCII (punycode where it must be)."""

    url: str
    host: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a quote; `marked` where it names the company."""

    text: str
    marked: bool


def clean(text: str, limit: int | None = None) -> str:
    """`text` on one line without controls, bidi and zero-width characters, at most `limit` characters with `…`."""
    shown = _squeeze(text).strip()
    if limit is None or len(shown) <= limit:
        return shown
    return _cut(shown, limit - 1).rstrip(" ,;:") + "…"


def legible(text: str) -> str:
    """`text` with its line breaks, without controls, bidi and zero-width characters."""
    return "".join(" " if c.isspace() and c != "\n" else c for c in text if not _hidden(c))


def safe_link(url: str) -> Link | None:
    """The address as a link, or None for one that must not be one.

    Only http and https with a host, without credentials (`https://bank@evil` shows another host than it opens), and
    without characters that browsers and people read differently.
    """
    if not url.isprintable() or any(character in url for character in ' "<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    netloc = f"[{host}]" if ":" in host else host
    return Link(parts._replace(netloc=f"{netloc}:{port}" if port else netloc).geturl(), host)


def excerpt(finding: Finding, limit: int = QUOTE_LIMIT) -> tuple[Piece, ...]:
    """The quote of a finding in pieces, marked where it names the company; cut round the first mark beyond `limit`."""
    quote = finding.quote
    marks = [(start - finding.start, end - finding.start) for start, end in sorted(finding.marks)]
    marks = [(max(start, 0), min(end, len(quote))) for start, end in marks if start < len(quote) and end > 0]
    low, high = _window(quote, marks[0] if marks else (0, 0), limit)
    pieces: list[Piece] = []
    at = low
    for start, end in marks:
        start, end = max(start, at), min(end, high)
        if start >= end:
            continue
        pieces += [Piece(_squeeze(quote[at:start]), False), Piece(_squeeze(quote[start:end]), True)]
        at = end
    pieces.append(Piece(_squeeze(quote[at:high]), False))
    if low > 0:
        pieces.insert(0, Piece("… ", False))
    if high < len(quote):
        pieces.append(Piece(" …", False))
    return tuple(piece for piece in pieces if piece.text)


def _squeeze(text: str) -> str:
    if text.isprintable():  # nothing hidden in it, and no white space but spaces: so are most texts
        return _SPACE.sub(" ", text)
    kept = "".join(" " if character.isspace() else character for character in text if not _hidden(character))
    return _SPACE.sub(" ", kept)


def _hidden(character: str) -> bool:
    category = unicodedata.category(character)
    if character.isspace():
        return False
    return category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and character not in _VISIBLE_FORMAT)


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, at a word's end where one is near."""
    head = text[:limit]
    space = head.rfind(" ")
    return head[:space] if len(text) > limit and text[limit] != " " and space > limit * 3 // 4 else head


def _window(quote: str, mark: tuple[int, int], limit: int) -> tuple[int, int]:
    if len(quote) <= limit:
        return 0, len(quote)
    room = limit - 4  # for the two ellipses
    low = 0 if mark[1] <= room * 3 // 4 else max(0, min(mark[0] - room // 3, len(quote) - room))
    if low > 0:
        space = quote.find(" ", low, mark[0])
        low = space + 1 if space >= 0 else low
    return low, low + len(_cut(quote[low:], room))
