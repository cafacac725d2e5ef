"""A disk that fills up, a folder that may not be written to, a clock that jumps: said clearly, and nothing is lost."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from claimwatch.errors import ClaimwatchError, ClockWentBack
from claimwatch.pipeline import build, deliver, poll, subscribe
from claimwatch.store import findings, reads
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, Bench, Engine, body_of
from tests.pipeline.conftest import bench, engine, migrated  # noqa: F401 (fixtures)
from tests.system import require
from tests.upstream import Upstream

READER = "reader@example.org"
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Disk:
    """A file system of its own, of a few hundred kilobytes."""

    path: Path

    def fill(self) -> None:
        """Leave no room."""
        file = os.open(self.path / "ballast", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            with suppress(OSError):
                while os.write(file, bytes(4096)):
                    pass
        finally:
            os.close(file)

    def empty(self) -> None:
        """Make room again."""
        (self.path / "ballast").unlink()

    def allow(self, mode: str) -> None:
        """`ro`: nothing can be written any more; `rw`: it can."""
        subprocess.run(["mount", "-o", f"remount,{mode}", str(self.path)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk that is mounted for the test, which takes root's rights."""
    path = tmp_path / "disk"
    path.mkdir()
    mounted = subprocess.run(
        [require("mount"), "-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs", str(path)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield Disk(path)
    subprocess.run(["umount", str(path)], check=True)


def publish(bench: Bench, *texts: str) -> None:  # noqa: F811
    """What the toy institute says."""
    items = [{"key": f"item{number}", "text": text, "on": "2026-11-03"} for number, text in enumerate(texts)]
    bench.serve_list(items=items)


def quotes(bench: Bench, **settings: object) -> list[str]:  # noqa: F811
    """The quotes of all findings."""
    with bench.watch(MONDAY, **settings) as watch, watch.store.read() as connection:
        return [row.evidence.finding.quote for row in findings.list_findings(connection, watch.sources)]


@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_captures_that_cannot_be_kept_cost_a_read_and_nothing_else(bench: Bench, disk: Disk, trouble: str) -> None:  # noqa: F811
    kept = f"file://{disk.path}/captures"
    publish(bench, NEWS)
    with bench.watch(MONDAY, captures_url=kept) as watch:
        assert poll(watch, "toy") is not None
    publish(bench, NEWS, MORE_NEWS)
    if trouble == "full":
        disk.fill()
    else:
        disk.allow("ro")
    with bench.watch(MONDAY + 6 * HOUR, captures_url=kept) as watch:
        with pytest.raises(OSError, match=f"(No space left on device|Read-only file system): '{disk.path}"):
            poll(watch, "toy")
        with watch.store.read() as connection:
            assert reads.source_state(connection, "toy").last_read_at == MONDAY
    assert quotes(bench) == [NEWS]
    if trouble == "full":
        disk.empty()
    else:
        disk.allow("rw")
    with bench.watch(MONDAY + 6 * HOUR, captures_url=kept) as watch:
        read = poll(watch, "toy")
        assert read is not None
        assert (read.status.good, read.new) == (True, 1)
    assert sorted(quotes(bench)) == sorted([NEWS, MORE_NEWS])
    assert not list(disk.path.rglob("*.part"))


def test_a_database_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    disk: Disk,
    upstream: Upstream,
    engine: Engine,  # noqa: F811
) -> None:
    bench = Bench(disk.path, upstream, engine)  # noqa: F811
    publish(bench, NEWS)
    with bench.watch(MONDAY) as watch:
        subscribe(watch, READER)
        assert poll(watch, "toy") is not None
    publish(bench, *(f"{NEWS[:-1]}, hall {number}." for number in range(300)))
    with bench.watch(MONDAY + 6 * HOUR, captures_url="memory://elsewhere") as watch:
        disk.fill()
        # SQLite needs room to be opened even, and calls that an error of the disk.
        why = r"cannot (read|write to) the database sqlite:///.*(full|disk I/O error)"
        with pytest.raises(ClaimwatchError, match=why):
            poll(watch, "toy")
        disk.empty()
        with watch.store.read() as connection:
            assert reads.source_state(connection, "toy").last_read_at == MONDAY
    assert quotes(bench) == [NEWS]
    with bench.watch(MONDAY + 7 * HOUR, captures_url="memory://elsewhere") as watch:
        assert build(watch) is not None
        assert deliver(watch).accepted == 1
    assert len(bench.mails()) == 1


def test_a_clock_that_jumps_over_the_change_of_hours_tells_everything_once(bench: Bench) -> None:  # noqa: F811
    # In Oslo 03:00 became 02:00 on Sunday, 25 October 2026; the edition is due on Monday at 07:00 there: 06:00 UTC.
    sunday = datetime(2026, 10, 25, tzinfo=UTC)
    publish(bench, NEWS)
    with bench.watch(sunday - timedelta(days=5, hours=18)) as watch:
        subscribe(watch, READER)
        assert poll(watch, "toy") is not None
        assert build(watch) is not None
        deliver(watch)
    publish(bench, NEWS, MORE_NEWS)
    at: Callable[[float], datetime] = lambda hours: sunday + hours * HOUR  # noqa: E731
    with bench.watch(at(0.5)) as watch:  # 02:30 in Oslo, for the first time
        assert poll(watch, "toy") is not None
    with bench.watch(at(1.5)) as watch:  # and for the second
        assert poll(watch, "toy") is None
        assert build(watch) is None
    with bench.watch(at(0.5)) as watch, pytest.raises(ClockWentBack, match=r"earlier than 2026-10-25T01:30"):
        build(watch)
    with bench.watch(at(1.5) - timedelta(seconds=30)) as watch:
        assert build(watch) is None  # as far apart as the clocks of two hosts may be
    with bench.watch(at(29.5)) as watch:  # Monday, 06:30 in Oslo; it would be 07:30 without the change
        assert build(watch) is None
    with bench.watch(at(30)) as watch:
        edition = build(watch)
        assert edition is not None
        assert edition.period == "2026-W43"
        deliver(watch)
        assert build(watch) is None
    with bench.watch(at(29)) as watch, pytest.raises(ClockWentBack):
        poll(watch, "toy", force=True)
    with bench.watch(at(31)) as watch:
        assert poll(watch, "toy", force=True) is not None
        assert build(watch) is None
    mails = [body_of(mail) for mail in bench.mails()]
    assert len(mails) == 2
    assert sum("glacier railway" in " ".join(mail.split()) for mail in mails) == 1
