"""The store: what was read, what it said, what was told to whom. SQLAlchemy Core on SQLite (WAL) or PostgreSQL.

`Store.write()` and `Store.read()` give a connection in a transaction; the functions that speak SQL live beside, one
module a noun: `reads`, `documents`, `findings`, `editions`, `subscribers`, `ledger`, `outbox`, `reviews`.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, create_engine, event, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DisconnectionError,
    InterfaceError,
    OperationalError,
)  # fmt: skip
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from claimwatch.errors import ClaimwatchError, ClockWentBack, SettingsInvalid
from claimwatch.paths import make_folder, trouble_at
from claimwatch.store.folding import fold
from claimwatch.store.rows import insert_once
from claimwatch.store.tables import meta

MIGRATIONS = Path(__file__).parent / "migrations"
# What this program knows, noted when it was started: an upgrade may exchange the files under a process that runs.
REVISION = max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
_MIGRATION_LOCK = 0x636C61696D  # any number will do, as long as nobody else on the database uses it
_SETTINGS = "CLAIMWATCH_HOME or CLAIMWATCH_DATABASE_URL"  # what says where a SQLite file is
LOCK_WAIT = timedelta(seconds=60)  # the longest that a transaction waits for another, as below


class Store:
    """An open store, migrated to the newest schema.

    Raises `SettingsInvalid` when the address cannot be used, `ClaimwatchError` when the database cannot be opened.
    """

    def __init__(self, url: str) -> None:
        try:
            address = make_url(url)
        except ArgumentError as error:
            raise SettingsInvalid(f"CLAIMWATCH_DATABASE_URL: {url!r} is not a database address") from error
        self._name = address.render_as_string()  # the password shows as asterisks
        self.is_sqlite = address.get_backend_name() == "sqlite"
        in_a_file = self.is_sqlite and address.database not in (None, "", ":memory:")
        self._file = Path(str(address.database)) if in_a_file else None
        if self._file is not None:
            make_folder(self._file.parent, _SETTINGS)
            with suppress(OSError):  # opening it says why it cannot be had; SQLite's other files take on its mode
                if not self._file.exists():
                    self._file.touch(mode=0o600)
        # Connections are kept: whoever closes the last one of a SQLite file moves its whole log, which takes longer
        # than most transactions. PostgreSQL's are tried before use: the server may have been started again since.
        pooling: dict[str, Any] = {"pool_pre_ping": True}
        if self.is_sqlite:
            pooling = {"poolclass": QueuePool, "max_overflow": -1}
        self.engine = create_engine(address, **pooling)
        self._process = os.getpid()
        self._turn = threading.Lock()
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "checkout", _refuse_other_file)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "connect", _set_up_postgresql)
        try:
            with self._plain_errors("open"):
                self._migrate()
        except ClaimwatchError:
            self.close()
            raise

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Connection]:
        """A transaction that may write; on SQLite it takes the write lock at once, so that it cannot fail half-way.

        Not `lasting` is what a power cut may take back, since it would mean nothing to whoever starts again (a lease,
        a turn at a host): the disk is not waited for. What any process wrote before is safe once a lasting one is.
        """
        with self._plain_errors("write to"), self._connected() as connection, self._own_turn():
            connection.execution_options(claimwatch_write=True)
            with nullcontext() if lasting else _not_waiting(connection), connection.begin():
                if not (lasting or self.is_sqlite):
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                self._refuse_newer(connection)  # and from here to the end nobody can upgrade it
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, on one snapshot."""
        with self._plain_errors("read"), self._connected() as connection, connection.begin():
            yield connection

    def _connected(self) -> Connection:
        if os.getpid() != self._process:
            # A forked process must not use, nor close, what its parent has open.
            self.engine.dispose(close=False)
            self._process, self._turn = os.getpid(), threading.Lock()
        return self.engine.connect()

    @contextmanager
    def _own_turn(self) -> Iterator[None]:
        """SQLite has one writer at a time, and whoever finds it busy sleeps and tries again. The threads of a process
        queue instead; after the longest that anybody waits, SQLite says what it has to say."""
        taken = self.is_sqlite and self._turn.acquire(timeout=LOCK_WAIT.total_seconds())
        try:
            yield
        finally:
            if taken:
                self._turn.release()

    @contextmanager
    def _plain_errors(self, what: str) -> Iterator[None]:
        """A full disk, a lock that is never given back, a damaged file: the operator's to mend, so no traceback."""
        try:
            yield
        except PoolTimeoutError as error:
            why = "all connections of this process were in use for too long"
            raise ClaimwatchError(f"cannot {what} the database {self._name}: {why}; try again") from error
        except InterfaceError as error:  # the connection is no more, as the driver puts it
            raise ClaimwatchError(f"cannot {what} the database {self._name}: {error.orig}") from error
        except DatabaseError as error:
            if self.is_sqlite or type(error) is not OperationalError:  # else it may be away
                self._blame_upgrade()
            if type(error) not in (DatabaseError, OperationalError):
                raise  # a broken key or a wrong statement is our fault
            said = f"{error.orig}{self._remedy(error)}"
            raise ClaimwatchError(f"cannot {what} the database {self._name}: {said}") from error

    def _remedy(self, error: DatabaseError) -> str:
        """What an operator can do about an error of SQLite's, where the file tells."""
        if self._file is None:
            return ""
        if os.path.isdir(self._file):  # noqa: PTH112 (in a folder that is shut the other raises)
            return f" ({self._file} is a folder: move it away, or set {_SETTINGS} to another place)"
        if getattr(error.orig, "sqlite_errorcode", None) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return f" ({self._file} is damaged, or something else: move it away, then `claimwatch restore` a backup)"
        why = trouble_at(self._file, _SETTINGS)
        return f" ({why})" if why else ""

    def _refuse_newer(self, connection: Connection) -> None:
        """Raise `ClaimwatchError` where another program has upgraded the database since it was opened."""
        found = _revision(connection)
        if found is not None and found > REVISION:
            raise ClaimwatchError(
                f"the database {self._name} was upgraded to revision {found} while this program, which knows "
                f"{REVISION}, was running. What it was writing is not written and will be done again: start it anew"
            )

    def _blame_upgrade(self) -> None:
        """`_refuse_newer`, where the revision can be read."""
        with suppress(DatabaseError), self.engine.connect() as connection:
            self._refuse_newer(connection)

    def _migrate(self) -> None:
        # Alembic takes 0.2 s to import; a store at its newest revision need not pay for it.
        with self.engine.connect() as connection:
            current = _revision(connection) if connection.dialect.has_table(connection, "alembic_version") else None
        if current == REVISION:
            return
        if current is not None and current > REVISION:
            raise self._newer(f"revision {current}, it knows {REVISION}")
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._migrating() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, REVISION)
            except CommandError as error:  # another program was faster
                raise self._newer(str(error)) from error

    def _newer(self, why: str) -> ClaimwatchError:
        return ClaimwatchError(
            f"the database {self._name} is of a newer version than this program ({why}): "
            "use the program that wrote it, or restore a backup from before the upgrade"
        )

    @contextmanager
    def _migrating(self) -> Iterator[Connection]:
        """A transaction that may make tables anew: SQLite knows no other way to change one, and would then refuse to
        drop the old one because others point to it. That they point to the new one is checked at the end."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.cursor().execute("PRAGMA foreign_keys=OFF")  # heeded only outside a transaction
            connection.execution_options(claimwatch_write=True)
            try:
                with connection.begin():
                    if not self.is_sqlite:
                        _lock_out_others(connection)
                    yield connection
                    if self.is_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                        why = f"{lost[0]} would point nowhere"
                        raise ClaimwatchError(f"the database {self._name} was not migrated: {why}")
            finally:
                connection.invalidate()  # nobody else shall have one that does not look at foreign keys


def _revision(connection: Connection) -> str | None:
    """The revision of the tables. On PostgreSQL, whoever asks within a transaction keeps upgrades out to its end."""
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def _lock_out_others(connection: Connection) -> None:
    """On PostgreSQL: one process migrates at a time, and whoever comes later finds it done. All transactions that write
    have read the revision: those that are under way are waited for, those that begin now wait."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
    if connection.dialect.has_table(connection, "alembic_version"):
        connection.exec_driver_sql("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")


def _file_of(connection: Any) -> tuple[int, int] | None:
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    with suppress(OSError):
        stat = Path(path).stat()
        return stat.st_dev, stat.st_ino
    return None


def _refuse_other_file(connection: Any, record: Any, _proxy: object) -> None:
    """A restore puts another file in its place: whoever has the old one open would write where nobody looks."""
    if _file_of(connection) != record.info["file"]:
        raise DisconnectionError("the database is another file now")


def _set_up_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=60000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # The triggers of the search index call it.
    connection.create_function("claimwatch_fold", 1, fold, deterministic=True)
    record.info["file"] = _file_of(connection)


def _set_up_postgresql(connection: Any, _record: object) -> None:
    # A process that was stopped, or a host that was cut off, in the middle of a transaction holds its locks for as long
    # as its connection lives, which may be hours; and nobody waits longer than on SQLite.
    wait_ms = int(LOCK_WAIT.total_seconds() * 1000)
    with connection.cursor() as cursor:
        for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SET SESSION {name} = {wait_ms}")
    connection.commit()  # else it is taken back with the first transaction


@contextmanager
def _not_waiting(connection: Connection) -> Iterator[None]:
    """Within, SQLite commits to its log without waiting for the disk."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    with suppress(sqlite3.Error):  # then the disk is waited for; what is wrong with it, the transaction says
        raw.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        try:
            raw.execute("PRAGMA synchronous=FULL")
        except sqlite3.Error:
            connection.invalidate()  # whoever comes next counts on the disk being waited for


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("claimwatch_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


_NEWEST = select(meta.c.value).where(meta.c.key == "newest_at").with_for_update()
_ADVANCE = update(meta).where(meta.c.key == "newest_at").values(value=bindparam("now"))


def advance_clock(connection: Connection, now: datetime) -> None:
    """Note `now` as the newest time seen; raises `ClockWentBack` when it is well before one already noted.

    Not when it is a little earlier: of processes that wait for each other, the one that read the clock first may be
    the last to get the lock.
    """
    stored = connection.execute(_NEWEST).scalar()
    if stored is None:
        if insert_once(connection, meta, key="newest_at", value=now.isoformat()):
            return
        stored = connection.execute(_NEWEST).scalar_one()  # another process was first
    if datetime.fromisoformat(stored) > now + LOCK_WAIT:
        raise ClockWentBack(
            f"the clock reads {now.isoformat()}, earlier than {stored}, which is already stored. "
            "Set CLAIMWATCH_NOW to a later time, or use another CLAIMWATCH_HOME."
        )
    if datetime.fromisoformat(stored) < now:
        connection.execute(_ADVANCE, {"now": now.isoformat()})


def newest_time(connection: Connection) -> datetime | None:
    """The newest time noted by `advance_clock`; None in an empty store."""
    stored = connection.execute(select(meta.c.value).where(meta.c.key == "newest_at")).scalar()
    return None if stored is None else datetime.fromisoformat(stored)
