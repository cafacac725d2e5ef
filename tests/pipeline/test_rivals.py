"""Two of Prefect's servers on one SQLite file are seen, and nothing else is taken for one."""

import os
from pathlib import Path

import pytest

from claimwatch.pipeline.operations.rivals import inspect_rivals


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Prefect's database, in the home that the environment names."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    (tmp_path / "prefect").mkdir()
    path = tmp_path / "prefect" / "prefect.db"
    path.touch()
    return path


def process(table: Path, pid: int, command: str, *files: Path) -> None:
    """An entry in a table of processes."""
    (table / str(pid) / "fd").mkdir(parents=True)
    (table / str(pid) / "cmdline").write_bytes(command.replace(" ", "\0").encode())
    for number, file in enumerate(files):
        (table / str(pid) / "fd" / str(number)).symlink_to(file)


def test_two_servers_on_one_file_are_named(tmp_path: Path, database: Path) -> None:
    table = tmp_path / "table"
    (table / "self").mkdir(parents=True)
    process(table, 71, ".venv/bin/prefect server start --port 4200", tmp_path / "gone", database)
    process(table, 72, "sqlite3 prefect.db", database)
    process(table, 73, ".venv/bin/prefect worker start", tmp_path)
    assert inspect_rivals(table) == []
    process(table, 9, "python -m prefect server start --port 4201", database)
    (problem,) = inspect_rivals(table)
    assert (problem.what, problem.kind) == ("Prefect", "scheduler")
    assert f"2 servers (processes 9, 71) share {database}" in problem.why


def test_the_file_may_be_named_by_the_address_and_a_server_of_databases_has_none(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, other = tmp_path / "table", tmp_path / "other.db"
    other.touch()
    for pid in (1, 2):
        process(table, pid, "prefect server start", other)
    assert inspect_rivals(table) == []
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", f"sqlite+aiosqlite:///{other}")
    assert [problem.what for problem in inspect_rivals(table)] == ["Prefect"]
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://claimwatch@db.example/prefect")
    assert inspect_rivals(table) == []


def test_where_nothing_can_be_seen_nothing_is_said(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inspect_rivals(tmp_path / "no-such-table") == []
    with database.open("rb"):  # by this process, which is no server
        assert inspect_rivals() == []
    table = tmp_path / "table"
    process(table, 1, "prefect server start", database)
    process(table, 2, "prefect server start", database)
    database.unlink()
    assert inspect_rivals(table) == []
    monkeypatch.setenv("PREFECT_HOME", os.fspath(tmp_path / "nowhere"))
    assert inspect_rivals(table) == []
