"""The same two weeks on PostgreSQL as on SQLite: the same findings, the same mails, byte for byte."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claimwatch import pipeline
from claimwatch.settings import Settings, load_settings
from claimwatch.store import editions, findings
from demo.world import World
from tests.system import require

pytestmark = pytest.mark.slow

WEEKS = {1: datetime(2026, 11, 9, 6, tzinfo=UTC), 2: datetime(2026, 11, 16, 6, tzinfo=UTC)}


def programs() -> Path:
    """The folder of the server's own programs, which Debian keeps off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else Path(require("initdb")).parent


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database on a server of its own, on loopback."""
    folder = programs()
    as_other: dict[str, object] = {}
    home = tmp_path / "postgresql"
    home.mkdir()
    if os.geteuid() == 0:  # the server refuses to run as root
        user = pwd.getpwnam("postgres")
        as_other = {"user": user.pw_uid, "group": user.pw_gid}
        shutil.chown(home, user.pw_uid, user.pw_gid)
        for parent in home.parents:
            if parent.stat().st_uid == 0 and parent.is_relative_to(tmp_path.parents[1]):
                parent.chmod(parent.stat().st_mode | 0o011)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        # pg_ctl's server would hold a pipe open for as long as it lives.
        with (home.parent / f"{program}.log").open("wb") as log:
            command = [str(folder / program), *arguments]
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd=home, **as_other)  # type: ignore[call-overload]

    data = str(home / "data")
    run("initdb", "-D", data, "-A", "trust", "-U", "claimwatch")
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("pg_ctl", "-D", data, "-o", options, "-l", str(home / "log"), "-w", "start")
    try:
        yield f"postgresql+psycopg://claimwatch@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")


def two_weeks(home: Path, **changes: str) -> tuple[list[tuple[str, str]], list[str], int]:
    """The findings as (outcome, quote), the texts of both editions, and how many messages were accepted."""
    accepted, texts = 0, []
    with World() as world:
        for week, now in WEEKS.items():
            world.week = week
            settings: Settings = load_settings(home=home, upstream=world.url, pace="off", now=now, **changes)
            with pipeline.open_watch(settings) as watch:
                if week == 1:
                    pipeline.subscribe(watch, "reader@example.org")
                for slug in pipeline.due_sources(watch):
                    pipeline.poll(watch, slug)
                edition = pipeline.build(watch)
                assert edition is not None
                accepted += pipeline.deliver(watch).accepted
                assert pipeline.build(watch) is None
                with watch.store.read() as connection:
                    row = editions.find_edition(connection, edition.series, edition.period)
                    found = findings.list_findings(connection, watch.sources)
                assert row is not None
                texts.append(row.text)
    said = [(row.evidence.finding.outcome.value, row.evidence.finding.quote) for row in found]
    return said, texts, accepted


def test_two_weeks_are_the_same_on_both(postgresql: str, tmp_path: Path) -> None:
    here = two_weeks(tmp_path / "sqlite")
    there = two_weeks(tmp_path / "server", database_url=postgresql)
    assert there == here
    assert here[2] == 2
    assert any(outcome == "REVERSAL" for outcome, _ in here[0])
