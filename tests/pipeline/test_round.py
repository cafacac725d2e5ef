"""Many sources read side by side: each as if it were alone, and only an interrupt ends the round for all."""

import errno
import signal
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from claimwatch.errors import ClaimwatchError, ClockWentBack, UsageError
from claimwatch.models import Read, ReadStatus, SourceSpec
from claimwatch.pipeline import ReadsBroke, Watch, due_sources, poll, poll_all
from claimwatch.pipeline.reading.compare import Changes, compare
from claimwatch.pipeline.reading.round import AT_ONCE
from claimwatch.pipeline.telling.account import account
from claimwatch.store import advance_clock
from claimwatch.store.tables import capture_chain, captures, publications, source_states
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


def test_an_edition_accounts_for_them_alike_however_many_are_asked_for_at_once(
    many: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    many.upstream.on("/toy3.example/list", reply(500))
    with many.watch() as watch:
        poll_all(watch, due_sources(watch))
        with watch.store.read() as connection:
            whole = account(connection, watch, watch.polled, None, MONDAY)
            monkeypatch.setattr("claimwatch.pipeline.telling.account.AT_ONCE", 2)
            assert account(connection, watch, watch.polled, None, MONDAY) == whole
    assert [(one.source, one.reads, one.unread) for one in whole] == [(f"toy{n}", 1, n == 3) for n in range(NUMBER)]


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


def test_what_is_raised_for_one_keeps_no_other_from_being_read(
    many: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(watch: Watch, spec: SourceSpec, *more: Any) -> Changes:
        if spec.slug in ("toy0", "toy4", "toy5"):
            raise KeyError("the other bug" if spec.slug == "toy4" else "a bug of ours")
        return compare(watch, spec, *more)

    told: dict[str, ReadStatus] = {}

    def report(slug: str, read: Read | None) -> None:
        assert read is not None
        told[slug] = read.status

    monkeypatch.setattr("claimwatch.pipeline.reading.poll.compare", breaks)
    with many.watch() as watch:
        with pytest.raises(ReadsBroke) as raised:
            poll_all(watch, due_sources(watch), report=report)
        assert str(raised.value).splitlines() == [
            "KeyError: 'a bug of ours' (while reading toy0, toy5)",
            "KeyError: 'the other bug' (while reading toy4)",
        ]
        assert [read.source for read in raised.value.reads] == [f"toy{n}" for n in range(NUMBER)]
        assert {slug for slug, status in told.items() if status is ReadStatus.BAD} == {"toy0", "toy4", "toy5"}
        assert sum(status is ReadStatus.GOOD for status in told.values()) == NUMBER - 3
        assert due_sources(watch) == (), "those that broke wait for their pause"
        with watch.store.read() as connection:
            assert connection.execute(select(func.count()).select_from(publications)).scalar_one() == NUMBER - 3
        assert_whole(watch)
    assert "in breaks" in caplog.text, "the traceback is in the log"


def test_what_the_machine_fails_at_leaves_the_source_due(many: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(watch: Watch, spec: SourceSpec, *more: Any) -> Changes:
        if spec.slug == "toy3":
            raise OSError(errno.ENOSPC, "No space left on device", "/captures")
        return compare(watch, spec, *more)

    monkeypatch.setattr("claimwatch.pipeline.reading.poll.compare", breaks)
    with many.watch() as watch:
        with pytest.raises(ReadsBroke, match=r"^/captures: No space left on device \(while reading toy3\)") as raised:
            poll_all(watch, due_sources(watch))
        assert len(raised.value.reads) == NUMBER - 1
        assert due_sources(watch) == ("toy3",)
        assert_whole(watch)


def test_what_fails_when_captures_are_tied_hides_neither_what_broke_nor_the_reads(
    many: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(watch: Watch, spec: SourceSpec, *more: Any) -> Changes:
        if spec.slug == "toy3":
            raise KeyError("a bug of ours")
        return compare(watch, spec, *more)

    def away(_watch: Watch) -> None:
        raise ClaimwatchError("the database is away")

    with monkeypatch.context() as patched, many.watch() as watch:
        patched.setattr("claimwatch.pipeline.reading.poll.compare", breaks)
        patched.setattr("claimwatch.pipeline.reading.broken.chain_captures", away)
        with pytest.raises(ReadsBroke) as raised:
            poll_all(watch, due_sources(watch))
        assert str(raised.value).splitlines() == [
            "KeyError: 'a bug of ours' (while reading toy3)",
            "the database is away (while tying captures into the chain)",
        ]
        assert len(raised.value.reads) == NUMBER
        assert "in breaks" in caplog.text
        with pytest.raises(ReadsBroke, match=r"^the database is away \(while tying") as raised:
            poll(watch, "toy0", force=True)
        assert [read.status for read in raised.value.reads] == [ReadStatus.GOOD]
    with many.watch(MONDAY + timedelta(hours=1)) as watch:
        poll(watch, "toy1", force=True)
        assert_whole(watch)


def test_a_machine_without_memory_is_no_fault_of_the_source(many: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_arguments: Any) -> Changes:
        raise MemoryError

    monkeypatch.setattr("claimwatch.pipeline.reading.poll.compare", breaks)
    with many.watch() as watch:
        with pytest.raises(ReadsBroke, match=r"^MemoryError \(while reading toy0\)$"):
            poll_all(watch, ["toy0"])
        assert "toy0" in due_sources(watch)


def test_a_statement_that_is_refused_is_told_on_one_line_without_its_values(
    many: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_arguments: Any) -> Changes:
        raise IntegrityError("INSERT INTO a (b) VALUES (?)", ("a secret",), ValueError("UNIQUE\n constraint  failed"))

    monkeypatch.setattr("claimwatch.pipeline.reading.poll.compare", breaks)
    with many.watch() as watch, pytest.raises(ReadsBroke) as raised:
        poll_all(watch, ["toy0"])
    assert str(raised.value) == "IntegrityError: UNIQUE constraint failed (while reading toy0)"


def test_an_unknown_source_is_said_before_anything_is_read(many: Bench) -> None:
    with many.watch() as watch:
        with pytest.raises(UsageError, match="there is no source 'nowhere'"):
            poll_all(watch, ["toy0", "nowhere"])
        assert len(due_sources(watch)) == NUMBER


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
    with many.watch() as watch, pytest.raises(ReadsBroke, match="earlier than 2026-11-10") as raised:
        poll_all(watch, due_sources(watch))
    assert isinstance(raised.value.__cause__, ClockWentBack)
    assert len(str(raised.value).splitlines()) == 1, "it is the same for all"
