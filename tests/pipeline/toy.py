"""A source for tests: its pages are JSON that says plainly what they hold.

A page of kind `list` or `page`: `{"items": [{"key", "text", "title"?, "url"?, "on"?}], "rows": [{"key", "name",
"decision"}], "links": [{"url", "key"?, "version"?, "on"?}], "skips": [reason], "lists": [name], "containers"?}`. As the
engine sees it, it is a parser like any other.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from claimwatch.models import Entry, Field, Link, Page, Parsed, Publication, Skip
from parsers.reading import read_json

VERSION = "1"
HOST = "https://toy.example"


def parse(page: Page) -> Parsed:
    """What the page says it holds."""
    body: Any = read_json(page)
    items = tuple(_publication(page, item) for item in body.get("items", ()))
    rows = tuple(_entry(page, row) for row in body.get("rows", ()))
    links = tuple(_link(page, link) for link in body.get("links", ()))
    skips = tuple(Skip(reason, "something") for reason in body.get("skips", ()))
    kept = len(items) + len(rows) + sum(link.key is not None for link in links)
    containers = body.get("containers", kept + len(skips))
    return Parsed(containers, items, rows, links, skips, lists=tuple(body.get("lists", ())))


def _publication(page: Page, item: Mapping[str, Any]) -> Publication:
    return Publication(
        source=page.source,
        key=item["key"],
        url=item.get("url", f"{HOST}/{item['key']}"),
        title=item.get("title", item["key"]),
        kind="statement",
        language="en",
        text=item["text"],
        published_on=date.fromisoformat(item["on"]) if "on" in item else None,
    )


def _entry(page: Page, row: Mapping[str, Any]) -> Entry:
    text = f"{row['name']} | {row['decision']}"
    return Entry(
        source=page.source,
        list_name="exclusions",
        key=row["key"],
        url=page.url,
        name=row["name"],
        text=text,
        subject=(0, len(row["name"])),
        fields=(Field("company", row["name"]), Field("decision", row["decision"])),
        language="en",
    )


def _link(page: Page, link: Mapping[str, Any]) -> Link:
    head = None
    if "on" in link:
        head = Publication(
            page.source, link["key"], link["url"], "", "statement", "en", published_on=date.fromisoformat(link["on"])
        )
    return Link("page" if "key" in link else "list", link["url"], link.get("key"), link.get("version"), head)
