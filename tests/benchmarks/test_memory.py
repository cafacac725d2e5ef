"""The memory of every command: none is forgotten, and on small data none holds much."""

import argparse
from collections.abc import Iterator

import pytest

from benchmarks import memory, scaling
from claimwatch.cli import build_parser

# On small data a command holds little beside what it imports and the compiled baseline.
CEILING_MB = 300.0


def commands(parser: argparse.ArgumentParser, before: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command of the command line that can be run."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield " ".join(before)
    for group in groups:
        for name, one in group.choices.items():
            yield from commands(one, (*before, name))


def test_every_command_is_measured_or_left_out_with_a_reason() -> None:
    assert sorted({*memory.COMMANDS, *memory.LEFT_OUT}) == sorted(commands(build_parser()))
    assert not set(memory.COMMANDS) & set(memory.LEFT_OUT)


@pytest.mark.slow
def test_no_command_holds_much_on_small_data() -> None:
    peaks = memory.measure(memory.SMALL, lambda what: None)
    assert [peak for peak in peaks if peak.failure] == []
    assert [peak for peak in peaks if peak.peak_mb > CEILING_MB] == []


@pytest.mark.slow
def test_growth_is_measured_at_each_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "KINDS", {"aliases": scaling.KINDS["aliases"], "sources": scaling.KINDS["sources"]})
    grown, failures = scaling.measure(True, lambda what: None)
    assert failures == []
    assert {one.of for one in grown} == {"aliases", "sources"}
    assert all(len(one.costs) == len(one.sizes) == 2 for one in grown)
