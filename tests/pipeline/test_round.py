"""Many sources read side by side: each as if it were alone, and only an interrupt ends the round for all."""

import signal
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from claimwatch.errors import ClockWentBack
from claimwatch.models import Read, ReadStatus
from claimwatch.pipeline import Watch, due_sources, poll_all
from claimwatch.pipeline.reading.round import AT_ONCE
from claimwatch.store import advance_clock
from claimwatch.store.tables import capture_chain, captures, source_states
from tests.pipeline.bench import MONDAY, NEWS, TOY, Bench
from tests.upstream import reply

NUMBER = 2 * AT_ONCE + 1


@pytest.fixture
def many(bench: Bench) -> Bench:
    """Sources `toy0`, `toy1` …, each with one item of its own."""
    bench.sources = "".join(
        TOY.replace("\ntoy:", f"\ntoy{n}:").replace("toy.example", f"toy{n}.example") for n in range(NUMBER)
    )
    for n in range(NUMBER):
        item = {"key": f"item{n}", "text": NEWS, "on": "2026-11-03", "url": f"https://toy{n}.example/one"}
        bench.serve(f"https://toy{n}.example/list", {"items": [item]})
    return bench


def test_all_are_read_in_their_order_and_none_twice(many: Bench) -> None:
    with many.watch() as watch:
        reads = poll_all(watch, due_sources(watch))
        assert [read.source for read in reads] == [f"toy{n}" for n in range(NUMBER)]
        assert {(read.status, read.new) for read in reads} == {(ReadStatus.GOOD, 1)}
        assert poll_all(watch, [f"toy{n}" for n in range(NUMBER)]) == [], "none is due again"
        with watch.store.read() as connection:
            assert connection.execute(select(func.count()).select_from(capture_chain)).scalar_one() == NUMBER
            assert set(connection.execute(select(source_states.c.lease_owner)).scalars()) == {None}


def test_they_are_read_side_by_side(many: Bench) -> None:
    together = threading.Barrier(AT_ONCE, timeout=30)
    asked: list[str] = []

    def progress(slug: str, _url: str) -> None:
        asked.append(slug)
        if len(asked) <= AT_ONCE:
            together.wait()

    with many.watch() as watch:
        assert len(poll_all(watch, due_sources(watch), progress=progress)) == NUMBER


def test_one_that_fails_keeps_no_other_from_being_read(many: Bench) -> None:
    many.upstream.on("/toy3.example/list", reply(500))
    with many.watch() as watch:
        reads = poll_all(watch, due_sources(watch))
    assert [read.source for read in reads if read.status is ReadStatus.FAILED] == ["toy3"]
    assert sum(read.status is ReadStatus.GOOD for read in reads) == NUMBER - 1


def test_what_is_raised_for_one_keeps_no_other_from_being_read(many: Bench) -> None:
    def progress(slug: str, _url: str) -> None:
        if slug in ("toy0", "toy4"):
            raise KeyError(f"the terminal of {slug} is gone")

    told: list[tuple[str, ReadStatus]] = []

    def report(slug: str, read: Read | None) -> None:
        assert read is not None
        told.append((slug, read.status))

    with many.watch() as watch:
        with pytest.raises(KeyError, match="toy0") as raised:
            poll_all(watch, due_sources(watch), progress=progress, report=report)
        assert "while reading toy0" in raised.value.__notes__[0]
        assert "while reading toy4: KeyError('the terminal of toy4 is gone')" in raised.value.__notes__[1]
        assert sorted(told) == [(f"toy{n}", ReadStatus.GOOD) for n in range(NUMBER) if n not in (0, 4)]
        assert due_sources(watch) == ("toy0", "toy4")
        assert_whole(watch)


def test_report_says_what_came_of_each(many: Bench) -> None:
    told: dict[str, Read | None] = {}
    with many.watch() as watch:
        (read,) = poll_all(watch, ["toy1"], report=told.__setitem__)
        poll_all(watch, ["toy1", "toy2"], report=lambda slug, made: told.__setitem__(slug + " again", made))
    assert told["toy1"] is read
    assert told["toy1 again"] is None, "it is not due"
    assert told["toy2 again"] is not None


@pytest.mark.parametrize("where", ["the main thread", "a reading thread"])
def test_an_interrupt_ends_the_round_and_the_rest_is_due_still(many: Bench, where: str) -> None:
    interrupted = threading.Event()

    def interrupt(*_signal: object) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    def progress(slug: str, _url: str) -> None:
        if slug == "toy0" and where == "a reading thread":
            interrupt()
        if slug == "toy0":
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        assert interrupted.wait(30)

    usual = signal.signal(signal.SIGINT, interrupt)
    try:
        with many.watch() as watch:
            with pytest.raises(KeyboardInterrupt):
                poll_all(watch, due_sources(watch), progress=progress)
            assert f"toy{NUMBER - 1}" in due_sources(watch), "the last was begun although the round was over"
            assert_whole(watch)
    finally:
        signal.signal(signal.SIGINT, usual)


def assert_whole(watch: Watch) -> None:
    """No lease is left, and what was captured is tied into the chain."""
    with watch.store.read() as connection:
        read = connection.execute(select(func.count(captures.c.id.distinct()))).scalar_one()
        chained = connection.execute(select(func.count()).select_from(capture_chain)).scalar_one()
        assert set(connection.execute(select(source_states.c.lease_owner)).scalars()) <= {None}
    assert read == chained


def test_a_clock_that_went_back_is_said(many: Bench) -> None:
    with many.watch() as watch, watch.store.write() as connection:
        advance_clock(connection, MONDAY + timedelta(days=1))
    with many.watch() as watch, pytest.raises(ClockWentBack):
        poll_all(watch, due_sources(watch))
