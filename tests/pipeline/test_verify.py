"""`sources check --live` over real HTTP: robots.txt, pages, parsers, validators; and what is stored of it: a day."""

import json
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from claimwatch.models import SourceSpec
from claimwatch.pipeline.reading.verify import SourceCheck, verify
from claimwatch.store import reads
from tests.pipeline.bench import MONDAY, Bench
from tests.upstream import reply

LIST = "https://toy.example/list"
ITEMS = {"items": [{"key": "one", "text": "Hikvision is named.", "on": "2026-11-03"}], "skips": ["a video"]}
Change = Callable[[SourceSpec], SourceSpec]


def check(bench: Bench, change: Change = lambda spec: spec) -> SourceCheck:
    """The toy source as it is now, looked at live."""
    with bench.watch() as watch:
        (done,) = verify(watch, [change(watch.source("toy"))])
        return done


def verified(bench: Bench) -> bool:
    with bench.watch() as watch, watch.store.read() as connection:
        return reads.source_state(connection, "toy").verified_at is not None


def robots(bench: Bench, text: str) -> None:
    bench.serve("https://toy.example/robots.txt", text, content_type="text/plain")


def with_pages(*pages: tuple[str, bool]) -> Change:
    """The toy source with further start pages: (path, whether it is a probe)."""

    def change(spec: SourceSpec) -> SourceSpec:
        more = tuple(
            replace(spec.pages[0], url=f"https://toy.example{path}", group=path, probe=probe) for path, probe in pages
        )
        return replace(spec, pages=spec.pages + more)

    return change


def test_a_good_source_is_verified_and_nothing_else_is_stored(bench: Bench) -> None:
    bench.serve_list(**ITEMS)
    done = check(bench)
    (page,) = done.pages
    assert (page.status, page.content_type, page.fault) == (200, "application/json", None)
    assert (page.containers, page.kept, page.skipped) == (2, 1, (("a video", 1),))
    assert page.size == len(json.dumps(ITEMS))
    assert (page.etag, page.conditional) == (None, None)
    assert done.problems == ()
    assert bench.asked() == ["https://toy.example/robots.txt", LIST]
    with bench.watch() as watch, watch.store.read() as connection:
        state = reads.source_state(connection, "toy")
        assert state == reads.SourceState("toy", verified_at=MONDAY)
        assert reads.reads_between(connection, "toy", None, MONDAY) == []
    assert not (bench.home / "captures").exists()


def test_a_check_does_not_disturb_what_reads_have_left(bench: Bench) -> None:
    bench.serve_list(**ITEMS)
    bench.poll()
    with bench.watch() as watch, watch.store.read() as connection:
        before = reads.source_state(connection, "toy")
    check(bench)
    with bench.watch() as watch, watch.store.read() as connection:
        assert reads.source_state(connection, "toy") == replace(before, verified_at=MONDAY)


def test_a_closed_address_is_not_fetched(bench: Bench) -> None:
    bench.serve_list(**ITEMS)
    robots(bench, "User-agent: *\nDisallow: /list\n")
    done = check(bench)
    assert bench.asked() == ["https://toy.example/robots.txt"]
    assert "closes it to claimwatch" in done.problems[0]
    assert done.pages[0].closed
    assert not verified(bench)


def test_a_closed_probe_is_a_problem_too(bench: Bench) -> None:
    bench.serve_list(**ITEMS)
    robots(bench, "User-agent: *\nDisallow: /feed\n")
    done = check(bench, with_pages(("/feed", True)))
    assert "https://toy.example/feed" in done.problems[0]
    assert "https://toy.example/feed" not in bench.asked()


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_robots_txt_that_cannot_be_read_closes_the_host(bench: Bench, status: int) -> None:
    bench.serve_list(**ITEMS)
    bench.upstream.on("/toy.example/robots.txt", reply(status, "no"))
    done = check(bench)
    assert LIST not in bench.asked()
    assert str(status) in done.problems[0]
    assert not verified(bench)


def test_robots_txt_is_asked_for_once_a_host(bench: Bench) -> None:
    bench.serve_list(**ITEMS)
    bench.serve("https://toy.example/more", {"items": []})
    with bench.watch() as watch:
        spec = with_pages(("/more", False))(watch.source("toy"))
        assert len(list(verify(watch, [spec, watch.source("toy")]))) == 2
    assert bench.asked().count("https://toy.example/robots.txt") == 1


def test_a_delay_that_is_longer_than_our_pace_is_to_be_corrected(bench: Bench) -> None:
    bench.serve_list(**ITEMS)
    robots(bench, "User-agent: *\nCrawl-delay: 9.5\n")
    done = check(bench)
    assert done.hosts[0].crawl_delay_s == 9.5
    assert "write pace: 10s" in done.problems[0]
    assert not verified(bench)
    patient = check(bench, lambda spec: replace(spec, limits=replace(spec.limits, pace_s=10)))
    assert patient.problems == ()


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (404, "gone", "404"),
        (500, "broken", "500"),
        (
            200,
            "<!doctype html><title>Not a list</title><p>Hello, this is a page",
            "an HTML page came where JSON is due",
        ),
        (200, '{"items": [{}]}', "the parser tests.pipeline.toy broke on it: KeyError"),
        (200, '{"containers": 3}', "counts do not add up: 3 containers"),
        (200, '{"items": []}', "0 items on all pages where expect.min wants at least 1"),
    ],
)
def test_a_needed_page_that_cannot_be_used_is_a_problem(bench: Bench, status: int, body: str, says: str) -> None:
    bench.upstream.on("/toy.example/list", reply(status, body))
    done = check(bench)
    assert says in done.problems[0]
    assert done.pages[0].status == status
    assert not verified(bench)


def test_a_probe_may_be_missing_or_broken_and_is_praised_where_it_is_there(bench: Bench) -> None:
    bench.serve_list(**ITEMS)
    bench.serve("https://toy.example/there", ITEMS)
    bench.serve("https://toy.example/broken", "not JSON")
    done = check(bench, with_pages(("/gone", True), ("/there", True), ("/broken", True)))
    assert done.problems == ()
    gone, there, broken = done.advice
    assert "/gone: nothing is there (404)" in gone
    assert "/there is there: `probe: true` can go" in there
    assert "/broken: a probe that cannot be used" in broken
    assert verified(bench)


def test_one_page_of_each_further_kind_is_looked_at(bench: Bench) -> None:
    link = {"url": "https://toy.example/one", "key": "one"}
    bench.serve_list(links=[link, link | {"url": "https://toy.example/two", "key": "two"}])
    bench.serve("https://toy.example/one", {"containers": 5})
    done = check(bench)
    assert [(page.url, page.sample) for page in done.pages] == [(LIST, False), ("https://toy.example/one", True)]
    assert "5 containers" in done.problems[0]
    assert not verified(bench)


def test_a_page_that_moved_is_followed_and_the_new_address_named(bench: Bench) -> None:
    bench.upstream.on("/toy.example/list", reply(301, location="https://new.example/list"))
    bench.serve("https://new.example/list", ITEMS)
    done = check(bench)
    assert done.pages[0].moved_to == "https://new.example/list"
    assert "write https://new.example/list" in done.advice[0]
    assert done.problems == ()
    assert "https://new.example/robots.txt" in bench.asked()


def test_a_page_that_leads_where_we_may_not_go_is_a_problem(bench: Bench) -> None:
    bench.upstream.on("/toy.example/list", reply(302, location="https://new.example/list"))
    bench.serve("https://new.example/list", ITEMS)
    bench.serve("https://new.example/robots.txt", "User-agent: *\nDisallow: /", content_type="text/plain")
    (problem,) = check(bench).problems
    assert "it leads to https://new.example/list: the robots.txt of new.example closes it" in problem


@pytest.mark.parametrize(("honoured", "status"), [(True, 304), (False, 200)])
def test_validators_are_tried(bench: Bench, honoured: bool, status: int) -> None:
    def handle(request: BaseHTTPRequestHandler) -> None:
        if honoured and request.headers["if-none-match"] == '"v1"':
            reply(304)(request)
        else:
            reply(200, json.dumps(ITEMS), etag='"v1"', content_type="application/json")(request)

    bench.upstream.on("/toy.example/list", handle)
    (page,) = check(bench).pages
    assert (page.etag, page.conditional) == ('"v1"', status)


def test_a_since_in_an_address_is_filled_in_before_robots_txt_is_asked(bench: Bench) -> None:
    bench.serve("https://toy.example/since/2023-10-17", ITEMS)
    robots(bench, "User-agent: *\nDisallow: /since/{since}\n")
    done = check(
        bench, lambda spec: replace(spec, pages=(replace(spec.pages[0], url="https://toy.example/since/{since}"),))
    )
    assert done.pages[0].url == "https://toy.example/since/2023-10-17"
    assert done.problems == ()
