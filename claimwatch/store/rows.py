"""Small helpers between rows and values."""

from typing import Any

from sqlalchemy import Connection, CursorResult, Table
from sqlalchemy.dialects import postgresql, sqlite


def inserted_id(result: CursorResult[Any]) -> int:
    """The integer primary key of the row just inserted."""
    key = result.inserted_primary_key
    assert key is not None
    value = key[0]
    assert isinstance(value, int)
    return value


def insert_or(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may become an update, or nothing, where the row is there; each database has its own."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def insert_once(connection: Connection, table: Table, **values: object) -> bool:
    """Insert a row unless a unique key says that there is one; whether it was inserted.

    Where another process is inserting the same at this moment, its transaction is waited for.
    """
    key = next(iter(table.primary_key))  # rowcount says nothing here on PostgreSQL
    made = insert_or(connection, table).values(**values).on_conflict_do_nothing().returning(key)
    return connection.execute(made).first() is not None
