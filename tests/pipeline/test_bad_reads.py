"""A bad read changes nothing: whatever comes, the state stays, the bytes are kept, and the read says why."""

import gzip
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from claimwatch.models import ReadStatus
from claimwatch.store import reads, tables
from tests.pipeline.bench import MONDAY, NEWS, Bench
from tests.upstream import Handle, reply

HOUR = timedelta(hours=1)
WALL = "<!doctype html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
NBIM_PAGE = """<!doctype html><html lang="en"><head><title>Exclusion of companies</title></head><body><main>
<h1>Observation and exclusion of companies</h1><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
</main></body></html>"""
FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Feed</title><link>https://toy.example/</link><description>d</description><item><title>One</title>
<link>https://toy.example/one/</link><pubDate>Tue, 03 Nov 2026 10:00:00 +0000</pubDate>
<content:encoded><![CDATA[<p>{text}</p>]]></content:encoded></item></channel></rss>"""


@dataclass(frozen=True)
class Bad:
    """An answer that must change nothing, and what the read must say of it."""

    answer: Handle
    says: str
    status: ReadStatus = ReadStatus.BAD


def state(bench: Bench, at: datetime) -> dict[str, object]:
    """Everything that a bad read must leave as it was."""
    kept = ("publications", "publication_revisions", "entries", "entry_revisions", "validators", "findings",
            "developments", "mentions")  # fmt: skip
    with bench.watch(at) as watch, watch.store.read() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(tables.metadata.tables[name])).scalar_one()
            for name in kept
        }
        source = reads.source_state(connection, "toy")
        validators = connection.execute(select(tables.validators)).all()
        seen = connection.execute(select(tables.entries.c.last_seen_at, tables.entries.c.gone_at)).all()
    return {**counts, "good": source.last_good_at, "items": source.held, "tags": validators, "seen": seen}


def hang_up(request: object) -> None:
    """Close the connection without an answer."""
    request.close_connection = True  # type: ignore[attr-defined]
    request.connection.close()  # type: ignore[attr-defined]


def json_of(body: object, **headers: Any) -> Handle:
    """An answer in JSON; text as it is."""
    return reply(
        body=body if isinstance(body, str | bytes) else json.dumps(body), content_type="application/json", **headers
    )


ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}
ROWS = [{"key": f"r{n}", "name": f"Company {n}", "decision": "Exclusion"} for n in range(5)]
ANSWERS = {
    "a wall with status 200": Bad(reply(body=WALL), "HTML|wall|block|browser"),
    "a wall with status 403": Bad(reply(403, WALL), "403|wall|block"),
    "an error of the server": Bad(reply(503, "down"), "503", ReadStatus.FAILED),
    "no answer": Bad(hang_up, "", ReadStatus.FAILED),
    "an empty body": Bad(json_of(b""), "JSON|empty"),
    "broken JSON": Bad(json_of('{"items": ['), "broken JSON"),
    "an empty list": Bad(json_of({"items": [], "rows": [], "lists": ["exclusions"]}), "0 items where at least 1"),
    "counts that do not add up": Bad(json_of({"items": [ITEM], "rows": ROWS, "containers": 9}), "do not add up"),
    "what the parser never foresaw": Bad(json_of({"items": [{"no": "key"}]}), "broke on it: KeyError"),
    "two rows with one key": Bad(json_of({"rows": [ROWS[0]] * 6}), "two entries of exclusions have the key 'r0'"),
    "a list that lost most of its rows": Bad(
        json_of({"items": [ITEM], "lists": ["exclusions"]}), "1 items where the last good read held 6"
    ),
    "far too many items": Bad(
        json_of({"items": [ITEM | {"key": f"k{n}"} for n in range(60)]}), "60 items where at most 50"
    ),
    "a body over the limit": Bad(json_of(b"{" + b" " * 2_000_000 + b"}"), "over 1,000,000 bytes"),
    "a small body that unpacks to a huge one": Bad(
        json_of(gzip.compress(b" " * 50_000_000), content_encoding="gzip"), "over 1,000,000 bytes"
    ),
    "a body shorter than announced": Bad(
        json_of('{"items": []}', content_length="5000", connection="close"), "", ReadStatus.FAILED
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_read_changes_nothing(bench: Bench, name: str) -> None:
    bad = ANSWERS[name]
    whole = {"items": [ITEM], "rows": ROWS, "lists": ["exclusions"]}
    bench.serve("https://toy.example/list", whole, etag='"good"')
    assert bench.poll().status is ReadStatus.GOOD
    before = state(bench, MONDAY)

    bench.upstream.on("/toy.example/list", bad.answer)
    read = bench.poll(MONDAY + 6 * HOUR)
    assert read.status in (ReadStatus.BAD, ReadStatus.FAILED)
    assert read.reason is not None
    assert "https://toy.example/list" in read.reason or "items" in read.reason
    assert re.search(bad.says, read.reason)
    assert (read.new, read.changed, read.gone) == (0, 0, 0)
    assert state(bench, MONDAY + 6 * HOUR) == before

    with bench.watch(MONDAY + 6 * HOUR) as watch, watch.store.read() as connection:
        (capture,) = connection.execute(select(tables.captures).order_by(tables.captures.c.id.desc()).limit(1)).all()
        assert reads.source_state(connection, "toy").failures == 1
    if name.startswith(("a wall", "broken", "an empty list")):
        with bench.watch(MONDAY + 6 * HOUR) as watch:
            assert watch.captures.get(capture.sha256), "what came was not kept"

    bench.serve("https://toy.example/list", whole, etag='"good"')
    repaired = bench.poll(MONDAY + 7 * HOUR)
    assert (repaired.status, repaired.new, repaired.changed, repaired.gone) == (ReadStatus.GOOD, 0, 0, 0)


def test_a_source_that_stays_bad_is_asked_ever_more_seldom(bench: Bench) -> None:
    bench.upstream.on("/toy.example/list", reply(503, "down"))
    at, pauses = MONDAY, []
    for _ in range(8):
        bench.poll(at)
        with bench.watch(at) as watch, watch.store.read() as connection:
            due = reads.source_state(connection, "toy").next_due_at
        assert due is not None
        pauses.append((due - at) / timedelta(minutes=1))
        at = due
    full = [5, 10, 20, 40, 80, 160, 320, 360]
    assert all(0.9 * most <= pause <= most for pause, most in zip(pauses, full, strict=True)), pauses
    assert pauses != full, "sources that failed together would come back together"


def test_a_first_read_that_is_bad_is_followed_by_a_first_read(bench: Bench) -> None:
    bench.serve("https://toy.example/list", WALL)
    assert not bench.poll().first
    bench.serve_list(items=[{"key": "one", "text": NEWS}])
    assert bench.poll(MONDAY + HOUR).first


def test_a_page_in_a_read_that_is_a_wall_is_not_taken_for_the_page(bench: Bench) -> None:
    bench.serve_list(links=[{"url": "https://toy.example/one", "key": "one", "version": "a"}])
    bench.serve("https://toy.example/one", WALL)
    read = bench.poll()
    assert (read.status, read.new) == (ReadStatus.PARTIAL, 0)
    bench.serve("https://toy.example/one", {"items": [{"key": "one", "text": NEWS}]})
    assert bench.poll(MONDAY + 6 * HOUR).new == 1


def test_a_probe_that_is_not_there_is_noted_and_blinds_nothing(bench: Bench) -> None:
    probe = '{kind: list, group: feed, url: "https://toy.example/feed", probe: true}'
    bench.sources = bench.sources.replace("pages: [", f"pages: [{probe}, ")
    bench.serve_list(items=[{"key": "one", "text": NEWS}])
    read = bench.poll()
    assert (read.status, read.new) == (ReadStatus.GOOD, 1)
    assert read.warnings == ("nothing at https://toy.example/feed (404)",)


def test_a_malformed_feed_is_a_bad_read(bench: Bench) -> None:
    bench.sources = bench.sources.replace("tests.pipeline.toy", "parsers.feed").replace("kind: list", "kind: feed")
    whole = FEED.format(text=NEWS)
    bench.serve("https://toy.example/list", whole, content_type="application/rss+xml")
    assert bench.poll().new == 1
    for broken in (whole[:300], "not a feed"):
        bench.serve("https://toy.example/list", broken, content_type="application/rss+xml")
        read = bench.poll(MONDAY + 6 * HOUR, force=True)
        assert read.status is ReadStatus.BAD, broken
        assert "feed" in str(read.reason)


def test_an_unknown_column_is_a_bad_read(bench: Bench) -> None:
    bench.sources = bench.sources.replace("tests.pipeline.toy", "parsers.nbim_exclusions").replace(
        "kind: list", "kind: table"
    )
    row = "<tr>" + "<td>cell</td>" * 5 + "</tr>"
    bench.sources = bench.sources.replace("toy.example", "www.nbim.no")
    head = "".join(f"<th>{name}</th>" for name in ("Company", "Category", "Criterion", "Colour", "Published"))
    bench.serve("https://www.nbim.no/list", NBIM_PAGE.format(head=head, rows=row * 20))
    read = bench.poll()
    assert (read.status, read.new) == (ReadStatus.BAD, 0)
    assert "decision" in str(read.reason)
    assert "Colour" in str(read.reason)
