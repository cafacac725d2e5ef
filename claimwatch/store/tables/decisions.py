"""What analysts decided about developments. Rows are only ever added; `standings` is what they come to, for queries."""

from sqlalchemy import JSON, Column, Date, Integer, String, Table, Text

from claimwatch.store.tables.base import Utc, metadata, new_id, ref

# `development` is the key, not the id: it outlives parsers, replays and copies. `payload` is read whole only.
decisions = Table(
    "decisions",
    metadata,
    new_id(),
    Column("development", String(64), nullable=False, index=True),
    ref("finding_id", "findings"),
    Column("action", String(16), nullable=False),
    Column("who", String(255), nullable=False),
    Column("at", Utc, nullable=False),
    Column("why", Text),
    Column("until", Date),
    Column("state_version", Integer, nullable=False),
    Column("payload", JSON, nullable=False),
    ref("undoes", "decisions", unique=True),
)

# Derived from `decisions` in the same transaction: one row for each development that was ever decided on.
standings = Table(
    "standings",
    metadata,
    Column("development", String(64), primary_key=True),
    Column("action", String(16)),
    Column("state_version", Integer, nullable=False),
    Column("until", Date),
    Column("other", String(64), index=True),
    ref("decision_id", "decisions"),
    Column("version", Integer, nullable=False),
)
