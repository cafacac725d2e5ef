"""Turns and rests of hosts in the store: one visitor to a host, however many processes work."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from claimwatch.errors import FetchFailed
from claimwatch.fetching import Request
from claimwatch.pipeline.watch import open_watch
from claimwatch.settings import load_settings
from claimwatch.store import Store, hosts
from tests.e2e.test_postgresql import postgresql as postgresql
from tests.upstream import Upstream, reply

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
AT_S = 1_795_000_000.0


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def any_store(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> Iterator[Store]:
    """An empty store on each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'claimwatch.db')}"
    else:
        url = request.getfixturevalue("postgresql")
    opened = Store(url)
    yield opened
    opened.close()


def turn(store: Store, host: str = "example.org", at_s: float = AT_S, interval_s: float = 1.5) -> float:
    with store.write() as connection:
        return hosts.reserve(connection, host, at_s, interval_s)


def test_turns_at_a_host_are_spaced(any_store: Store) -> None:
    assert [turn(any_store), turn(any_store), turn(any_store)] == [0, 1.5, 3.0]
    assert turn(any_store, "another.example") == 0
    assert turn(any_store, at_s=AT_S + 4.0) == 0.5
    assert turn(any_store, at_s=AT_S + 60.0) == 0
    assert turn(any_store, at_s=AT_S + 60.0, interval_s=0) == 1.5
    assert turn(any_store, at_s=AT_S + 60.0, interval_s=0) == 1.5


def test_each_source_brings_its_own_distance(any_store: Store) -> None:
    """The distance is the one that the earlier of two requests asked for."""
    assert turn(any_store, interval_s=0.2) == 0
    assert turn(any_store, interval_s=5.0) == 0.2
    assert turn(any_store, interval_s=0.2) == 5.2


def test_a_clock_that_was_set_back_does_not_silence_us(any_store: Store) -> None:
    turn(any_store, at_s=AT_S + 86_400.0)
    assert turn(any_store) == 0
    assert turn(any_store) == 1.5


def test_a_rest_is_kept_with_its_reason_until_it_is_over(any_store: Store) -> None:
    until = NOW + timedelta(minutes=2)
    with any_store.write() as connection:
        assert hosts.rest_of(connection, "example.org") is None
        hosts.note_rest(connection, "example.org", until, "answered 429")
        hosts.note_rest(connection, "example.org", NOW + timedelta(minutes=1), "a shorter one")
    turn(any_store)
    turn(any_store, "awake.example")
    with any_store.read() as connection:
        rest = hosts.Rest("example.org", until, "answered 429")
        assert hosts.rest_of(connection, "example.org") == rest
        assert hosts.rest_of(connection, "awake.example") is None
        assert hosts.rests(connection, NOW) == (rest,)
        assert hosts.rests(connection, until) == ()


def test_a_longer_rest_replaces_a_shorter_one_and_turns_go_on(any_store: Store) -> None:
    turn(any_store)
    with any_store.write() as connection:
        hosts.note_rest(connection, "example.org", NOW, "short")
        hosts.note_rest(connection, "example.org", NOW + timedelta(days=1), "long")
        rest = hosts.rest_of(connection, "example.org")
    assert rest is not None
    assert (rest.until, rest.reason) == (NOW + timedelta(days=1), "long")
    assert turn(any_store) == 1.5


def test_threads_get_turns_of_their_own(any_store: Store) -> None:
    got: list[float] = []
    threads = [threading.Thread(target=lambda: got.append(turn(any_store, interval_s=1.0))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [0, 1, 2, 3, 4, 5, 6, 7]


WORKER = """
import sys
from claimwatch.store import Store, hosts

store = Store(sys.argv[1])
for _ in range(5):
    with store.write() as connection:
        print(hosts.reserve(connection, "example.org", float(sys.argv[2]), 1.0))
store.close()
"""


@pytest.mark.slow
def test_processes_get_turns_of_their_own(tmp_path: Path, migrated: Path) -> None:
    url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'claimwatch.db')}"
    command = [sys.executable, "-c", WORKER, url, str(AT_S)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) for _ in range(3)]
    printed = [worker.communicate(timeout=60)[0] for worker in workers]
    assert sorted(float(line) for out in printed for line in out.split()) == [float(turn) for turn in range(15)]


def test_a_rest_outlives_the_run_in_which_it_was_asked_for(tmp_path: Path, upstream: Upstream) -> None:
    """With the pace off as well, and by the watch's own clock; no turn is taken then."""
    upstream.on("/example.org/page", reply(429, retry_after="3600"))
    request = Request("https://example.org/page")

    def ask(at: datetime) -> FetchFailed:
        settings = load_settings(home=tmp_path, upstream=upstream.url, pace="off", now=at)
        with open_watch(settings) as watch, watch.client() as client, pytest.raises(FetchFailed) as caught:
            client.get(request)
        with open_watch(settings) as watch, watch.store.read() as connection:
            assert [rest.host for rest in hosts.rests(connection, at)] == ["example.org"]
        return caught.value

    assert ask(NOW).status == 429
    error = ask(NOW + timedelta(minutes=59))
    assert (error.status, error.retry_after_s) == (None, 60)
    assert len(upstream.requests) == 1
    assert ask(NOW + timedelta(minutes=60)).status == 429
    assert len(upstream.requests) == 2


def test_two_clients_of_one_store_keep_one_pace(tmp_path: Path, upstream: Upstream) -> None:
    upstream.on("/example.org/page", reply(body="here"))
    request = Request("https://example.org/page", pace_s=0.4)
    settings = load_settings(home=tmp_path, upstream=upstream.url)
    with open_watch(settings) as watch, watch.client() as one, watch.client() as other:
        one.get(request)
        began = time.monotonic()
        other.get(request)
        one.get(request)
        assert time.monotonic() - began > 0.4
