"""Killed while it polls, builds and delivers, an installation ends as one that nobody disturbed."""

from pathlib import Path

import pytest

from tests.faults.kills import Torture, torture
from tests.faults.postgres import postgresql_server

pytestmark = pytest.mark.slow


def check(result: Torture, least: int) -> None:
    assert result.faults == []
    assert result.kills.total() >= least
    assert result.mails == 16
    assert result.findings > 20


def test_kills_on_sqlite_leave_the_same_end(tmp_path: Path) -> None:
    check(torture(tmp_path, kills=6, seed=2, new_database=lambda: None), 6)


def test_kills_on_postgresql_leave_the_same_end(tmp_path: Path) -> None:
    with postgresql_server() as server:
        check(torture(tmp_path, kills=6, seed=3, new_database=server.new_database), 6)
