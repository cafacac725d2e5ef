"""Backfill: what polls leave out is read for the record, goes on where it stopped, and makes no news."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from claimwatch.errors import ClaimwatchError, UsageError
from claimwatch.models import Origin, ReadStatus
from claimwatch.pipeline import build, deliver, lease, poll, subscribe
from claimwatch.pipeline.reading.history import BATCH, Backfilled, backfill
from claimwatch.settings import PROJECT
from claimwatch.store import documents, findings, ledger, reads, subscribers
from claimwatch.store.finding_rows import FindingRow
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench, body_of
from tests.upstream import reply

pytestmark = pytest.mark.slow

SINCE = date(2019, 1, 1)
LIST = "https://toy.example/list"
OLD = "Hikvision opened a lighthouse in Tasmania on 4 March 2021."


def nothing(_done: int, _listed: int, _url: str) -> None:
    pass


def run(bench: Bench, since: date = SINCE, progress: Callable[[int, int, str], None] = nothing) -> Backfilled:
    with bench.watch() as watch:
        return backfill(watch, "toy", since, progress=progress)


def serve_item(bench: Bench, key: str, on: str, text: str, version: str = "v1") -> dict[str, str]:
    """A page with one item; returns the link to it."""
    url = f"https://toy.example/{key}"
    bench.serve(url, {"items": [{"key": key, "text": text, "on": on}]})
    return {"url": url, "key": key, "version": version, "on": on}


def stored(bench: Bench) -> list[tuple[str, str, Origin]]:
    """What the store holds, by quote: outcome, quote, origin."""
    with bench.watch() as watch, watch.store.read() as connection:
        rows: list[FindingRow] = findings.list_findings(connection, watch.sources)
        keys = sorted(documents.known_publications(connection, "toy"))
    found = sorted((row.evidence.finding.outcome.value, row.evidence.finding.quote, row.origin) for row in rows)
    return [*found, *(("stored", key, Origin.WATCH) for key in keys)]


@pytest.fixture
def archive(bench: Bench) -> Bench:
    """Three pages of list, newest first: today's items, some of the time before the baseline, and older ones."""
    new = serve_item(bench, "new", "2026-11-03", NEWS)
    old = [serve_item(bench, f"old{n}", f"2021-0{n}-04", f"Dahua built clock tower {n} in Malta.") for n in range(1, 7)]
    early = serve_item(bench, "early", "2017-01-01", "Dahua sold a submarine.")
    bench.serve_list(links=[new, old[5], {"url": "https://toy.example/list2"}])
    bench.serve("https://toy.example/list2", {"links": [*old[1:5][::-1], {"url": "https://toy.example/list3"}]})
    bench.serve("https://toy.example/list3", {"links": [old[0], early, {"url": "https://toy.example/list4"}]})
    bench.serve("https://toy.example/list4", {"links": [early, {"url": "https://toy.example/list5"}]})
    return bench


def test_it_reads_what_polls_left_out_and_nothing_else(archive: Bench) -> None:
    assert archive.poll().skipped == (("published before the baseline", 5),)
    archive.asked()
    report = run(archive)
    assert (report.complete, report.listed, report.stored, report.known) == (True, 6, 6, 0)
    asked = archive.asked()
    assert "https://toy.example/new" not in asked, "what is new is for the watch to find"
    assert "https://toy.example/early" not in asked
    assert "https://toy.example/list5" not in asked, "it paged on behind the day that was asked for"
    assert [origin for outcome, _, origin in stored(archive) if outcome != "stored"].count(Origin.BACKFILL) == 6


def test_what_the_watch_has_not_read_yet_is_left_to_it(archive: Bench) -> None:
    run(archive)
    assert archive.poll().new == 1
    assert (NEWS, Origin.WATCH) in [(quote, origin) for _, quote, origin in stored(archive)]


def test_it_does_not_ask_again_for_what_is_stored(archive: Bench) -> None:
    run(archive)
    before = stored(archive)
    archive.asked()
    report = run(archive)
    assert (report.complete, report.listed, report.stored, report.known) == (True, 6, 0, 6)
    assert [url for url in archive.asked() if "/old" in url] == []
    assert stored(archive) == before


@pytest.mark.parametrize("after", range(1, 9))
def test_killed_anywhere_it_goes_on_to_the_same_state(archive: Bench, after: int) -> None:
    class KilledError(Exception):
        pass

    visits = 0

    def kill(_done: int, _listed: int, _url: str) -> None:
        nonlocal visits
        visits += 1
        if visits > after:
            raise KilledError

    with pytest.raises(KilledError):
        run(archive, progress=kill)
    with archive.watch() as watch, watch.store.read() as connection:
        kept = documents.known_publications(connection, "toy")
    archive.asked()
    assert run(archive).complete
    assert not {f"https://toy.example/{key}" for key in kept} & set(archive.asked())
    assert sorted(key for what, key, _ in stored(archive) if what == "stored") == [f"old{n}" for n in range(1, 7)]
    assert sum(origin is Origin.BACKFILL for _, _, origin in stored(archive)) == 6


def test_the_limit_of_a_read_does_not_cut_it(bench: Bench) -> None:
    links = [serve_item(bench, f"old{n}", "2021-03-04", f"Statement {n}.") for n in range(BATCH + 5)]
    bench.serve_list(links=links)
    bench.sources = bench.sources.replace("max_pages: 20", "max_pages: 2")
    assert run(bench).stored == BATCH + 5


def test_the_state_of_the_watch_does_not_move(archive: Bench) -> None:
    archive.serve(LIST, {"links": [serve_item(archive, "old", "2021-03-04", OLD)]}, etag='"one"')
    archive.poll()
    with archive.watch() as watch:
        with watch.store.read() as connection:
            state = reads.source_state(connection, "toy")
            validator = reads.validator(connection, LIST, "tests.pipeline.toy:1")
        archive.serve(LIST, {"links": []}, etag='"two"')
        backfill(watch, "toy", SINCE)
        with watch.store.read() as connection:
            assert reads.source_state(connection, "toy") == state
            assert reads.validator(connection, LIST, "tests.pipeline.toy:1") == validator
            assert reads.good_reads(connection, "toy") == 1
            assert len(reads.reads_between(connection, "toy", None, MONDAY)) == 1, "a backfill counts as no polling"


def test_no_edition_tells_what_it_found(archive: Bench) -> None:
    with archive.watch() as watch:
        subscribe(watch, "reader@example.org")
    archive.poll()
    run(archive)
    with archive.watch() as watch:
        edition = build(watch)
        deliver(watch)
    assert edition is not None
    assert [item.companies for item in edition.items] == [("Hikvision",)]
    (mail_,) = archive.mails()
    assert "clock tower" not in body_of(mail_)


def test_a_poll_that_comes_upon_what_was_history_is_told(bench: Bench) -> None:
    bench.serve_list(links=[serve_item(bench, "old", "2021-03-04", OLD)])
    run(bench)
    bench.poll()
    with bench.watch() as watch:
        first = build(watch)
    assert first is not None
    assert first.items == ()
    bench.serve_list(links=[], items=[{"key": "again", "text": OLD, "on": "2026-11-10"}])
    bench.poll(MONDAY + WEEK)
    with bench.watch(MONDAY + WEEK) as watch:
        second = build(watch)
    assert second is not None
    (item,) = second.items
    assert [evidence.finding.url for evidence in item.evidence] == ["https://toy.example/again"]
    assert item.first_seen_at == MONDAY + WEEK


def test_history_does_not_change_what_waits_to_be_told(bench: Bench) -> None:
    bench.serve_list(items=[{"key": "new", "text": NEWS, "on": "2026-11-03"}])
    bench.poll()
    with bench.watch() as watch, watch.store.write() as connection:
        subscriber = subscribers.add_subscriber(connection, "reader@example.org", None, "en", "Europe/Oslo", MONDAY)
    bench.serve_list(links=[serve_item(bench, "old", "2021-03-04", NEWS)])
    run(bench)
    with bench.watch() as watch:
        edition = build(watch)
        assert edition is not None
        (item,) = edition.items
        assert [evidence.finding.url for evidence in item.evidence] == ["https://toy.example/new"]
        assert item.state_version == 1
        with watch.store.read() as connection:
            assert len(ledger.told(connection, subscriber.id)) == 1
    with bench.watch(MONDAY + WEEK) as watch:
        again = build(watch)
        assert again is not None
        assert again.items == ()


def test_a_page_that_fails_is_named_and_asked_for_by_the_next_run(archive: Bench) -> None:
    archive.upstream.on("/toy.example/old3", reply(404, "gone"))
    report = run(archive)
    assert not report.complete
    assert [failure.url for failure in report.failures] == ["https://toy.example/old3"]
    assert report.stored == 5
    serve_item(archive, "old3", "2021-03-04", "Dahua built clock tower 3 in Malta.")
    archive.asked()
    assert (run(archive).stored, run(archive).complete) == (1, True)
    assert archive.asked().count("https://toy.example/old3") == 1


def test_a_wall_ends_the_run_and_is_not_stored_as_history(archive: Bench) -> None:
    for n in range(1, 7):
        archive.upstream.on(f"/toy.example/old{n}", reply(403, "no robots, please"))
    report = run(archive)
    assert report.stopped is not None
    assert "2 pages that were listed are left" in report.stopped
    assert report.stored == 0
    assert "https://toy.example/old2" not in archive.asked(), "it went on asking a host that refused"
    with archive.watch() as watch, watch.store.read() as connection:
        assert documents.known_publications(connection, "toy") == {}


def test_a_list_that_cannot_be_read_is_a_failure(bench: Bench) -> None:
    report = run(bench)
    assert [failure.url for failure in report.failures] == [LIST]
    assert not report.complete


def test_rows_of_a_list_are_the_watchs(bench: Bench) -> None:
    bench.serve_list(rows=[{"key": "dahua", "name": "Dahua", "decision": "Excluded"}], lists=["exclusions"])
    assert run(bench).stored == 0
    assert bench.poll().new == 1


def test_a_source_that_is_read_whole_has_nothing_left_out(bench: Bench) -> None:
    bench.sources = bench.sources.replace("skip_older: true", "skip_older: false")
    report = run(bench)
    assert (report.left_out, report.complete, report.requests) == (False, True, 0)
    assert bench.asked() == []


def test_a_day_that_polls_read_is_refused(bench: Bench) -> None:
    with pytest.raises(UsageError, match="read by `claimwatch poll`"):
        run(bench, since=date(2026, 1, 1))


def test_it_takes_turns_with_polls(archive: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.poll()
    monkeypatch.setattr(lease, "PATIENCE", timedelta(0))
    with archive.watch() as watch:
        with watch.store.write() as connection:
            until = datetime.now(UTC) + timedelta(minutes=1)
            assert reads.take_lease(connection, "toy", "elsewhere:1:x", datetime.now(UTC), until)
        with pytest.raises(ClaimwatchError, match="is being read by another process"):
            backfill(watch, "toy", SINCE)
        with watch.store.write() as connection:
            reads.end_lease(connection, "toy", "elsewhere:1:x")
        between: list[ReadStatus | None] = []

        def in_its_turn(_done: int, _listed: int, _url: str) -> None:
            read = poll(watch, "toy", force=True)
            between.append(read.status if read else None)

        assert backfill(watch, "toy", SINCE, progress=in_its_turn).complete
        assert set(between) == {None}, "both read the source at once"
        assert poll(watch, "toy", force=True) is not None


def test_the_federal_register_is_asked_from_that_day_on_page_by_page(bench: Bench) -> None:
    """With the source as it is shipped: the day stands in the question, and `next_page_url` is followed."""
    bench.sources = (PROJECT / "sources.yaml").read_text(encoding="utf-8")
    asked: list[str] = []
    results = [
        result("2019-22210", "2019-10-09"),
        result("2022-21658", "2022-10-13"),
        result("2026-10001", "2026-11-02"),
    ]

    def search(request: BaseHTTPRequestHandler) -> None:
        query = parse_qs(urlsplit(request.path).query)
        asked.append(query["conditions[publication_date][gte]"][0])
        page = int(query.get("page", ["1"])[0])
        answer: dict[str, object] = {"count": 3, "description": "", "total_pages": 3, "results": [results[3 - page]]}
        if page < 3:
            url = f"https://www.federalregister.gov{request.path.partition('www.federalregister.gov')[2]}"
            answer["next_page_url"] = f"{url.partition('&page=')[0]}&page={page + 1}"
        reply(200, json.dumps(answer), content_type="application/json")(request)

    bench.upstream.on("/www.federalregister.gov/api/v1/documents.json", search)
    rule = (PROJECT / "tests/golden/federal_register/document-list-rule.xml").read_text(encoding="utf-8")
    for number in ("2019-22210", "2022-21658"):
        bench.serve(f"https://www.federalregister.gov/{number}.xml", rule, content_type="text/xml")
    with bench.watch() as watch:
        report = backfill(watch, "federal_register", SINCE)
        with watch.store.read() as connection:
            kept = set(documents.known_publications(connection, "federal_register"))
    assert report.complete, report.failures
    assert kept == {"2019-22210", "2022-21658"}, "what the watch reads is left to it"
    assert asked == ["2019-01-01"] * 3


def result(number: str, on: str) -> dict[str, object]:
    """A document as the search of the Federal Register lists it."""
    return {
        "document_number": number,
        "title": f"Additions to the Entity List, {number}",
        "type": "Rule",
        "abstract": None,
        "html_url": f"https://www.federalregister.gov/documents/{number}",
        "full_text_xml_url": f"https://www.federalregister.gov/{number}.xml",
        "publication_date": on,
        "effective_on": on,
        "citation": None,
        "action": "Final rule.",
        "agencies": [{"slug": "industry-and-security-bureau"}],
        "docket_ids": [],
        "correction_of": None,
    }
