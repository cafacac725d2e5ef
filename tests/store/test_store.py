"""Opening, migrating, the clock, times."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, insert, select
from sqlalchemy.exc import InterfaceError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.schema import CreateIndex

from claimwatch.errors import ClaimwatchError, ClockWentBack, SettingsInvalid
from claimwatch.store import Store, advance_clock, newest_time, reads
from claimwatch.store.tables import metadata, subscribers
from tests.store.samples import HOUR, NOW, read


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_migrations_make_just_the_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        # The full-text tables of the search differ by database; tests/store/test_search_index.py looks at them.
        full_text = ("search_document_text", "search_finding_text")
        options = {"compare_type": True, "include_name": lambda name, *_: not (name or "").startswith(full_text)}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_the_migrations_make_the_indexes_over_expressions_too(store: Store) -> None:
    """SQLite does not say what such an index is over, so that its text is compared."""
    wanted = [str(CreateIndex(index)) for table in metadata.tables.values() for index in table.indexes
              if not all(isinstance(expression, Column) for expression in index.expressions)]  # fmt: skip
    assert any("lower(address)" in text for text in wanted)
    with store.engine.connect() as connection:
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'index'").scalars().all()
    assert {" ".join(text.split()) for text in wanted} <= {" ".join(text.split()) for text in made if text}


def test_another_file_in_its_place_is_the_store_from_then_on(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("claimwatch.db", "restored.db")]
    running, restored = (Store(f"sqlite:///{path}") for path in paths)
    for store, source in ((running, "before"), (restored, "after")):
        with store.write() as connection:
            reads.record_read(connection, replace(read(), source=source), "p:1")
    restored.close()
    for path in tmp_path.glob("claimwatch.db*"):  # as `restore --force` does, its log included
        path.rename(path.with_name(path.name.replace(".db", ".before-restore.db")))
    paths[1].rename(paths[0])
    with running.read() as connection:
        assert reads.last_read(connection, "before") is None
        assert reads.last_read(connection, "after") is not None
    running.close()


def test_a_store_is_opened_again_with_what_is_in_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/inside/claimwatch.db"
    first = Store(url)
    with first.write() as connection:
        reads.record_read(connection, read(), "parsers.uhrp:1")
    first.close()
    second = Store(url)
    with second.read() as connection:
        assert reads.good_reads(connection, "uhrp") == 1
    second.close()


def test_a_store_at_its_newest_schema_opens_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/claimwatch.db"
    Store(url).close()
    code = f"import sys; from claimwatch.store import Store; Store({url!r}).close(); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("url", ["not an address", "nosuchdialect"])
def test_an_address_that_is_none_is_a_setting_to_correct(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="CLAIMWATCH_DATABASE_URL"):
        Store(url)


def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "claimwatch.db").mkdir()
    with pytest.raises(ClaimwatchError, match=r"cannot open the database.*claimwatch\.db"):
        Store(f"sqlite:///{tmp_path}/claimwatch.db")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "claimwatch.db").write_bytes(b"something else entirely " * 100)
    with pytest.raises(ClaimwatchError, match=r"cannot open the database.*claimwatch\.db"):
        Store(f"sqlite:///{tmp_path}/claimwatch.db")


def test_a_database_that_stops_working_is_named(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path}/claimwatch.db").close()
    store = Store(f"sqlite:///{tmp_path}/claimwatch.db")
    (tmp_path / "claimwatch.db").write_bytes(b"overwritten by something else " * 1000)
    with pytest.raises(ClaimwatchError, match=r"cannot read the database.*claimwatch\.db"), store.read() as connection:
        reads.good_reads(connection, "uhrp")
    store.close()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PoolTimeoutError("QueuePool limit of size 5 overflow 10 reached"), "all connections of this process"),
        (InterfaceError("SELECT 1", (), RuntimeError("connection already closed")), "connection already closed"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_connection_that_cannot_be_had_is_no_fault_of_the_program(store: Store, error: Exception, said: str) -> None:
    with pytest.raises(ClaimwatchError, match=f"cannot read the database .*{said}"), store.read():
        raise error


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail_half_way() -> None:
        with store.write() as connection:
            reads.record_read(connection, read(), "parsers.uhrp:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with store.read() as connection:
        assert reads.good_reads(connection, "uhrp") == 0


def test_a_connection_that_cannot_wait_for_the_disk_again_is_not_used_again(store: Store) -> None:
    def refuse(_action: int, name: str | None, value: str | None, *_rest: object) -> int:
        return sqlite3.SQLITE_DENY if name == "synchronous" and value else sqlite3.SQLITE_OK

    def synchronous() -> object:
        with store.read() as connection:
            return connection.exec_driver_sql("PRAGMA synchronous").scalar()

    full = 2
    with store.write(lasting=False) as connection:
        raw: Any = connection.connection.dbapi_connection
        advance_clock(connection, NOW)
        raw.set_authorizer(refuse)
    assert synchronous() == full
    with store.read() as connection:
        raw = connection.connection.dbapi_connection
        raw.set_authorizer(refuse)
    with store.write(lasting=False) as connection:  # the disk is waited for instead
        assert newest_time(connection) == NOW
    assert synchronous() == full


def test_readers_are_not_held_up_by_a_writer(store: Store) -> None:
    with store.write() as writing:
        reads.record_read(writing, read(), "parsers.uhrp:1")
        with store.read() as reading:
            assert reads.good_reads(reading, "uhrp") == 0


def test_the_clock_goes_on_and_may_stand_still(store: Store) -> None:
    with store.write() as connection:
        advance_clock(connection, NOW)
        advance_clock(connection, NOW)
        advance_clock(connection, NOW + HOUR)
    message = r"2026-11-16T06:00.*earlier than.*2026-11-16T07:00.*CLAIMWATCH_NOW"
    with pytest.raises(ClockWentBack, match=message), store.write() as connection:
        advance_clock(connection, NOW)
    with store.write() as connection:
        advance_clock(connection, NOW + HOUR)


def test_times_come_back_aware_and_in_utc(store: Store) -> None:
    oslo = datetime(2026, 11, 16, 7, tzinfo=timezone(timedelta(hours=1)))
    with store.write() as connection:
        reads.record_read(connection, read(at=oslo), "parsers.uhrp:1")
        (stored,) = reads.reads_between(connection, "uhrp", None, NOW)
    assert stored.started_at == oslo
    assert stored.started_at.tzinfo is UTC


def test_a_time_without_zone_is_refused(store: Store) -> None:
    values = {"address": "a@example.org", "language": "en", "timezone": "UTC", "active": True}
    with pytest.raises(StatementError, match="has no time zone"), store.write() as connection:
        connection.execute(insert(subscribers).values(joined_at=datetime(2026, 1, 1), **values))  # noqa: DTZ001
    with store.read() as connection:
        assert connection.execute(select(subscribers)).all() == []
