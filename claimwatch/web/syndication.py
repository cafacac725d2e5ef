"""Feeds in two forms: Atom (RFC 4287) and JSON Feed 1.1. Pure: the same entries give the same bytes."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

ATOM, JSON_FEED = "application/atom+xml", "application/feed+json"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `id` never changes. `summary` is plain text, `via` the source's own page, None where there is none.

    What is scraped in it has been cleaned; it is escaped here.
    """

    id: str
    url: str
    title: str
    summary: str
    published_at: datetime
    updated_at: datetime
    categories: tuple[str, ...] = ()
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, newest entry first. `url` is its page, `self_url` its own address; `updated_at` counts where it is
    empty."""

    id: str
    url: str
    self_url: str
    title: str
    subtitle: str
    language: str
    author: str
    updated_at: datetime
    entries: Sequence[Entry]

    @property
    def changed_at(self) -> datetime:
        """When it changed last."""
        return max((entry.updated_at for entry in self.entries), default=self.updated_at)


def to_atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    root = ET.Element("feed", {"xmlns": _NAMESPACE, f"{_XML}lang": feed.language})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.subtitle)
    _add(root, "updated", _moment(feed.changed_at))
    _add(_add(root, "author"), "name", feed.author)
    _add(root, "link", rel="self", type=ATOM, href=feed.self_url)
    _add(root, "link", rel="alternate", type="text/html", href=feed.url)
    for one in feed.entries:
        entry = _add(root, "entry")
        _add(entry, "id", one.id)
        _add(entry, "title", one.title, type="text")
        _add(entry, "link", rel="alternate", type="text/html", href=one.url)
        if one.via is not None:
            _add(entry, "link", rel="via", href=one.via)
        _add(entry, "published", _moment(one.published_at))
        _add(entry, "updated", _moment(one.updated_at))
        for category in one.categories:
            _add(entry, "category", term=category)
        _add(entry, "summary", one.summary, type="text")
    whole: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{whole}\n'.encode()


def to_json(feed: Feed) -> bytes:
    """The feed as JSON Feed."""
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": feed.self_url,
        "description": feed.subtitle,
        "language": feed.language,
        "authors": [{"name": feed.author}],
        "items": [
            {
                "id": one.id,
                "url": one.url,
                **({"external_url": one.via} if one.via is not None else {}),
                "title": one.title,
                "content_text": one.summary,
                "date_published": _moment(one.published_at),
                "date_modified": _moment(one.updated_at),
                "tags": list(one.categories),
            }
            for one in feed.entries
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, attributes)
    child.text = text
    return child


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
