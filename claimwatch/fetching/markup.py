"""A quick look into an HTML page, without a parser: enough to judge what it is, safe on any bytes.

No pattern runs past the next "<", and no search starts again at every match: a hostile page would take hours.
"""

import re
from html import unescape
from itertools import islice

from claimwatch.fetching.exchange import header_of

_LOOKED_AT = 1_000_000
_MOST_HEADINGS = 20
_ASIDE = ("nav", "footer", "aside", "form", "select")
_UNSEEN = re.compile(r"<!--|<(script|style|template|title)\b", re.IGNORECASE)
_BESIDE = re.compile(rf"<!--|<(script|style|template|title|{'|'.join(_ASIDE)})\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_HEADING = re.compile(r"<(h1|h2)\b", re.IGNORECASE)
_BODY_CLASS = re.compile(r"<body\b[^<>]*\bclass\s*=\s*[\"']?([^\"'<>]*)", re.IGNORECASE)


def html_of(headers: tuple[tuple[str, str], ...], body: bytes) -> str | None:
    """The beginning of an HTML page as text; None for what is none, by its Content-Type and its first bytes."""
    source = body[:_LOOKED_AT].decode("utf-8", "replace")
    begins = source.lstrip("\ufeff \t\r\n")[:20].lower()
    declared = "html" in (header_of(headers, "content-type") or "").lower()
    return source if declared or begins.startswith(("<!doctype html", "<html")) else None


def title_of(source: str) -> str:
    """The title on one line; empty where there is none."""
    lower = source.lower()
    opening = lower.find("<title")
    start = lower.find(">", opening) + 1
    end = lower.find("</title", start)
    return _plain(source[start:end]) if opening >= 0 and 0 < start <= end else ""


def visible_text(source: str) -> str:
    """Roughly the text that a reader sees: no tags, comments, scripts, styles or title, on one line."""
    return _plain(_without(source, _UNSEEN))


def own_text(source: str) -> str:
    """The visible text without what stands around it on every page: menus, footers, side columns, forms."""
    return _plain(_without(source, _BESIDE))


def headings(source: str) -> tuple[list[str], list[str]]:
    """The texts of the first headings of levels 1 and 2, each on one line."""
    found: dict[str, list[str]] = {"h1": [], "h2": []}
    source = _without(source, _UNSEEN)
    lower = source.lower()
    for opening in islice(_HEADING.finditer(source), _MOST_HEADINGS):
        level = opening[1].lower()
        start = lower.find(">", opening.end()) + 1
        end = lower.find(f"</{level}", start, start + 5_000)
        if 0 < start <= end:
            found[level].append(_plain(source[start:end]))
    return found["h1"], found["h2"]


def body_classes(source: str) -> list[str]:
    """The class names of the body element, in lower case."""
    found = _BODY_CLASS.search(source)
    return found[1].lower().split() if found else []


def _without(source: str, unseen: re.Pattern[str]) -> str:
    lower = source.lower()
    seen: list[str] = []
    at = 0
    while opening := unseen.search(source, at):
        seen.append(source[at : opening.start()])
        at = lower.find(f"</{opening[1].lower()}" if opening[1] else "-->", opening.end())
        if at < 0:
            return " ".join(seen)
    return " ".join([*seen, source[at:]])


def _plain(markup: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", markup)).split())
