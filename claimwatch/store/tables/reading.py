"""What was asked of whom and what came back: sources, hosts, reads, captures, validators."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table, Text

from claimwatch.store.tables.base import Utc, metadata, new_id, ref

source_states = Table(
    "source_states",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("last_read_at", Utc),
    Column("last_good_at", Utc),
    Column("next_due_at", Utc),
    Column("held", JSON),
    Column("failures", Integer, nullable=False, default=0),
    Column("lease_owner", String(64)),
    Column("lease_until", Utc),
    Column("generation", Integer, nullable=False, default=0),
    Column("verified_at", Utc),
)

# What a host has asked of us, across runs and processes: `free_at` is real time (pace), `rests_until` Retry-After.
hosts = Table(
    "hosts",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("free_at", Float),
    Column("rests_until", Utc),
    Column("reason", Text),
)

reads = Table(
    "reads",
    metadata,
    new_id(),
    Column("source", String(64), nullable=False),
    Column("purpose", String(16), nullable=False, default="watch"),
    Column("status", String(16), nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("finished_at", Utc, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("containers", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("skipped", JSON, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("first", Boolean, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("failures", JSON, nullable=False),
    Column("reason", Text),
    Column("parser", String(128), nullable=False),
    Index("ix_reads_source_started", "source", "started_at"),
)

captures = Table(
    "captures",
    metadata,
    new_id(),
    ref("read_id", "reads", nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("url", Text, nullable=False),
    Column("final_url", Text),
    Column("status", Integer),
    Column("headers", JSON, nullable=False),
    Column("content_type", String(128)),
    Column("charset", String(64)),
    Column("fetched_at", Utc, nullable=False),
    Column("sha256", String(64), index=True),
    Column("size", Integer),
    Column("good", Boolean, nullable=False),
    Column("reason", Text),
    Index("ix_captures_url", "url", postgresql_using="hash"),
)

validators = Table(
    "validators",
    metadata,
    Column("url", Text, primary_key=True),
    Column("parser", String(128), primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    ref("capture_id", "captures", nullable=False),
)
