"""A source that is as it was: known without parsing, and as good a read as any; and a long list by what differs."""

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from claimwatch.models import Read, ReadStatus
from claimwatch.settings import PROJECT
from claimwatch.store.tables import captures, entries, publications
from parsers import entity_list
from tests.pipeline import toy
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, Bench
from tests.upstream import reply

HOUR = timedelta(hours=1)
LIST = "https://toy.example/list"
ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}
OTHER = {"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}


class Counted:
    """A parser's `parse`, counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, parser: Any) -> None:
        self.calls = 0
        self._parse = parser.parse
        monkeypatch.setattr(parser, "parse", self)

    def __call__(self, page: Any) -> Any:
        self.calls += 1
        return self._parse(page)


def unchanged(bench: Bench, etag: str = '"one"') -> None:
    bench.upstream.on("/toy.example/list", reply(304, etag=etag))


def counts(read: Read) -> tuple[object, ...]:
    return (read.status, read.requests, read.containers, read.kept, read.skipped)


def seen_at(bench: Bench, at: Any = MONDAY) -> list[Any]:
    with bench.watch(at) as watch, watch.store.read() as connection:
        return list(connection.execute(select(publications.c.last_seen_at)).scalars())


def test_what_has_not_changed_is_not_parsed_and_counts_as_before(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.serve(LIST, {"items": [ITEM, OTHER], "skips": ["a video"]}, etag='"one"')
    first = bench.poll()
    parsed = Counted(monkeypatch, toy)
    unchanged(bench)
    for number in (1, 2):
        at = MONDAY + number * 6 * HOUR
        again = bench.poll(at)
        assert counts(again) == counts(first)
        assert (again.first, again.new, again.changed, again.gone, again.warnings) == (False, 0, 0, 0, ())
        assert seen_at(bench, at) == [at, at], "it was seen, though nothing was taken apart"
    assert parsed.calls == 0
    with bench.watch(MONDAY + 12 * HOUR) as watch, watch.store.read() as connection:
        rows = connection.execute(select(captures.c.status, captures.c.good).order_by(captures.c.id)).all()
    assert [tuple(row) for row in rows] == [(200, True), (304, True), (304, True)], "each answer is kept"


def test_a_page_that_changes_after_it_stood_still_is_read(bench: Bench) -> None:
    bench.serve(LIST, {"items": [ITEM]}, etag='"one"')
    bench.poll()
    unchanged(bench)
    bench.poll(MONDAY + 6 * HOUR)
    bench.serve(LIST, {"items": [ITEM, OTHER]}, etag='"two"')
    bench.upstream.requests.clear()
    assert bench.poll(MONDAY + 12 * HOUR).new == 1
    assert len(bench.asked()) == 1, "asked for once"


def test_a_source_that_fails_after_it_stood_still_has_failed_once(bench: Bench) -> None:
    bench.serve(LIST, {"items": [ITEM]}, etag='"one"')
    bench.poll()
    bench.upstream.on("/toy.example/list", reply(500))
    bench.upstream.requests.clear()
    read = bench.poll(MONDAY + 6 * HOUR)
    assert (read.status, read.requests) == (ReadStatus.FAILED, 1)
    assert len(bench.asked()) == 1
    assert seen_at(bench) == [MONDAY]


@pytest.mark.parametrize(
    "body",
    [
        {"items": [ITEM], "links": [{"url": "https://toy.example/two", "key": "two"}]},
        {"items": [ITEM, {"key": "old", "text": NEWS, "on": "2020-01-01"}]},
    ],
    ids=["a page to be fetched each time", "something that another baseline would let in"],
)
def test_where_more_than_the_start_page_counts_it_is_parsed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any]
) -> None:
    bench.serve(LIST, body, etag='"one"')
    bench.serve("https://toy.example/two", {"items": [OTHER]})
    first = bench.poll()
    parsed = Counted(monkeypatch, toy)
    unchanged(bench)
    assert counts(bench.poll(MONDAY + 6 * HOUR)) == counts(first)
    assert parsed.calls > 0


def test_another_version_of_the_parser_reads_everything(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.serve(LIST, {"items": [ITEM]}, etag='"one"')
    bench.poll()
    monkeypatch.setattr(toy, "VERSION", "2")
    parsed = Counted(monkeypatch, toy)
    bench.poll(MONDAY + 6 * HOUR)
    assert parsed.calls > 0


def test_a_start_page_of_another_kind_is_read_although_its_bytes_are_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.serve(LIST, {"items": [ITEM]}, etag='"one"')
    bench.poll()
    unchanged(bench)
    bench.sources = bench.sources.replace("kind: list,", "kind: page,")
    parsed = Counted(monkeypatch, toy)
    bench.poll(MONDAY + 6 * HOUR)
    assert parsed.calls == 1
    bench.poll(MONDAY + 12 * HOUR, force=True)
    assert parsed.calls == 2, "for as long as the last bytes came under another name"


def test_where_the_kept_bytes_are_gone_the_page_is_sent_again(bench: Bench) -> None:
    whole = reply(body='{"items": []}', content_type="application/json", etag='"one"')
    bench.serve(LIST, {"items": [ITEM]}, etag='"one"')
    bench.poll()
    with bench.watch() as watch:
        assert watch.captures.folder is not None
        for file in watch.captures.folder.rglob("*.zst"):
            file.unlink()
    conditional = reply(304, etag='"one"')
    bench.upstream.on(
        "/toy.example/list", lambda request: (conditional if request.headers["If-None-Match"] else whole)(request)
    )
    assert bench.poll(MONDAY + 6 * HOUR).status is ReadStatus.BAD, "the new page is empty, where one item is due"


@pytest.fixture
def listed(bench: Bench) -> Bench:
    """The Entity List alone, as it is in week 1."""
    whole = (PROJECT / "sources.yaml").read_text(encoding="utf-8")
    start = whole.index("\nentity_list:\n") + 1
    rest = whole[start:].splitlines(keepends=True)
    end = next((at for at, line in enumerate(rest[1:], 1) if line[:1].isalpha()), len(rest))
    bench.sources = "".join(rest[:end])
    serve_week(bench, 1, "2026-11-05")
    return bench


def serve_week(bench: Bench, week: int, on: str) -> None:
    """The list as of a day, under an address of its own, as the eCFR does."""
    path = Path(PROJECT / "demo" / "world" / "entity_list" / f"part-744.week-{week}.xml.gz")
    titles = {"titles": [{"number": 15, "up_to_date_as_of": on, "latest_amended_on": on}]}
    bench.serve("https://www.ecfr.gov/api/versioner/v1/titles.json", titles)
    address = f"https://www.ecfr.gov/api/versioner/v1/full/{on}/title-15.xml"
    bench.serve(address, gzip.decompress(path.read_bytes()), content_type="application/xml")


@pytest.mark.slow
def test_a_revision_of_the_entity_list_changes_what_reading_it_whole_would(
    listed: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = listed.poll(slug="entity_list")
    assert (first.status, first.new) == (ReadStatus.GOOD, first.kept)
    serve_week(listed, 2, "2026-11-12")
    parsed = Counted(monkeypatch, entity_list)
    at = MONDAY + 24 * HOUR
    again = listed.poll(at, slug="entity_list")
    assert parsed.calls == 1, "the titles; of the list only what differs is taken apart"
    assert (again.status, again.containers, again.kept) == (ReadStatus.GOOD, first.containers, first.kept)
    assert (again.new, again.changed, again.gone, again.skipped) == (0, 1, 0, first.skipped)
    with listed.watch(at) as watch, watch.store.read() as connection:
        assert set(connection.execute(select(entries.c.last_seen_at)).scalars()) == {at}
