"""What keeps the watch honest and its operator informed: the chain over captures, alarms, and measures over time."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table

from claimwatch.store.tables.base import Utc, metadata, new_id

# Append-only, in the order of `id`: `entry` is a hash of what a capture says of itself, `link` one of the link before
# and the entry. `let_go_at` says since when the bytes are no longer kept, because retention let them go. No foreign
# key: the row of a capture may go by retention as well, its place in the chain stays.
capture_chain = Table(
    "capture_chain",
    metadata,
    new_id(),
    Column("capture_id", Integer, nullable=False, unique=True),
    Column("entry", String(64), nullable=False),
    Column("link", String(64), nullable=False),
    Column("let_go_at", Utc),
)

# One row a class of trouble. `things` are those that the operator was told of, `sent` when (ISO 8601), of late.
alarms = Table(
    "alarms",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("raised", Boolean, nullable=False),
    Column("begun_at", Utc, nullable=False),
    Column("things", JSON, nullable=False),
    Column("sent", JSON, nullable=False),
)

# What is measured at every check, such as bytes in the home, so that growth shows.
gauges = Table(
    "gauges",
    metadata,
    new_id(),
    Column("name", String(32), nullable=False),
    Column("at", Utc, nullable=False),
    Column("value", BigInteger, nullable=False),
    Index("ix_gauges_name_at", "name", "at"),
)
