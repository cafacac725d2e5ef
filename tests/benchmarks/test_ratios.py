"""The short benchmarks, held to wide ratios against the floor of the same run; never to absolute times."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.bench import Part, measured, record_of
from benchmarks.measures import Row, in_turns
from benchmarks.report import page

# Several times what is seen: a machine that does other work must not fail them, a wrong shape must.
CEILINGS = {"names": 40.0, "compare": 200.0, "entity": 250.0}  # compare: 54, of which the encoder is two thirds
NOW = datetime(2026, 11, 9, 6, 0, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CEILINGS))
def test_the_ratio_to_the_floor(name: str) -> None:
    part = measured(name, "--short")
    assert part.failure is None
    assert part.rows
    for row in part.rows:
        assert row.ratio is not None
        assert row.ratio <= CEILINGS[name], row


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_a_bomb_is_refused_in_little_memory() -> None:
    part = measured("bomb", "--short")
    assert [row.met for row in part.rows] == [True], part


def test_a_benchmark_that_cannot_run_says_so_and_the_rest_is_reported() -> None:
    good = Part("names", (Row("a scan", 12.5, "MB/s", 50.0, 4.0, ">= 60 MB/s", met=False),))
    text = page([record_of([good, Part("compare", failure="no corpus")], "a machine", NOW)])
    assert "| a scan | 12.5 MB/s | 50.0 MB/s | 4.00 | **>= 60 MB/s** |" in text
    assert "- compare: no corpus" in text


@pytest.mark.slow
def test_an_unknown_measurement_is_a_failure_with_its_reason() -> None:
    part = measured("nonsense", "--short")
    assert part.failure is not None
    assert "nonsense" in part.failure


def test_works_take_turns() -> None:
    done: list[str] = []
    in_turns(3, lambda: done.append("ours"), lambda: done.append("floor"))
    assert done == ["ours", "floor"] * 3
