"""Retention: what nothing rests on goes in time; what anybody was told of, and by what bytes, stays."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from claimwatch.pipeline import deliver, subscribe, unsubscribe
from claimwatch.pipeline.operations.integrity import inspect_integrity
from claimwatch.pipeline.operations.upkeep import Upkeep, upkeep
from claimwatch.pipeline.watch import Watch
from claimwatch.store import findings, outbox
from claimwatch.store.tables import captures, ledger, messages, reads, subscribers
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
YEARS = MONDAY + 800 * DAY


def age(bench: Bench) -> None:
    """Let all kept bytes look as if nobody had asked for them for long: files have times of their own."""
    for file in (bench.home / "captures").rglob("*.zst"):
        os.utime(file, (1, 1))


def count(watch: Watch, table: object) -> int:
    with watch.store.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


@pytest.fixture
def grown(bench: Bench) -> Bench:
    """Ten reads: the first brings news, most bring nothing but other bytes, one brings a wall."""
    for day in range(10):
        items = [{"key": "one", "text": NEWS, "on": "2026-11-03"}]
        bench.serve_list(items=items, links=[], noise=day)
        if day == 5:
            bench.serve("https://toy.example/list", "<html>Just a moment...</html>")
        with bench.watch(MONDAY + day * DAY) as watch:
            from claimwatch.pipeline import poll

            poll(watch, "toy", force=True)
    age(bench)
    return bench


def test_young_things_stay(grown: Bench) -> None:
    with grown.watch(MONDAY + 20 * DAY) as watch:
        assert upkeep(watch) == Upkeep()


def test_bytes_that_nothing_rests_on_go_and_cited_ones_stay(grown: Bench) -> None:
    with grown.watch(MONDAY + 400 * DAY) as watch:
        planned = upkeep(watch, dry_run=True)
        assert len(list((grown.home / "captures").rglob("*.zst"))) == 10
        done = upkeep(watch)
        assert (planned.captures, done.captures) == (8, 8), "cited by the publication, and the newest good answer: stay"
        assert planned.dry_run
        with watch.store.read() as connection:
            (finding,) = findings.list_findings(connection, watch.sources)
        assert finding.evidence.capture_sha256 is not None
        assert NEWS.encode() in watch.captures.get(finding.evidence.capture_sha256)
        assert inspect_integrity(watch, all_captures=True) == [], "the chain holds, and nothing is missed"
        assert upkeep(watch).captures == 0
        assert done.capture_bytes > 0


def test_what_was_asked_for_again_just_now_stays(grown: Bench) -> None:
    with grown.watch(MONDAY + 400 * DAY) as watch:
        with watch.store.read() as connection:
            sha256 = connection.execute(select(captures.c.sha256).where(captures.c.id == 3)).scalar_one()
        watch.captures.put(watch.captures.get(sha256))
        done = upkeep(watch)
        assert (done.captures, done.fresh) == (7, 1)
        assert watch.captures.has(sha256)
        age(grown)
        assert upkeep(watch).captures == 1, "at the next call it goes"


def test_the_log_of_reads_goes_later(grown: Bench) -> None:
    with grown.watch(YEARS) as watch:
        done = upkeep(watch)
        # The first and last good one and the bad one stay; so does the one that the publication was read in.
        assert done.reads == 7
        assert (count(watch, reads), count(watch, captures)) == (3, 3)
        assert inspect_integrity(watch, all_captures=True) == []


def test_zero_means_for_ever(grown: Bench) -> None:
    for_ever = {"keep_captures_days": 0, "keep_reads_days": 0, "keep_mail_days": 0, "keep_left_days": 0}
    with grown.watch(YEARS, **for_ever) as watch:
        assert upkeep(watch) == Upkeep()


def test_mails_lose_their_bytes_and_the_ledger_stays(grown: Bench) -> None:
    from claimwatch.pipeline import build

    with grown.watch(MONDAY + 2 * WEEK) as watch:
        subscribe(watch, "reader@example.org")
        assert build(watch) is not None
        with watch.store.read() as connection:
            waiting = connection.execute(select(messages.c.mime)).scalar_one()
        assert upkeep(watch).mails == 0
        assert deliver(watch).accepted == 1
    with grown.watch(MONDAY + 2 * WEEK + 200 * DAY) as watch:
        told = count(watch, ledger)
        done = upkeep(watch)
        assert (done.mails, done.mail_bytes) == (1, len(waiting))
        assert count(watch, ledger) == told > 0
        with watch.store.read() as connection:
            row = connection.execute(select(messages)).one()
            assert outbox.count_messages(connection) == {"accepted": 1}
        assert (row.mime, row.recipient) == (b"", "reader@example.org")
        assert len(row.sha256) == 64


def test_people_who_left_are_forgotten(bench: Bench) -> None:
    with bench.watch() as watch:
        subscribe(watch, "gone@example.org")
        subscribe(watch, "here@example.org")
        unsubscribe(watch, "gone@example.org")
    with bench.watch(MONDAY + 366 * DAY) as watch:
        assert upkeep(watch).people == 1
        assert upkeep(watch).people == 0
        with watch.store.read() as connection:
            addresses = list(connection.execute(select(subscribers.c.address)).scalars())
    assert "gone@example.org" not in addresses
    assert "here@example.org" in addresses
