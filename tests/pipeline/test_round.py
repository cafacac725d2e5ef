"""Many sources read side by side: each as if it were alone, and what ends the round ends it for all."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from claimwatch.errors import ClockWentBack
from claimwatch.models import ReadStatus
from claimwatch.pipeline import due_sources, poll_all
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


def test_what_ends_the_round_is_raised_and_the_rest_is_due_still(many: Bench) -> None:
    def progress(slug: str, _url: str) -> None:
        if slug == "toy0":
            raise KeyError("the terminal is gone")

    with many.watch() as watch:
        with pytest.raises(KeyError, match="terminal"):
            poll_all(watch, due_sources(watch), progress=progress)
        with watch.store.read() as connection:
            read = connection.execute(select(func.count(captures.c.id.distinct()))).scalar_one()
            chained = connection.execute(select(func.count()).select_from(capture_chain)).scalar_one()
            assert set(connection.execute(select(source_states.c.lease_owner)).scalars()) == {None}
        assert read == chained, "what was captured is tied into the chain whatever happened"
        assert "toy0" in due_sources(watch)
        assert len(due_sources(watch)) == NUMBER - read


def test_a_clock_that_went_back_is_said(many: Bench) -> None:
    with many.watch() as watch, watch.store.write() as connection:
        advance_clock(connection, MONDAY + timedelta(days=1))
    with many.watch() as watch, pytest.raises(ClockWentBack):
        poll_all(watch, due_sources(watch))
