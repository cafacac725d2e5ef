"""Reading a source: what is kept, what is compared, and that nothing happens twice."""

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from claimwatch.models import Gone, Outcome, ReadStatus
from claimwatch.pipeline import due_sources, poll
from claimwatch.store import documents, findings, gone, reads
from claimwatch.store.finding_rows import FindingRow
from claimwatch.store.tables import findings as found_rows
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, Bench
from tests.upstream import reply

HOUR = timedelta(hours=1)
ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}
OTHER = {"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}


def found(bench: Bench) -> list[FindingRow]:
    with bench.watch() as watch, watch.store.read() as connection:
        return findings.list_findings(connection, watch.sources)


def test_a_first_read_keeps_and_compares_what_it_finds(bench: Bench) -> None:
    bench.serve_list(items=[ITEM], skips=["a video"])
    read = bench.poll()
    assert (read.status, read.first, read.requests) == (ReadStatus.GOOD, True, 1)
    assert (read.containers, read.kept, read.skipped, read.new) == (2, 1, (("a video", 1),), 1)
    (row,) = found(bench)
    assert row.evidence.finding.outcome is Outcome.NEW
    assert row.evidence.finding.quote in NEWS
    assert row.alerted
    with bench.watch() as watch:
        assert row.evidence.capture_sha256 is not None
        assert NEWS.encode() in watch.captures.get(row.evidence.capture_sha256)


def test_reading_again_finds_nothing_new(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    again = bench.poll(MONDAY + 6 * HOUR)
    assert (again.status, again.new, again.changed, again.first) == (ReadStatus.GOOD, 0, 0, False)
    assert len(found(bench)) == 1


def test_what_is_added_is_compared_and_what_stays_is_not(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    bench.serve_list(items=[ITEM, OTHER])
    assert bench.poll(MONDAY + 6 * HOUR).new == 1
    assert [row.evidence.finding.entity for row in found(bench)] == ["hikvision", "dahua"]


def test_a_page_that_grows_tells_only_what_it_did_not_say_before(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    bench.serve_list(items=[{**ITEM, "text": f"{NEWS}\n\n{MORE_NEWS}"}])
    read = bench.poll(MONDAY + 6 * HOUR)
    assert (read.new, read.changed) == (0, 1)
    assert [row.evidence.finding.quote for row in found(bench)] == [NEWS, MORE_NEWS]


def test_not_modified_stands_for_the_bytes_that_were_kept(bench: Bench) -> None:
    bench.serve("https://toy.example/list", {"items": [ITEM]}, etag='"one"')
    bench.poll()
    bench.upstream.on("/toy.example/list", reply(304, etag='"one"'))
    read = bench.poll(MONDAY + 6 * HOUR)
    assert bench.upstream.requests[-1].headers["if-none-match"] == '"one"'
    assert (read.status, read.containers, read.kept, read.new) == (ReadStatus.GOOD, 1, 1, 0)


def test_not_modified_is_no_answer_where_the_bytes_are_lost(bench: Bench) -> None:
    bench.serve("https://toy.example/list", {"items": [ITEM]}, etag='"one"')
    bench.poll()
    for path in (bench.home / "captures").rglob("*.zst"):
        path.unlink()
    whole = reply(body='{"items": [{"key": "two", "text": "x"}]}', content_type="application/json")
    unchanged = reply(304, etag='"one"')
    bench.upstream.on(
        "/toy.example/list", lambda request: (unchanged if request.headers["If-None-Match"] else whole)(request)
    )
    read = bench.poll(MONDAY + 6 * HOUR)
    assert (read.status, read.new) == (ReadStatus.GOOD, 1)


def test_a_source_is_read_when_it_is_due(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    with bench.watch(MONDAY + 5 * HOUR) as watch:
        assert due_sources(watch) == ()
        assert poll(watch, "toy") is None
    assert bench.poll(MONDAY + 5 * HOUR, force=True).status is ReadStatus.GOOD
    with bench.watch(MONDAY + 11 * HOUR) as watch:
        assert due_sources(watch) == ("toy",)


def lease_to(bench: Bench, owner: str) -> None:
    with bench.watch() as watch, watch.store.write() as connection:
        assert reads.take_lease(connection, "toy", owner, watch.now(), MONDAY.replace(year=2126))


OWNERS = ["another.example:1:cafe", f"{socket.gethostname()}:{os.getpid()}:cafe"]


@pytest.mark.parametrize("owner", OWNERS, ids=["elsewhere", "ours"])
def test_a_source_that_another_process_reads_is_left_to_it(bench: Bench, owner: str) -> None:
    bench.serve_list(items=[ITEM])
    lease_to(bench, owner)
    with bench.watch() as watch:
        assert poll(watch, "toy") is None
    assert bench.asked() == []


def test_the_lease_of_a_process_that_died_is_not_waited_for(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    lease_to(bench, f"{socket.gethostname()}:{dead.pid}:cafe")
    assert bench.poll().status is ReadStatus.GOOD


def test_the_lease_is_given_back(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll()
    assert bench.poll(force=True).status is ReadStatus.GOOD


def test_items_from_before_the_baseline_are_left_out_and_counted(bench: Bench) -> None:
    old = {"url": "https://toy.example/old", "key": "old", "on": "2022-12-19"}
    new = {"url": "https://toy.example/new", "key": "new", "on": "2026-11-03"}
    bench.serve_list(items=[{**ITEM, "on": "2023-01-01"}], links=[old, new])
    bench.serve("https://toy.example/new", {"items": [{"key": "new", "text": NEWS, "on": "2026-11-03"}]})
    read = bench.poll()
    assert bench.asked() == ["https://toy.example/list", "https://toy.example/new"]
    assert (read.containers, read.kept, read.new) == (3, 1, 1)
    assert read.skipped == (("published before the baseline", 2),)


def test_paging_stops_where_everything_is_older(bench: Bench) -> None:
    bench.serve_list(
        items=[ITEM],
        links=[{"url": "https://toy.example/old", "key": "old", "on": "2022-12-19"}, {"url": "https://toy.example/p2"}],
    )
    bench.poll()
    assert bench.asked() == ["https://toy.example/list"]


def test_a_page_is_fetched_again_only_when_the_list_says_something_else_of_it(bench: Bench) -> None:
    link = {"url": "https://toy.example/one", "key": "one", "version": "a", "on": "2026-11-03"}
    bench.serve_list(links=[link])
    bench.serve("https://toy.example/one", {"items": [ITEM]})
    bench.poll()
    bench.asked()
    bench.poll(MONDAY + 6 * HOUR)
    assert bench.asked() == ["https://toy.example/list"]
    bench.serve_list(links=[{**link, "version": "b"}])
    bench.poll(MONDAY + 12 * HOUR)
    assert bench.asked() == ["https://toy.example/list", "https://toy.example/one"]


def test_a_read_with_a_missing_page_keeps_the_rest_and_says_so(bench: Bench) -> None:
    links = [{"url": f"https://toy.example/{key}", "key": key, "version": "a"} for key in ("one", "two")]
    bench.serve_list(links=links)
    bench.serve("https://toy.example/one", {"items": [ITEM]})
    read = bench.poll()
    assert (read.status, read.new) == (ReadStatus.PARTIAL, 1)
    assert [failure.url for failure in read.failures] == ["https://toy.example/two"]
    assert "404" in read.failures[0].reason
    bench.serve("https://toy.example/two", {"items": [OTHER]})
    bench.asked()
    assert bench.poll(MONDAY + 6 * HOUR).new == 1
    assert bench.asked() == ["https://toy.example/list", "https://toy.example/two"]


def test_what_the_limit_of_pages_cuts_off_is_said_and_read_next_time(bench: Bench) -> None:
    keys = [f"k{number:02}" for number in range(25)]
    links = [{"url": f"https://toy.example/{key}", "key": key, "version": "a"} for key in keys]
    bench.serve_list(links=links)
    for key in keys:
        bench.serve(f"https://toy.example/{key}", {"items": [{**ITEM, "key": key}]})
    read = bench.poll()
    assert (read.status, read.requests, read.new) == (ReadStatus.PARTIAL, 20, 19)
    assert "6 pages left over" in read.failures[0].reason
    rest = bench.poll(MONDAY + 6 * HOUR)
    assert (rest.status, rest.new) == (ReadStatus.GOOD, 6)


ROW = {"key": "hikvision", "name": "Hikvision", "decision": "Exclusion"}
REST = [{"key": f"row{number}", "name": f"Company {number}", "decision": "Exclusion"} for number in range(4)]


def test_a_row_that_leaves_a_list_is_gone_and_reported_until_it_is_back(bench: Bench) -> None:
    bench.serve_list(rows=[ROW, *REST], lists=["exclusions"])
    assert bench.poll().new == 5
    bench.serve_list(rows=REST, lists=["exclusions"])
    assert bench.poll(MONDAY + 6 * HOUR).gone == 1
    with bench.watch() as watch, watch.store.read() as connection:
        assert gone.gone_between(connection, "toy", MONDAY, MONDAY + 6 * HOUR) == [Gone(entry="Hikvision")]
    assert bench.poll(MONDAY + 12 * HOUR).gone == 0
    bench.serve_list(rows=[ROW, *REST], lists=["exclusions"])
    assert bench.poll(MONDAY + 18 * HOUR).gone == 0
    with bench.watch() as watch, watch.store.read() as connection:
        assert not documents.known_entries(connection, "toy")["exclusions", "hikvision"].gone
        assert gone.gone_between(connection, "toy", MONDAY, MONDAY + 18 * HOUR) == []
    assert len(found(bench)) == 1, "it was told when it was first seen"


def test_a_row_that_comes_back_changed_is_compared_with_what_it_was(bench: Bench) -> None:
    bench.serve_list(rows=[ROW, *REST], lists=["exclusions"])
    bench.poll()
    bench.serve_list(rows=REST, lists=["exclusions"])
    bench.poll(MONDAY + 6 * HOUR)
    bench.serve_list(rows=[ROW | {"decision": "Observation"}, *REST], lists=["exclusions"])
    bench.poll(MONDAY + 12 * HOUR)
    assert [row.evidence.finding.quote for row in found(bench)] == ["Hikvision | Exclusion", "Hikvision | Observation"]


def test_a_publication_that_leaves_a_list_is_gone_unless_it_has_come_out(bench: Bench) -> None:
    filed = {**ITEM, "key": "filed/one", "title": "A filing"}
    other = {**OTHER, "key": "filed/two"}
    bench.serve_list(items=[filed, other], lists=["filed"])
    assert bench.poll().new == 2
    bench.serve_list(items=[filed], lists=[])
    assert bench.poll(MONDAY + 6 * HOUR).gone == 0, "the list was not given whole"
    bench.serve_list(items=[filed, OTHER], lists=["filed"])
    assert bench.poll(MONDAY + 12 * HOUR).gone == 0, "what has come out is not gone"
    bench.serve_list(items=[OTHER], lists=["filed"])
    assert bench.poll(MONDAY + 18 * HOUR).gone == 0, "not yet a day"
    bench.serve_list(items=[OTHER], lists=["filed"])
    assert bench.poll(MONDAY + 36 * HOUR).gone == 1
    with bench.watch() as watch, watch.store.read() as connection:
        assert gone.gone_between(connection, "toy", None, MONDAY + 36 * HOUR) == [Gone(page="A filing")]
    bench.serve_list(items=[filed, OTHER], lists=["filed"])
    assert bench.poll(MONDAY + 42 * HOUR).gone == 0
    with bench.watch() as watch, watch.store.read() as connection:
        assert gone.gone_between(connection, "toy", None, MONDAY + 42 * HOUR) == []


def test_rows_of_a_list_that_is_not_given_whole_are_never_gone(bench: Bench) -> None:
    bench.serve_list(rows=[ROW, *REST])
    bench.poll()
    bench.serve_list(rows=REST)
    assert bench.poll(MONDAY + 6 * HOUR).gone == 0


def test_what_is_added_to_a_page_is_told_beside_what_it_said(bench: Bench) -> None:
    paris = "A court in Paris ruled against Hikvision."
    lyon = "A court in Lyon ruled against Hikvision in a separate case."
    item = {"key": "courts", "text": paris, "on": "2026-11-03"}
    bench.serve_list(items=[item])
    bench.poll(MONDAY)
    bench.serve_list(items=[item | {"text": f"{paris} {lyon}"}])
    bench.poll(MONDAY + timedelta(days=1), force=True)
    with bench.watch() as watch, watch.store.read() as connection:
        told = connection.execute(
            select(found_rows.c.quote, found_rows.c.development_id).order_by(found_rows.c.id)
        ).all()
    assert [quote for quote, _ in told] == [paris, lyon]
    assert told[0].development_id != told[1].development_id
