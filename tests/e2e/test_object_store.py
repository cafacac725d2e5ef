"""Captures on an object store that speaks S3: two weeks of the sample world, and what happens while it is away."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import select

from claimwatch.captures import CaptureStore
from claimwatch.cli import main
from claimwatch.errors import CaptureLost, ClaimwatchError, SettingsInvalid
from claimwatch.pipeline import Watch, build, poll, subscribe
from claimwatch.store import findings, reads
from claimwatch.store.tables import captures
from demo.world import World
from tests.faults.rounds import Round, open_round

pytestmark = pytest.mark.slow

WEEKS = {1: datetime(2026, 11, 9, 6, tzinfo=UTC), 2: datetime(2026, 11, 16, 6, tzinfo=UTC)}
SOURCES = ("nbim_exclusions", "uhrp")


@dataclass
class ObjectStore:
    """A server on loopback whose objects outlive its absence."""

    bucket: str
    port: int = 0
    _server: Any = field(default=None)

    @property
    def url(self) -> str:
        """What `CLAIMWATCH_CAPTURES_URL` should be."""
        return f"s3://{self.bucket}/claimwatch"

    def come(self) -> None:
        """Be there."""
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]

    def go(self) -> None:
        """Be away: nobody listens."""
        self._server.stop()


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    """A store with an empty bucket, and the environment that names it."""
    store = ObjectStore(f"evidence-{uuid.uuid4().hex[:12]}")  # the server's memory is that of this process
    store.come()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{store.port}",
        "AWS_ACCESS_KEY_ID": "claimwatch",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    fsspec.filesystem("s3").mkdir(store.bucket)
    yield store
    store.go()
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def hashes(watch: Watch) -> set[str]:
    """The hashes that the store names."""
    with watch.store.read() as connection:
        return set(connection.execute(select(captures.c.sha256).where(captures.c.sha256.is_not(None))).scalars())


def test_two_weeks_of_captures_are_kept_and_read_back(objects: ObjectStore, tmp_path: Path) -> None:
    with World() as world:
        one = Round(
            {"home": tmp_path, "captures_url": objects.url, "upstream": world.url, "pace": "off"}, sources=SOURCES
        )  # fmt: skip
        for week, now in WEEKS.items():
            world.week = week
            with open_round(one.at(now)) as watch:
                for slug in SOURCES:
                    read = poll(watch, slug, force=True)
                    assert read is not None
                kept = hashes(watch)
                assert len(kept) > 5
                for sha256 in kept:
                    watch.captures.get(sha256)  # verifies the hash
    there = fsspec.filesystem("s3").find(f"{objects.bucket}/claimwatch")
    assert {path.rpartition("/")[2] for path in there} == {f"{sha256}.zst" for sha256 in kept}
    assert not (tmp_path / "captures").exists()


def test_what_somebody_else_put_there_is_seen(objects: ObjectStore) -> None:
    here = CaptureStore(objects.url)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    elsewhere = CaptureStore(objects.url)
    sha256 = here.put(b"a page")
    assert elsewhere.has(sha256)
    assert elsewhere.put(b"a page") == sha256
    assert elsewhere.get(sha256) == b"a page"
    assert not here.discard(sha256), "it is fresh"
    with pytest.raises(CaptureLost):
        here.get("0" * 64)


def test_while_it_is_away_nothing_moves_and_the_next_read_makes_it_good(objects: ObjectStore, tmp_path: Path) -> None:
    with World() as world:
        one = Round(
            {"home": tmp_path, "captures_url": objects.url, "upstream": world.url, "pace": "off"}, sources=SOURCES
        )  # fmt: skip
        with open_round(one.at(WEEKS[1])) as watch:
            subscribe(watch, "reader@example.org")
            objects.go()
            with pytest.raises(
                ClaimwatchError, match=r"cannot reach the captures at s3://evidence-[0-9a-f]+/claimwatch: .+"
            ):
                poll(watch, "uhrp")
            with watch.store.read() as connection:
                assert reads.last_read(connection, "uhrp") is None
                assert reads.source_state(connection, "uhrp").next_due_at is None, "it is due as before"
                assert findings.list_findings(connection, watch.sources) == []
            assert build(watch) is None
            objects.come()
            read = poll(watch, "uhrp")
            assert read is not None
            assert read.status.good
            kept = hashes(watch)
            assert kept
            objects.go()
            with pytest.raises(ClaimwatchError, match="cannot reach the captures"):
                watch.captures.get(min(kept))  # away is not lost
            objects.come()
            assert all(watch.captures.get(sha256) for sha256 in kept)
        with open_round(one.at(WEEKS[1] + timedelta(hours=1))) as watch:
            again = poll(watch, "uhrp", force=True)
            assert again is not None
            assert (again.status.good, again.new, again.changed) == (True, 0, 0)


def test_a_store_whose_package_is_missing_is_a_setting_to_correct(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsInvalid, match=r"CLAIMWATCH_CAPTURES_URL: gs:// cannot be used here: .*gcsfs"):
        CaptureStore("gs://bucket/folder")
    with pytest.raises(SettingsInvalid, match="CLAIMWATCH_CAPTURES_URL: nonsense://"):
        CaptureStore("nonsense://user:word@host")
    monkeypatch.setenv("CLAIMWATCH_HOME", str(tmp_path))
    monkeypatch.setenv("CLAIMWATCH_CAPTURES_URL", "gs://bucket/folder")
    assert main(["poll"]) == 1
    said = capsys.readouterr().err
    assert "gcsfs" in said
    assert "Traceback" not in said
