"""What sources published: publications and list entries, each with its revisions."""

from sqlalchemy import JSON, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from claimwatch.store.tables.base import Utc, metadata, new_id, ref

publications = Table(
    "publications",
    metadata,
    new_id(),
    Column("source", String(64), nullable=False),
    Column("key", Text, nullable=False),
    Column("link_version", Text),
    Column("digest", String(64), nullable=False),
    Column("first_seen_at", Utc, nullable=False),
    Column("last_seen_at", Utc, nullable=False),
    Column("checked_at", Utc),
    Column("gone_at", Utc),
    UniqueConstraint("source", "key"),
)

publication_revisions = Table(
    "publication_revisions",
    metadata,
    new_id(),
    ref("publication_id", "publications", nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("published_on", Date),
    Column("effective_on", Date),
    Column("citation", Text),
    ref("capture_id", "captures", nullable=False, index=True),
    Column("parser", String(128), nullable=False),
    Column("seen_at", Utc, nullable=False),
    UniqueConstraint("publication_id", "number"),
    Index("ix_publication_revisions_published", "publication_id", "published_on"),
)

entries = Table(
    "entries",
    metadata,
    new_id(),
    Column("source", String(64), nullable=False),
    Column("list_name", String(64), nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("first_seen_at", Utc, nullable=False),
    Column("last_seen_at", Utc, nullable=False),
    Column("gone_at", Utc),
    UniqueConstraint("source", "list_name", "key"),
)

entry_revisions = Table(
    "entry_revisions",
    metadata,
    new_id(),
    ref("entry_id", "entries", nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("subject_start", Integer, nullable=False),
    Column("subject_end", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("language", String(16), nullable=False),
    Column("published_on", Date),
    Column("effective_on", Date),
    Column("action", String(16)),
    ref("capture_id", "captures", nullable=False, index=True),
    Column("parser", String(128), nullable=False),
    Column("seen_at", Utc, nullable=False),
    UniqueConstraint("entry_id", "number"),
    Index("ix_entry_revisions_published", "entry_id", "published_on"),
)
