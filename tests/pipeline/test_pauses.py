"""When a source is asked again: soon after what passes, later after what does not, never before a host allows it."""

import itertools
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from claimwatch.models import ReadStatus
from claimwatch.pipeline import poll
from claimwatch.store import reads, tables
from tests.pipeline.bench import MONDAY, NEWS, Bench
from tests.upstream import Handle, reply

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PATH = "/toy.example/list"
GOOD = reply(body='{"items": [{"key": "one", "text": "x"}]}', content_type="application/json")


def due_at(bench: Bench, at: datetime) -> datetime:
    with bench.watch(at) as watch, watch.store.read() as connection:
        due = reads.source_state(connection, "toy").next_due_at
    assert due is not None
    return due


@pytest.mark.parametrize(
    ("answer", "first"),
    [
        (reply(503, "down"), 5 * MINUTE),
        (reply(429, "slower"), 5 * MINUTE),
        (reply(404, "nothing here"), 15 * MINUTE),
        (reply(body="[1, 2"), 15 * MINUTE),
        (reply(302, location="ftp://toy.example/list"), 6 * HOUR),
    ],
)
def test_how_soon_a_source_is_asked_again_depends_on_what_went_wrong(
    bench: Bench, answer: Handle, first: timedelta
) -> None:
    bench.upstream.on(PATH, answer)
    assert not bench.poll().status.good
    assert 0.9 * first <= due_at(bench, MONDAY) - MONDAY <= first


def test_a_good_read_and_a_partial_one_wait_their_cadence(bench: Bench) -> None:
    bench.upstream.on(PATH, GOOD)
    bench.poll()
    assert due_at(bench, MONDAY) == MONDAY + 6 * HOUR
    bench.serve_list(links=[{"url": "https://toy.example/one", "key": "one"}])
    assert bench.poll(MONDAY + 6 * HOUR).status is ReadStatus.PARTIAL
    assert due_at(bench, MONDAY + 6 * HOUR) == MONDAY + 12 * HOUR


def test_a_good_read_ends_the_back_off(bench: Bench) -> None:
    bench.upstream.on(PATH, reply(404, "nothing here"))
    for n in range(4):
        bench.poll(MONDAY + n * HOUR, force=True)
    bench.upstream.on(PATH, GOOD)
    bench.poll(MONDAY + 4 * HOUR, force=True)
    bench.upstream.on(PATH, reply(503, "down"))
    bench.poll(MONDAY + 5 * HOUR, force=True)
    assert due_at(bench, MONDAY + 5 * HOUR) <= MONDAY + 5 * HOUR + 5 * MINUTE


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("hours", [2, 12])
def test_a_source_waits_as_long_as_its_host_asked(bench: Bench, status: int, hours: int) -> None:
    bench.upstream.on(PATH, reply(status, "later", retry_after=str(hours * 3600)))
    bench.poll()
    assert due_at(bench, MONDAY) == MONDAY + hours * HOUR
    bench.upstream.on(PATH, GOOD)
    bench.asked()
    read = bench.poll(MONDAY + HOUR, force=True)
    assert (read.status, bench.asked()) == (ReadStatus.FAILED, []), "not even when an operator is in a hurry"
    assert due_at(bench, MONDAY + HOUR) == MONDAY + hours * HOUR
    assert bench.poll(MONDAY + hours * HOUR).status is ReadStatus.GOOD


def test_a_rest_that_an_item_page_asked_for_holds_for_the_source(bench: Bench) -> None:
    bench.serve_list(links=[{"url": "https://toy.example/one", "key": "one"}])
    bench.upstream.on("/toy.example/one", reply(429, "later", retry_after=str(10 * 3600)))
    assert bench.poll().status is ReadStatus.PARTIAL
    assert due_at(bench, MONDAY) == MONDAY + 10 * HOUR


def test_an_attempt_that_was_made_again_at_once_leaves_a_trace(bench: Bench) -> None:
    answers = itertools.chain([reply(502, "a moment")], itertools.repeat(GOOD))
    bench.upstream.on(PATH, lambda request: next(answers)(request))
    with bench.watch(pace="polite") as watch:
        read = poll(watch, "toy")
        assert read is not None
        with watch.store.read() as connection:
            table = tables.captures
            kept = connection.execute(select(table.c.status, table.c.good, table.c.sha256).order_by(table.c.id)).all()
            assert watch.captures.get(kept[0].sha256) == b"a moment"
    assert (read.status, read.requests, read.failures) == (ReadStatus.GOOD, 2, ())
    assert [(row.status, row.good) for row in kept] == [(502, False), (200, True)]


def test_what_was_refused_is_kept_as_what_it_is(bench: Bench) -> None:
    wall = "<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
    bench.serve("https://toy.example/list", wall)
    assert bench.poll().status is ReadStatus.BAD
    bench.serve("https://toy.example/list", f'{{"items": "{NEWS}"')
    assert bench.poll(MONDAY + HOUR).status is ReadStatus.BAD
    with bench.watch(MONDAY + HOUR) as watch, watch.store.read() as connection:
        kept = connection.execute(select(tables.captures)).all()
        assert [(row.good, row.status, bool(row.reason)) for row in kept] == [(False, 200, True)] * 2
        assert watch.captures.get(kept[0].sha256) == wall.encode()
