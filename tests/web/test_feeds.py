"""Feeds: valid by RFC 4287 and JSON Feed 1.1, readable by a feed reader, the same until something changes."""

import shutil
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import httpx
import pytest
from lxml import etree

from claimwatch.settings import PROJECT
from tests.pipeline.bench import Bench
from tests.upstream import Upstream
from tests.web.archive_world import ITEMS, MORE, MUSEUM, archive_settings, key_of
from tests.web.desk_world import compiled
from tests.web.serving import Pages, serving

FEEDS = ("/feeds/items.atom", "/feeds/editions.atom", "/feeds/items.json", "/feeds/editions.json")
SCHEMA = etree.RelaxNG(etree.parse(PROJECT / "tests/web/atom.rng"))
ATOM = "{http://www.w3.org/2005/Atom}"


def entries(answer: httpx.Response) -> list[Any]:
    """The entries of an Atom feed as a feed reader sees them; it has nothing to complain of."""
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    return list(feed.entries)


def check_atom(body: bytes) -> None:
    """By the schema, and by what RFC 4287 says beyond it."""
    document = etree.fromstring(body)
    assert SCHEMA.validate(document), SCHEMA.error_log
    ids = [one.text for one in document.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
    for node in (document, *document.iter(f"{ATOM}entry")):
        links = [one for one in node.findall(f"{ATOM}link") if one.get("rel") == "alternate"]
        # 4.1.1, 4.1.2: no two alternates of one type; an entry without content has one.
        assert max(Counter((one.get("type"), one.get("hreflang")) for one in links).values()) == 1
    updated = [one.findtext(f"{ATOM}updated") for one in document.iter(f"{ATOM}entry")]
    assert document.findtext(f"{ATOM}updated") == max(updated, default=document.findtext(f"{ATOM}updated"))
    assert len([one for one in document.findall(f"{ATOM}link") if one.get("rel") == "self"]) == 1


def check_json(feed: dict[str, Any]) -> None:
    """By the words of JSON Feed 1.1."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert len(str(feed["title"])) > 0
    for name in ("home_page_url", "feed_url"):
        assert urlsplit(feed[name]).scheme in ("http", "https")
    assert all(author.get("name") or author.get("url") for author in feed["authors"])
    ids = [item["id"] for item in feed["items"]]
    assert len(set(ids)) == len(ids)
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert "content_text" in item or "content_html" in item
        for name in ("url", "external_url"):
            assert name not in item or urlsplit(item[name]).scheme in ("http", "https")
        for name in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[name]).tzinfo is not None
        assert all(isinstance(tag, str) and tag for tag in item["tags"])
        assert set(item) <= {
            "id", "url", "external_url", "title", "content_text", "date_published", "date_modified", "tags",
        }  # fmt: skip


@pytest.mark.parametrize("query", ["", "?company=dahua", "?source=toy&outcome=NEW", "?source=none", "?lang=nb"])
def test_feeds_are_valid(archive: Pages, query: str) -> None:
    for path in FEEDS:
        answer = archive.get(path + query)
        assert answer.status_code == 200
        if path.endswith(".atom"):
            assert answer.headers["content-type"].startswith("application/atom+xml")
            check_atom(answer.content)
            assert entries(answer) == [] or "none" not in query
        else:
            assert answer.headers["content-type"].startswith("application/feed+json")
            check_json(answer.json())


def test_the_schema_finds_what_is_wrong(archive: Pages) -> None:
    good = archive.get("/feeds/items.atom").text
    for spoilt in (
        good.replace("<id>tag:", "<id>", 1),
        good.replace("<updated>", "<updated>on ", 1),
        good.replace(' rel="self"', ' rel="mine"', 1),
        good.replace("<name>Claimwatch</name>", "", 1),
        good.replace("<entry>", "<entry><id>tag:a,2026:b</id>", 1),
    ):
        assert spoilt != good
        assert not SCHEMA.validate(etree.fromstring(spoilt.encode()))


def test_a_feed_reader_sees_the_items(archive: Pages) -> None:
    found = entries(archive.get("/feeds/items.atom"))
    assert len(found) == 5
    removed = next(one for one in found if "removed" in one.title)
    key = key_of(archive.watch, "listed_on")
    assert removed.id == f"tag:claimwatch.example,2026:item:{key}"
    assert removed.link == f"https://claimwatch.example/items/{key}"
    assert {tag.term for tag in removed.tags} == {"REVERSAL", "S3", "dahua"}
    assert "The Commerce Department removed Dahua Technology" in removed.summary
    assert "Machine-read." in removed.summary
    # What was scraped is text: a reader that shows it as markup is told that it is none.
    hostile = next(one for one in found if "Ørsted" in one.summary)
    assert "<script>alert(1)</script>" in hostile.summary
    assert hostile.summary_detail.type == "text/plain"
    assert "\u202e" not in hostile.title


def test_feeds_are_narrowed(archive: Pages) -> None:
    def titles(query: str, feed: str = "items") -> list[str]:
        return [one.title for one in entries(archive.get(f"/feeds/{feed}.atom?{query}"))]

    assert len(titles("company=dahua")) == 2
    assert all("Dahua" in title for title in titles("company=dahua"))
    assert len(titles("outcome=NEW")) == 3
    assert len(titles("outcome=reversal")) == 1
    assert titles("source=uhrp") == []
    assert len(titles("source=toy&company=hikvision&outcome=UPDATE")) == 1
    assert [title[:14] for title in titles("", "editions")] == ["Claimwatch W46", "Claimwatch W45"]
    assert [title[:14] for title in titles("outcome=REVERSAL", "editions")] == ["Claimwatch W45"]
    assert titles("outcome=DENIAL", "editions") == []
    for query in ("company=nobody", "outcome=RESTATEMENT", "outcome=no", "source=%00", "source=" + "x" * 65):
        assert archive.get(f"/feeds/items.atom?{query}").status_code in (404, 422)


def test_the_correction_of_an_edition_is_an_update(archive: Pages) -> None:
    later, corrected = entries(archive.get("/feeds/editions.atom"))
    assert later.updated == later.published
    assert (corrected.published, corrected.updated) == ("2026-11-09T06:00:00Z", "2026-11-09T09:00:00Z")
    assert corrected.link == "https://claimwatch.example/editions/2026-W45"
    assert corrected.id == "tag:claimwatch.example,2026:edition:weekly:2026-W45"
    # An edition that is held is in no feed.
    assert "2026-11-13" not in archive.get("/feeds/editions.json").text


def test_a_feed_is_fetched_again_only_when_it_changed(archive: Pages) -> None:
    for path in FEEDS:
        first = archive.get(path)
        again = archive.get(path, **{"If-None-Match": f'W/"other", {first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert first.headers["last-modified"].endswith("GMT")
        assert "max-age=" in first.headers["cache-control"]
        assert archive.get(path, **{"If-None-Match": '"other"'}).status_code == 200
        assert archive.client.head(path).status_code == 200


def test_pages_say_where_their_feeds_are(archive: Pages) -> None:
    for path in ("/editions", f"/items/{key_of(archive.watch, 'listed_on')}", "/search?company=dahua"):
        page = etree.HTML(archive.get(path).content)
        links = page.xpath("//head/link[@rel='alternate']/@href")
        assert links
        for link in links:
            assert archive.get(link).status_code == 200
    assert archive.get("/search?company=dahua&outcome=NEW").text.count(
        "/feeds/items.atom?company=dahua&amp;outcome=NEW"
    )


def test_an_item_is_updated_when_its_state_rises_and_not_when_it_is_repeated(archive: Pages, tmp_path: Path) -> None:
    home = Path(shutil.copytree(archive.settings.home, tmp_path / "home"))
    repeated = {"key": "again", "title": "Again", "on": "2026-11-09", "text": MUSEUM}
    stated = {
        "key": "more", "title": "More", "on": "2026-11-09",
        "text": "Hikvision has shipped its cameras to 200 countries and regions, it said in its annual report.",
    }  # fmt: skip
    with Upstream() as upstream:
        bench = Bench(home, upstream, compiled())
        bench.serve_list(items=[*ITEMS, *MORE, repeated])
        bench.poll(bench_at(8), force=True)
        bench.serve_list(items=[*ITEMS, *MORE, repeated, stated])
        bench.poll(bench_at(9), force=True)
    before = {one.id: one for one in entries(archive.get("/feeds/items.atom"))}
    with serving(archive_settings(home, now=bench_at(10).isoformat())) as pages:
        after = {one.id: one for one in entries(pages.get("/feeds/items.atom"))}
    assert before.keys() <= after.keys()
    changed = [id_ for id_ in before if after[id_].updated != before[id_].updated]
    (risen,) = changed
    assert "countries" in after[risen].title
    assert after[risen].published == before[risen].published
    assert after[risen].updated == f"{bench_at(9):%Y-%m-%dT%H:%M:%SZ}"
    assert next(iter(after)) == risen


def bench_at(days: int) -> datetime:
    """So many days after the first Monday."""
    return datetime.fromisoformat("2026-11-09T06:00:00+00:00") + timedelta(days=days)
