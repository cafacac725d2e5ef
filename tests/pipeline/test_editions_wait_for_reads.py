"""An edition that is due waits for reads that others have under way: not for ever, and only for news of its own."""

import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest

from claimwatch.pipeline import Watch, build_after_reads, build_due, poll, subscribe
from claimwatch.store import reads
from tests.pipeline.bench import MORE_NEWS, NEWS, TOY, Bench
from tests.upstream import reply

LONG = timedelta(minutes=5)  # longer than the test may take
LATER = "second"
TWO = TOY + TOY.replace("toy:", f"{LATER}:", 1).replace("toy.example", "second.example").replace(
    "timeout: 5s", "timeout: 60s"
)


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when somebody has found that there is something to wait for."""
    found = threading.Event()
    sleep = time.sleep

    def short(_seconds: float) -> None:
        found.set()
        sleep(0.01)

    monkeypatch.setattr("claimwatch.pipeline.telling.in_flight.time.sleep", short)
    return found


@pytest.fixture
def watch(bench: Bench) -> Iterator[Watch]:
    """A Monday on which an edition is due; one source has been read, the other not yet."""
    bench.sources = TWO
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    with bench.watch() as opened:
        subscribe(opened, "reader@example.org")
        assert poll(opened, "toy") is not None
        yield opened


def lease(watch: Watch, slug: str, owner: str, *, until: timedelta = LONG) -> None:
    """Somebody reads a source."""
    now = datetime.now(UTC)
    with watch.store.write() as connection:
        assert reads.take_lease(connection, slug, owner, now, now + until)


def test_it_waits_for_the_read_of_another_and_tells_what_that_found(
    bench: Bench, watch: Watch, waiting: threading.Event
) -> None:
    asked = threading.Event()
    answer = threading.Event()
    listed = {"items": [{"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}]}
    whole = reply(body=json.dumps(listed), content_type="application/json")

    def slowly(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        answer.wait(60)
        whole(request)

    bench.upstream.on("/second.example/list", slowly)
    with ThreadPoolExecutor(2) as threads:
        read = threads.submit(poll, watch, LATER)
        assert asked.wait(60)
        built = threads.submit(build_after_reads, watch, "weekly", patience=LONG)
        assert waiting.wait(60)
        assert not built.done()
        answer.set()
        assert read.result(60) is not None
        edition = built.result(60)
    assert edition is not None
    assert {one.finding.quote for item in edition.items for one in item.evidence} == {NEWS, MORE_NEWS}
    assert [one.reads for one in edition.coverage] == [1, 1]


def test_it_does_not_wait_for_ever(watch: Watch, waiting: threading.Event, caplog: pytest.LogCaptureFixture) -> None:
    lease(watch, LATER, "another-host:1:x")
    edition = build_after_reads(watch, "weekly", patience=timedelta(seconds=0.05))
    assert edition is not None
    assert waiting.is_set()
    assert "no longer waiting for the read of second" in caplog.text
    assert [one.reads for one in edition.coverage] == [1, 0]


@pytest.mark.parametrize("what", ["nobody reads", "ran out", "dead", "not due"])
def test_it_waits_for_nothing_else(watch: Watch, waiting: threading.Event, what: str) -> None:
    if what == "ran out":
        lease(watch, LATER, "another-host:1:x", until=timedelta(seconds=-1))
    elif what == "dead":
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        lease(watch, LATER, f"{os.uname().nodename}:{child}:x")
    elif what == "not due":  # it is being replayed
        lease(watch, "toy", "another-host:1:x")
    assert build_due(watch)
    assert not waiting.is_set()


def test_an_alert_and_an_edition_that_is_not_due_wait_for_nothing(watch: Watch, waiting: threading.Event) -> None:
    lease(watch, LATER, "another-host:1:x")
    build_after_reads(watch, "urgent", patience=LONG)
    assert build_after_reads(watch, "weekly", patience=timedelta(0)) is not None
    assert build_after_reads(watch, "weekly", patience=LONG) is None
    assert not waiting.is_set()
