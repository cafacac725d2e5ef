"""A consistent copy of everything that cannot be had again, in one file; and back.

The file is a tar: `manifest.json` with a sha256 for every other member, the database (SQLite's own online copy, or
pg_dump), every captured body that the database names, and the settings without secrets. The database is copied first:
a body is kept before the row that names it, so whatever the copy names is there, also while a poll is writing.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.engine import URL, make_url

from claimwatch.captures import CaptureStore
from claimwatch.errors import CaptureLost, ClaimwatchError
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import PREFIX, SECRETS, Settings, chosen
from claimwatch.store import Store, chain
from claimwatch.store.tables import metadata

FORMAT = 1
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
KEY = "secret.key"


class BackupInvalid(ClaimwatchError):
    """A backup that cannot be restored, or not here."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `files` are its members with their sha256, `tables` the rows of each table.

    `head` is the last link of the chain over captures, `lost` are bodies that were missing or damaged when it was
    made, and `secrets` the settings that it leaves out although they were set.
    """

    format: int
    made_at: str
    database: str
    schema: str
    tables: dict[str, int]
    head: str
    files: dict[str, str]
    lost: list[str]
    secrets: list[str]


def backup(watch: Watch, file: Path, *, with_key: bool = False) -> Manifest:
    """Write a backup to `file`, whole or not at all, readable by its owner only; `with_key` puts the signing key in."""
    if file.exists():
        raise BackupInvalid(f"{file} exists; name another file")
    unfinished = file.with_name(f"{file.name}.part")
    with (
        tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder,
        os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw,
    ):
        copy = Path(folder) / "database"
        try:
            with tarfile.open(fileobj=raw, mode="w") as tar:
                manifest = _Writer(tar, watch.now()).write(watch, copy, with_key=with_key)
            raw.flush()
            os.fsync(raw.fileno())
            unfinished.rename(file)
        finally:
            unfinished.unlink(missing_ok=True)
    return manifest


class _Writer:
    """Members of a backup, each hashed on its way in."""

    def __init__(self, tar: tarfile.TarFile, now: datetime) -> None:
        self._tar, self._now = tar, now
        self.files: dict[str, str] = {}

    def write(self, watch: Watch, copy: Path, *, with_key: bool) -> Manifest:
        """Everything; the manifest is the last member."""
        kind = "sqlite" if watch.store.is_sqlite else "postgresql"
        url = make_url(watch.settings.database_url.get_secret_value())
        if kind == "sqlite":
            _copy_sqlite(url, copy)
        else:
            _dump_postgresql(url, copy)
        # Of a SQLite copy the rows are counted in the copy itself; of a server's, right after it was dumped.
        with _counted(watch, copy) as connection:
            tables, schema = count_rows(connection), _schema(connection)
            hashes, head = chain.kept_hashes(connection), chain.head(connection).link
        self._add_file(DATABASES[kind], copy)
        lost = []
        for sha256 in hashes:
            try:
                self._add(f"captures/{sha256}.zst", watch.captures.packed(sha256))
            except CaptureLost:
                lost.append(sha256)
        kept, secrets = _settings_without_secrets(watch.settings)
        self._add("settings.json", kept)
        key = watch.settings.home / KEY
        if key.exists() and not watch.settings.secret_key:
            if with_key:
                self._add(KEY, key.read_bytes())
            else:
                secrets.append(str(key))
        made_at = self._now.isoformat()
        manifest = Manifest(FORMAT, made_at, kind, schema, tables, head, dict(self.files), lost, secrets)
        self._add("manifest.json", json.dumps(asdict(manifest), indent=1).encode())
        return manifest

    def _add(self, name: str, body: bytes) -> None:
        self.files[name] = hashlib.sha256(body).hexdigest()
        self._tar.addfile(self._member(name, len(body)), io.BytesIO(body))

    def _add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self.files[name] = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._tar.addfile(self._member(name, path.stat().st_size), file)

    def _member(self, name: str, size: int) -> tarfile.TarInfo:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(self._now.timestamp())
        return member


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the manifest, how many bodies came back, and what the operator has still to set."""

    manifest: Manifest
    captures: int
    missing: tuple[str, ...]


def read_manifest(file: Path) -> Manifest:
    """What a backup says of itself. Raises `BackupInvalid`."""
    with _opened(file) as tar:
        return _manifest(tar, file)


def restore(settings: Settings, file: Path, *, force: bool = False) -> Restored:
    """Put a backup in place of what is at the home, the database and the captures that `settings` name.

    Every member is checked against the manifest before anything is written. Raises `BackupInvalid` for a file that
    does not hold, another kind of database, or a place that is not empty; `force` moves a SQLite database there aside,
    and empties one of PostgreSQL.
    """
    url = make_url(settings.database_url.get_secret_value())
    with _opened(file) as tar:
        manifest = _manifest(tar, file)
        if url.get_backend_name() != manifest.database:
            here = url.get_backend_name()
            raise BackupInvalid(f"{file} holds a database of {manifest.database}, CLAIMWATCH_DATABASE_URL is {here}")
        _verify(tar, manifest, file)
        _refuse_what_is_there(settings, url, force=force)
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = CaptureStore(settings.captures_url)
        bodies = [name for name in manifest.files if name.startswith("captures/")]
        for name in bodies:
            store.copy_in(name.removeprefix("captures/").removesuffix(".zst"), _member(tar, name))
        if KEY in manifest.files:
            (settings.home / KEY).unlink(missing_ok=True)
            with os.fdopen(os.open(settings.home / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as key:
                key.write(_member(tar, KEY))
        (settings.home / "restored-settings.json").write_bytes(_member(tar, "settings.json"))
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as folder:
            copy = Path(folder) / "database"
            with copy.open("wb") as file_, _open_member(tar, DATABASES[manifest.database]) as packed:
                shutil.copyfileobj(packed, file_)
            if manifest.database == "sqlite":
                _put_sqlite(url, copy)
            else:
                _load_postgresql(url, copy, force=force)
    _compare(settings, manifest, file)
    missing = (*manifest.secrets, *(f"capture {sha256} (lost when the backup was made)" for sha256 in manifest.lost))
    return Restored(manifest, len(bodies), missing)


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table holds; those that the database does not have yet are left out."""
    there = set(inspect(connection).get_table_names())
    tables = [table for name, table in sorted(metadata.tables.items()) if name in there]
    return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


@contextmanager
def _counted(watch: Watch, copy: Path) -> Iterator[Connection]:
    if not watch.store.is_sqlite:
        with watch.store.read() as connection:
            yield connection
        return
    store = Store(f"sqlite:///{copy}")
    try:
        with store.read() as connection:
            yield connection
    finally:
        store.close()
        _fold_wal(copy)


def _schema(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _copy_sqlite(url: URL, copy: Path) -> None:
    """SQLite's online copy: one consistent state, however many write meanwhile."""
    try:
        with closing(sqlite3.connect(str(url.database), timeout=60)) as there, closing(sqlite3.connect(copy)) as here:
            there.backup(here)  # in one step, so that a busy writer cannot make it begin again for ever
    except sqlite3.Error as error:
        raise BackupInvalid(f"the database {url.database} cannot be copied: {error}") from error


def _fold_wal(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")


def _put_sqlite(url: URL, copy: Path) -> None:
    path = Path(str(url.database))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        old = Path(f"{path}{suffix}")
        if old.exists():
            old.replace(f"{path}.before-restore{suffix}")
    copy.chmod(0o600)
    shutil.move(copy, path)


def _dump_postgresql(url: URL, copy: Path) -> None:
    _postgresql_tool("pg_dump", url, "--format=custom", "--no-owner", "--no-acl", f"--file={copy}")


def _load_postgresql(url: URL, copy: Path, *, force: bool) -> None:
    if force:
        store = Store(url.render_as_string(hide_password=False))
        with store.write() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        store.close()
    options = ("--no-owner", "--no-acl", "--exit-on-error", "--single-transaction")
    _postgresql_tool("pg_restore", url, *options, f"--dbname={url.database}", str(copy))


def _postgresql_tool(program: str, url: URL, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupInvalid(f"{program} is not installed (Debian: postgresql-client, of the server's version)")
    environment = {**os.environ, "PGPASSWORD": url.password or ""}  # not on the command line, where others see it
    where = ["--host", url.host or "", "--port", str(url.port or 5432), "--username", url.username or ""]
    words = [path, *(where if url.host else []), *arguments]
    if program == "pg_dump":
        words.append(str(url.database))
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupInvalid(f"{program} failed: {done.stderr.strip() or done.returncode}")


def _settings_without_secrets(settings: Settings) -> tuple[bytes, list[str]]:
    """The settings that were chosen, as JSON by key, and the variables of those that are secret."""
    keys = chosen(settings)
    kept = {key: value for key, value in keys.items() if key not in SECRETS}
    return json.dumps(kept, indent=1).encode(), sorted(PREFIX + key.upper() for key in keys if key in SECRETS)


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, mode="r:") as tar:
            yield tar
    except (OSError, tarfile.TarError) as error:
        raise BackupInvalid(f"{file} cannot be read as a backup: {error}") from error


def _manifest(tar: tarfile.TarFile, file: Path) -> Manifest:
    try:
        said: dict[str, Any] = json.loads(_member(tar, "manifest.json"))
        manifest = Manifest(**said)
    except (KeyError, TypeError, ValueError) as error:
        raise BackupInvalid(f"{file} is no backup of ours, or was cut off: it has no manifest") from error
    if manifest.format != FORMAT:
        raise BackupInvalid(f"{file} has format {manifest.format}; this program reads {FORMAT}")
    return manifest


def _open_member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found = tar.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    with _open_member(tar, name) as file:
        return file.read()


def _verify(tar: tarfile.TarFile, manifest: Manifest, file: Path) -> None:
    for name, sha256 in manifest.files.items():
        try:
            with _open_member(tar, name) as body:
                sound = hashlib.file_digest(body, "sha256").hexdigest() == sha256  # type: ignore[arg-type]
        except (KeyError, tarfile.TarError):
            sound = False
        if not sound:
            raise BackupInvalid(f"{file} is damaged: {name} is not what its manifest says; nothing was restored")


def _refuse_what_is_there(settings: Settings, url: URL, *, force: bool) -> None:
    if force:
        return
    if url.get_backend_name() == "sqlite":
        if url.database and Path(url.database).exists():
            raise BackupInvalid(f"there is a database at {url.database}; --force moves it aside")
    else:
        from sqlalchemy import create_engine

        engine = create_engine(url)
        tables = inspect(engine).get_table_names()
        engine.dispose()
        if tables:
            raise BackupInvalid(f"the database {url.database} is not empty; --force deletes what is in it")
    folder = CaptureStore(settings.captures_url).folder
    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise BackupInvalid(f"there are captures at {folder}; --force adds those of the backup to them")


def _compare(settings: Settings, manifest: Manifest, file: Path) -> None:
    """What is restored against what the manifest says; opening the store brings an old schema up to date."""
    store = Store(settings.database_url.get_secret_value())
    try:
        with store.read() as connection:
            there = count_rows(connection)
            breaks = chain.find_breaks(connection)
    finally:
        store.close()
    wrong = [name for name, rows in manifest.tables.items() if there.get(name) != rows]
    if wrong or breaks:
        what = ", ".join(wrong) or f"the chain of captures at {breaks[0].position}"
        raise BackupInvalid(f"restored from {file}, but not as its manifest says: {what}")
