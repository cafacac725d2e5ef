"""What was chosen to be told, and what happened to each edition on its way."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from claimwatch.store.tables.base import Utc, metadata, new_id, ref

editions = Table(
    "editions",
    metadata,
    new_id(),
    Column("series", String(16), nullable=False),
    Column("period", String(32), nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("frozen_at", Utc, nullable=False),
    Column("first", Boolean, nullable=False),
    Column("subject", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("outcomes", JSON, nullable=False),
    Column("baseline_version", String(64), nullable=False),
    Column("state", String(16), nullable=False, default="frozen"),
    UniqueConstraint("series", "period"),
    Index("ix_editions_state_series", "state", "series"),  # a row is long: what is listed must not be read whole
)

edition_events = Table(
    "edition_events",
    metadata,
    new_id(),
    ref("edition_id", "editions", nullable=False, index=True),
    Column("what", String(16), nullable=False),
    Column("who", String(255), nullable=False),
    Column("why", Text),
    Column("at", Utc, nullable=False),
)

edition_items = Table(
    "edition_items",
    metadata,
    ref("edition_id", "editions", primary_key=True),
    ref("development_id", "developments", primary_key=True, index=True),
    Column("state_version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
)
