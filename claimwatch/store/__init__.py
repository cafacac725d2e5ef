"""The store: what was read, what it said, what was told to whom. SQLAlchemy Core on SQLite (WAL) or PostgreSQL.

`Store.write()` and `Store.read()` give a connection in a transaction; the functions that speak SQL live beside, one
module a noun: `reads`, `documents`, `findings`, `editions`, `subscribers`, `ledger`, `outbox`, `reviews`.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from claimwatch.errors import ClaimwatchError, ClockWentBack, SettingsInvalid
from claimwatch.store.folding import fold
from claimwatch.store.rows import insert_once
from claimwatch.store.tables import meta

MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x636C61696D  # any number will do, as long as nobody else on the database uses it
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
        if self.is_sqlite and address.database:
            Path(address.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not Path(address.database).exists():
                with suppress(OSError):  # opening it says why it cannot be had; SQLite's other files take on its mode
                    Path(address.database).touch(mode=0o600)
        # A connection per transaction: SQLite files open in microseconds, and no pool outlives a fork or a thread.
        # PostgreSQL's are pooled, and tried before use: the server may have been started again since.
        pooling: dict[str, Any] = {"poolclass": NullPool} if self.is_sqlite else {"pool_pre_ping": True}
        self.engine = create_engine(address, **pooling)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "connect", _set_up_postgresql)
        with self._plain_errors("open"):
            self._migrate()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; on SQLite it takes the write lock at once, so that it cannot fail half-way."""
        with self._plain_errors("write to"), self.engine.connect() as connection:
            connection.execution_options(claimwatch_write=True)
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, on one snapshot."""
        with self._plain_errors("read"), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _plain_errors(self, what: str) -> Iterator[None]:
        """A full disk, a lock that is never given back, a damaged file: the operator's to mend, so no traceback."""
        try:
            yield
        except DatabaseError as error:
            if type(error) not in (DatabaseError, OperationalError):
                raise  # a broken key or a wrong statement is our fault
            raise ClaimwatchError(f"cannot {what} the database {self._name}: {error.orig}") from error

    def _migrate(self) -> None:
        # Alembic takes 0.2 s to import; a store at its newest revision need not pay for it.
        newest = max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
        with self.engine.connect() as connection:
            if connection.dialect.has_table(connection, "alembic_version"):
                current = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
                if current == newest:
                    return
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._migrating() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise ClaimwatchError(
                    f"the database {self._name} is of a newer version than this program ({error}): "
                    "use the program that wrote it, or restore a backup from before the upgrade"
                ) from error

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
            with connection.begin():
                if not self.is_sqlite:  # one process at a time; whoever comes later finds it done
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                yield connection
                if self.is_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise ClaimwatchError(f"the database {self._name} was not migrated: {lost[0]} would point nowhere")


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=60000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # The triggers of the search index call it.
    connection.create_function("claimwatch_fold", 1, fold, deterministic=True)


def _set_up_postgresql(connection: Any, _record: object) -> None:
    # A process that was stopped, or a host that was cut off, in the middle of a transaction holds its locks for as long
    # as its connection lives, which may be hours; and nobody waits longer than on SQLite.
    wait_ms = int(LOCK_WAIT.total_seconds() * 1000)
    with connection.cursor() as cursor:
        for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SET SESSION {name} = {wait_ms}")
    connection.commit()  # else it is taken back with the first transaction


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("claimwatch_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def advance_clock(connection: Connection, now: datetime) -> None:
    """Note `now` as the newest time seen; raises `ClockWentBack` when it is well before one already noted.

    Not when it is a little earlier: of processes that wait for each other, the one that read the clock first may be
    the last to get the lock.
    """
    if insert_once(connection, meta, key="newest_at", value=now.isoformat()):
        return
    newest = meta.c.key == "newest_at"
    stored = connection.execute(select(meta.c.value).where(newest).with_for_update()).scalar_one()
    if datetime.fromisoformat(stored) > now + LOCK_WAIT:
        raise ClockWentBack(
            f"the clock reads {now.isoformat()}, earlier than {stored}, which is already stored. "
            "Set CLAIMWATCH_NOW to a later time, or use another CLAIMWATCH_HOME."
        )
    if datetime.fromisoformat(stored) < now:
        connection.execute(update(meta).where(newest).values(value=now.isoformat()))


def newest_time(connection: Connection) -> datetime | None:
    """The newest time noted by `advance_clock`; None in an empty store."""
    stored = connection.execute(select(meta.c.value).where(meta.c.key == "newest_at")).scalar()
    return None if stored is None else datetime.fromisoformat(stored)
