"""Forward from every earlier revision, with a row in every table of then: nothing is lost, the tables are today's."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, event, func, select, text
from sqlalchemy.types import TypeEngine

from claimwatch.store import MIGRATIONS, Store, _begin_sqlite, _set_up_sqlite
from claimwatch.store.tables import metadata
from tests.e2e.test_postgresql import server

REVISIONS = sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
AT = datetime(2026, 11, 9, 6, tzinfo=UTC).replace(tzinfo=None)
# What a migration reads must look as it does in life; all else may be anything of its type.
AS_IN_LIFE = {
    ("source_states", "held"): [["all", 3]],
    ("findings", "claims"): ["A09", "A10"],
    ("findings", "outcome"): "REVERSAL",
    ("developments", "companies"): ["hikvision"],
}


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """A transaction as a store has it, whatever the revision."""
    engine = create_engine(url)
    if url.startswith("sqlite"):
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def upgrade(url: str, revision: str) -> None:
    """An empty database at a revision, as the program of then left it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with opened(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def value(kind: TypeEngine[Any], nullable: bool) -> object:
    """Something of a type."""
    name = type(kind).__name__.upper()
    if "JSON" in name:
        return json.dumps([])
    python: object = kind.python_type
    made = {int: 1, float: 1.0, bool: False, bytes: b"x", date: AT.date(), datetime: AT, str: "x"}
    return made.get(python, None if nullable else "x")  # type: ignore[call-overload]


def fill(connection: Connection) -> dict[str, int]:
    """One row with id 1 in every table there is (a search index has tables of its own); how many rows each has."""
    there = MetaData()
    there.reflect(connection, only=lambda name, _: name in metadata.tables)
    tables = there.sorted_tables
    for table in tables:
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            continue  # a trigger has filled it
        row: dict[str, object] = {}
        for column in table.columns:
            if column.foreign_keys and any(key.column.table.name == table.name for key in column.foreign_keys):
                continue
            known = AS_IN_LIFE.get((table.name, column.name))
            # A JSON column is TEXT to SQLite's catalogue only where it was made so; both take a string.
            row[column.name] = (
                json.dumps(known) if isinstance(known, list) else known or value(column.type, bool(column.nullable))
            )
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
        connection.execute(text(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'), row)
    return count(connection, [table.name for table in tables])


def count(connection: Connection, names: list[str]) -> dict[str, int]:
    return {
        name: connection.execute(select(func.count()).select_from(text(f'"{name}"'))).scalar_one() for name in names
    }


def check(url: str, revision: str) -> None:
    """From a revision with data to today's."""
    upgrade(url, revision)
    with opened(url) as connection:
        before = fill(connection)
    with closing(Store(url)) as store, store.engine.connect() as connection:
        after = count(connection, list(before))
        assert {name: rows for name, rows in after.items() if rows < before[name]} == {}
        full_text = ("search_document_text", "search_finding_text")  # looked at by tests/store/test_search_index.py
        options = {"compare_type": True, "include_name": lambda name, *_: not (name or "").startswith(full_text)}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        if store.is_sqlite:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


SOME = [
    pytest.param(revision, marks=() if number % 4 == 0 else pytest.mark.slow)
    for number, revision in enumerate(REVISIONS[:-1])
]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.parametrize("revision", SOME)
def test_forward_from_each_revision_with_data(tmp_path: Path, revision: str) -> None:
    check(f"sqlite:///{tmp_path}/claimwatch.db", revision)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """A server with an empty database."""
    with TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as home:
        yield from server(Path(home))


@pytest.mark.slow
@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_forward_on_postgresql(postgresql: str, revision: str) -> None:
    engine = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE from_{revision}")
    engine.dispose()
    check(postgresql.replace("/postgres", f"/from_{revision}"), revision)
