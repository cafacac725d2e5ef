"""Killed in the middle or done twice at once: the final state is the same, and every mail leaves once."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from claimwatch.pipeline import build, deliver, poll, subscribe
from claimwatch.store import findings
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, Bench, body_of
from tests.upstream import reply

ROOT = Path(__file__).resolve().parents[2]
LINKS = [{"url": f"https://toy.example/{key}", "key": key, "version": "a"} for key in ("one", "two")]


def at_once(bench: Bench, verb: Callable[..., object]) -> list[object]:
    """What `verb` gives in four threads that begin together, each with a watch of its own."""
    barrier = threading.Barrier(4)
    with bench.watch():
        pass  # writes sources.yaml before anybody reads it

    def do(_number: int) -> object:
        with bench.watch() as watch:
            barrier.wait(30)
            return verb(watch)

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(do, range(4)))


@pytest.mark.slow
def test_a_run_that_is_killed_while_it_reads_is_made_good_by_the_next(bench: Bench) -> None:
    bench.serve_list(links=LINKS)
    bench.serve("https://toy.example/one", {"items": [{"key": "one", "text": NEWS}]})
    arrived, killed = threading.Event(), threading.Event()

    def stall(request: BaseHTTPRequestHandler) -> None:
        arrived.set()
        killed.wait(60)
        reply(503)(request)

    bench.upstream.on("/toy.example/two", stall)
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
    environment = os.environ | {
        "CLAIMWATCH_HOME": str(bench.home), "CLAIMWATCH_UPSTREAM": bench.upstream.url, "CLAIMWATCH_PACE": "off",
        "CLAIMWATCH_NOW": MONDAY.isoformat(), "CLAIMWATCH_SOURCES": str(bench.home / "sources.yaml"),
    }  # fmt: skip
    command = [sys.executable, "-m", "claimwatch", "run"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        assert arrived.wait(60)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    finally:
        killed.set()
    with bench.watch() as watch, watch.store.read() as connection:
        assert findings.list_findings(connection, watch.sources) == []

    bench.serve("https://toy.example/two", {"items": [{"key": "two", "text": MORE_NEWS}]})
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (mail,) = bench.mails()
    assert "museum of clocks" in body_of(mail)
    assert "glacier railway" in body_of(mail)


def test_a_source_polled_by_four_at_once_is_read_by_one(bench: Bench) -> None:
    bench.serve_list(items=[{"key": "one", "text": NEWS}])
    reads = at_once(bench, lambda watch: poll(watch, "toy"))
    assert sum(read is not None for read in reads) == 1
    assert bench.asked() == ["https://toy.example/list"]


def test_an_edition_built_by_four_at_once_is_frozen_by_one_and_every_message_sent_once(bench: Bench) -> None:
    readers = [f"reader{number}@example.org" for number in range(8)]
    with bench.watch() as watch:
        for reader in readers:
            subscribe(watch, reader)
    bench.serve_list(items=[{"key": "one", "text": NEWS}])
    bench.poll()
    built = at_once(bench, build)
    assert sum(edition is not None for edition in built) == 1
    reports = at_once(bench, deliver)
    assert sum(report.accepted for report in reports) == 8  # type: ignore[attr-defined]
    assert Counter(str(mail["to"]) for mail in bench.mails()) == Counter(readers)
