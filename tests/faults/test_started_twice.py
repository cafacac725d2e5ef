"""Several `claimwatch run` at once on one home and one database, as after two timers: the end is that of one alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from claimwatch.pipeline import subscribe
from demo.world import World
from tests.faults.kills import READERS, SECRET, SOURCES, WEEKS, ending, live
from tests.faults.outbox_world import FaultySink, Odds
from tests.faults.postgres import postgresql_server
from tests.faults.rounds import Round, finish, open_round, run_once

pytestmark = pytest.mark.slow
TIMES = 3


def check(home: Path, new_database: Callable[[], str | None]) -> None:
    """Two weeks, each of its rounds by several processes at once, against two weeks by one."""
    alone, _, _ = live(home / "alone", new_database())
    together = home / "together"
    together.mkdir()
    with ExitStack() as stack:
        world = stack.enter_context(World())
        sink = stack.enter_context(FaultySink(together / "mail.log", Odds(), 0))
        settings: dict[str, Any] = {
            "home": together, "upstream": world.url, "pace": "off", "secret_key": SECRET, "resend_hours": 0,
            "smtp_url": f"smtp://127.0.0.1:{sink.port}?tls=none", "postfix_log": together / "mail.log",
            "sender": "Claimwatch <claimwatch@example.org>", "operator": "operator@example.org",
        }  # fmt: skip
        if (url := new_database()) is not None:
            settings["database_url"] = url
        one = Round(settings, sources=SOURCES)
        with open_round(one.at(WEEKS[1])) as watch:
            for number in range(READERS):
                subscribe(watch, f"reader{number}@reader.example")
        for week, now in WEEKS.items():
            world.week = week
            one = one.at(now)
            with ThreadPoolExecutor(TIMES) as threads:
                ended = list(threads.map(lambda round_: run_once(round_, None, 300), [one] * TIMES))
            assert set(ended) <= {0, 3}, (together / "log").read_text(encoding="utf-8")
            finish(one)
        # Findings of one development may come in any order; all else is as if there had been one.
        assert alone.differences(ending(one, sink)) == []


def test_on_sqlite(tmp_path: Path) -> None:
    check(tmp_path, lambda: None)


def test_on_postgresql(tmp_path: Path) -> None:
    with postgresql_server() as server:
        check(tmp_path, server.new_database)
