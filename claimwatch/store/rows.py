"""Small helpers between rows and values."""

from typing import Any

from sqlalchemy import CursorResult


def inserted_id(result: CursorResult[Any]) -> int:
    """The integer primary key of the row just inserted."""
    key = result.inserted_primary_key
    assert key is not None
    value = key[0]
    assert isinstance(value, int)
    return value
