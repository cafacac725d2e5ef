"""A backup restored elsewhere is the same installation: every row, every byte; whatever is wrong with it is said."""

import tarfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import pytest
from sqlalchemy import select

from claimwatch.captures import CaptureStore
from claimwatch.pipeline.operations.backup import BackupInvalid, backup, read_manifest, restore
from claimwatch.pipeline.operations.integrity import inspect_integrity
from claimwatch.settings import Settings, load_settings
from claimwatch.store import Store, advance_clock, chain
from claimwatch.store.tables import metadata
from tests.cli.conftest import Run, cli  # noqa: F401 (a fixture)
from tests.e2e.test_postgresql import server
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, Bench

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.read() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
        }


def rows_at(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    with closing(Store(settings.database_url.get_secret_value())) as store:
        return rows(store)


@pytest.fixture
def lived(cli: Run, bench: Bench) -> Bench:  # noqa: F811
    """An installation with two reads, an edition and its mail."""
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    cli("subscribers", "add", "reader@example.org")
    assert cli("run").status == 0
    bench.serve_list(items=[{"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}])
    assert cli("poll", "toy", at=MONDAY + DAY).status == 0
    return bench


def test_a_restored_installation_is_the_same_and_well(
    lived: Bench,
    cli: Run,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, later = tmp_path / "kept.tar", MONDAY + DAY
    made = cli("backup", str(file), at=later)
    assert made.status == 0
    assert "secret.key" in made.out
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("CLAIMWATCH_HOME", str(tmp_path / "elsewhere"))
    done = cli("restore", str(file), at=later)
    assert done.status == 0, done.err
    assert "missing, set it again" in done.out
    with lived.watch(later) as watch:
        here = rows(watch.store)
        with watch.store.read() as connection:
            hashes = chain.kept_hashes(connection)
    elsewhere = load_settings(now=later)
    assert rows_at(elsewhere) == here
    assert len(hashes) == 2
    restored = CaptureStore(elsewhere.captures_url)
    assert all(restored.get(sha256) for sha256 in hashes)
    assert cli("doctor", "--all", at=later).out == "All is well.\n"
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "elsewhere" / "claimwatch.db").stat().st_mode & 0o777 == 0o600


def test_a_place_that_is_not_empty_is_refused(lived: Bench, cli: Run, tmp_path: Path) -> None:  # noqa: F811
    file, later = tmp_path / "kept.tar", MONDAY + DAY
    cli("backup", str(file), at=later)
    assert "exists; name another file" in cli("backup", str(file), at=later).err
    assert "there is a database at" in cli("restore", str(file), at=later).err
    with lived.watch(later) as watch:
        before = rows(watch.store)
    assert cli("restore", str(file), "--force", at=later).status == 0
    assert (lived.home / "claimwatch.db.before-restore").exists()
    assert rows_at(load_settings(now=later)) == before


def test_the_file_holds_no_secret_unless_the_key_is_asked_for(lived: Bench, tmp_path: Path) -> None:
    secrets = {"smtp_url": "smtp://u:hunter2@127.0.0.1:1?tls=none", "operator_notify": "ntfy://tok3n@host"}
    with lived.watch(MONDAY + DAY, **secrets) as watch:
        key = (lived.home / "secret.key").read_bytes()
        manifest = backup(watch, tmp_path / "plain.tar")
        backup(watch, tmp_path / "key.tar", with_key=True)
    assert {"CLAIMWATCH_SMTP_URL", "CLAIMWATCH_OPERATOR_NOTIFY"} <= set(manifest.secrets)
    plain = (tmp_path / "plain.tar").read_bytes()
    assert not [secret for secret in (b"hunter2", b"tok3n", key) if secret in plain]
    assert b"operator@example.org" in plain
    restore(load_settings(home=tmp_path / "there"), tmp_path / "key.tar")
    assert (tmp_path / "there" / "secret.key").read_bytes() == key


@pytest.mark.parametrize("damage", ["cut", "changed", "no tar", "nothing"])
def test_a_damaged_backup_restores_nothing(lived: Bench, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "kept.tar"
    with lived.watch(MONDAY + DAY) as watch:
        backup(watch, file)
    raw = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(raw[: len(raw) // 2])
    elif damage == "changed":
        raw[5000] ^= 1
        file.write_bytes(raw)
    elif damage == "no tar":
        file.write_bytes(b"something else")
    else:
        file.unlink()
    with pytest.raises(BackupInvalid, match=str(file)):
        restore(load_settings(home=tmp_path / "there"), file)
    assert not (tmp_path / "there" / "claimwatch.db").exists()


def test_a_lost_capture_is_named_and_the_rest_kept(lived: Bench, cli: Run, tmp_path: Path) -> None:  # noqa: F811
    lost = next((lived.home / "captures").rglob("*.zst"))
    lost.unlink()
    done = cli("backup", str(tmp_path / "kept.tar"), at=MONDAY + DAY)
    assert done.status == 1
    assert lost.stem in done.out
    restored = restore(load_settings(home=tmp_path / "there"), tmp_path / "kept.tar")
    assert lost.stem in restored.missing[-1]
    assert restored.captures == 1


def test_a_backup_while_others_write_is_one_state(lived: Bench, tmp_path: Path) -> None:
    """Each write adds a read's worth of rows in one transaction; a copy holds each whole or not at all."""
    stop, begun = Event(), Event()

    def write() -> None:
        with lived.watch(MONDAY + DAY) as watch:
            at = MONDAY + DAY
            while not stop.is_set():
                at += timedelta(minutes=1)
                with watch.store.write() as connection:
                    advance_clock(connection, at)
                    sha256 = watch.captures.put(at.isoformat().encode())
                    table = metadata.tables["captures"]
                    template = connection.execute(select(table).limit(1)).mappings().one()
                    row = {**template, "sha256": sha256, "fetched_at": at}
                    del row["id"]
                    connection.execute(table.insert().values(row))
                    chain.extend_chain(connection)
                begun.set()

    writer = Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        with lived.watch(MONDAY + DAY) as watch:
            manifest = backup(watch, tmp_path / "kept.tar")
    finally:
        stop.set()
        writer.join()
    assert manifest.lost == []
    assert manifest.tables["captures"] == manifest.tables["capture_chain"]
    restore(load_settings(home=tmp_path / "there"), tmp_path / "kept.tar")
    with closing(Store(f"sqlite:///{tmp_path}/there/claimwatch.db")) as store, store.read() as connection:
        assert chain.find_breaks(connection) == []
        assert chain.head(connection).link == manifest.head


def test_the_manifest_names_every_member(lived: Bench, tmp_path: Path) -> None:
    with lived.watch(MONDAY + DAY) as watch:
        backup(watch, tmp_path / "kept.tar")
    with tarfile.open(tmp_path / "kept.tar") as tar:
        names = set(tar.getnames())
    manifest = read_manifest(tmp_path / "kept.tar")
    assert names == {*manifest.files, "manifest.json"}
    assert manifest.tables["captures"] == 2


@pytest.fixture
def two_servers() -> Iterator[tuple[str, str]]:
    """Two empty databases on one PostgreSQL server."""
    with TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as home:
        for address in server(Path(home)):
            with closing(Store(address)) as store, store.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("CREATE DATABASE other")
            yield address, address.replace("/postgres", "/other")


@pytest.mark.slow
def test_on_postgresql(lived: Bench, tmp_path: Path, two_servers: tuple[str, str]) -> None:
    here, there = two_servers
    with lived.watch(database_url=here) as watch:
        from claimwatch.pipeline import poll

        poll(watch, "toy")
        manifest = backup(watch, tmp_path / "kept.tar")
        assert inspect_integrity(watch, all_captures=True) == []
        expected = rows(watch.store)
    target = load_settings(home=tmp_path / "there", database_url=there)
    restore(target, tmp_path / "kept.tar")
    assert rows_at(target) == expected
    assert manifest.database == "postgresql"
    with pytest.raises(BackupInvalid, match="not empty"):
        restore(load_settings(home=tmp_path / "third", database_url=there), tmp_path / "kept.tar")
    restore(load_settings(home=tmp_path / "third", database_url=there), tmp_path / "kept.tar", force=True)
    with pytest.raises(BackupInvalid, match="holds a database of postgresql"):
        restore(load_settings(home=tmp_path / "fourth"), tmp_path / "kept.tar")
