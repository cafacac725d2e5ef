"""Several `claimwatch run` at once on one home and one database, as after two timers: the end is that of one alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.kills import WEEKS, ending, installation, live
from tests.faults.postgres import postgresql_server
from tests.faults.rounds import finish, run_once

pytestmark = pytest.mark.slow
TIMES = 3


def check(home: Path, new_database: Callable[[], str | None]) -> None:
    """Two weeks, each of its rounds by several processes at once, against two weeks by one."""
    alone, _, _ = live(home / "alone", new_database())
    with installation(home / "together", new_database()) as here:
        for week, now in WEEKS.items():
            here.world.week = week
            one = here.rounds.at(now)
            with ThreadPoolExecutor(TIMES) as threads:
                ended = list(threads.map(lambda round_: run_once(round_, None, 300), [one] * TIMES))
            assert set(ended) <= {0, 3}, (one.home / "log").read_text(encoding="utf-8")
            finish(one)
        # Findings of one development may come in any order; all else is as if there had been one.
        assert alone.differences(ending(one, here.sink)) == []


def test_on_sqlite(tmp_path: Path) -> None:
    check(tmp_path, lambda: None)


def test_on_postgresql(tmp_path: Path) -> None:
    with postgresql_server() as server:
        check(tmp_path, server.new_database)
