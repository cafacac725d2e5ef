"""The long run of killed rounds, as a section of docs/reliability.md."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.kills import torture
from tests.faults.postgres import postgresql_server
from tests.faults.rounds import PHASES

HEAD = ("database", "seeds", "trials", "kills", *(f"in {phase}" for phase in PHASES), "another end", "seconds")
NewDatabase = Callable[[], str | None]


@contextmanager
def _sqlite() -> Iterator[NewDatabase]:
    yield lambda: None


@contextmanager
def _postgresql() -> Iterator[NewDatabase]:
    with postgresql_server() as server:
        yield server.new_database


def write_report(kills: int, seed: int) -> tuple[str, bool]:
    """The section, and whether every trial had the same end as the undisturbed one."""
    rows, faults = [], []
    for name, database in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        began = time.monotonic()
        try:
            with tempfile.TemporaryDirectory() as home, database() as new_database:
                result = torture(Path(home), kills, seed, new_database)
        except pytest.skip.Exception as missing:
            rows.append([name, f"not run: {missing}", *[""] * (len(HEAD) - 2)])
            continue
        others = len({fault.partition(":")[0] for fault in result.faults})
        faults += [f"- {name}, {fault}" for fault in result.faults]
        counts = (result.kills[phase] for phase in PHASES)
        seeds = f"{seed}–{seed + result.trials - 1}"
        seconds = round(time.monotonic() - began)
        rows.append([name, seeds, *map(str, (result.trials, result.kills.total(), *counts, others, seconds))])
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}:",
        "",
        "| " + " | ".join(HEAD) + " |",
        "| --- |" + " --- |" * (len(HEAD) - 1),
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, *([""] if faults else []), *faults]) + "\n", not faults
