"""The tables. A unique key stands wherever the design says "once".

Times are stored as UTC without zone and come back aware. JSON columns hold lists and small objects that are only
ever read whole. Change a table here and add a migration beside it: a test compares the two.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To naive UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _ref(name: str, table: str, **options: Any) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{table}.id"), **options)


meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))

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
    _id(),
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
    _id(),
    _ref("read_id", "reads", nullable=False, index=True),
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
    _ref("capture_id", "captures", nullable=False),
)

publications = Table(
    "publications",
    metadata,
    _id(),
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
    _id(),
    _ref("publication_id", "publications", nullable=False),
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
    _ref("capture_id", "captures", nullable=False),
    Column("parser", String(128), nullable=False),
    Column("seen_at", Utc, nullable=False),
    UniqueConstraint("publication_id", "number"),
)

entries = Table(
    "entries",
    metadata,
    _id(),
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
    _id(),
    _ref("entry_id", "entries", nullable=False),
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
    _ref("capture_id", "captures", nullable=False),
    Column("parser", String(128), nullable=False),
    Column("seen_at", Utc, nullable=False),
    UniqueConstraint("entry_id", "number"),
)

mentions = Table(
    "mentions",
    metadata,
    _id(),
    _ref("publication_revision_id", "publication_revisions", index=True),
    _ref("entry_revision_id", "entry_revisions", index=True),
    Column("entity", String(64), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("surface", Text, nullable=False),
    Column("method", String(16), nullable=False),
    Column("alias", Text, nullable=False),
)

developments = Table(
    "developments",
    metadata,
    _id(),
    Column("key", String(64), nullable=False, unique=True),
    Column("outcome", String(16), nullable=False),
    Column("predicate", String(64)),
    Column("object_class", String(64)),
    Column("operation", String(32), nullable=False),
    Column("place", String(16)),
    Column("companies", JSON, nullable=False),
    Column("happened_on", Date),
    Column("published_on", Date),
    Column("severity", String(4), nullable=False),
    Column("state", Text, nullable=False),
    Column("state_version", Integer, nullable=False),
    Column("first_seen_at", Utc, nullable=False),
    Index("ix_developments_predicate", "predicate"),
)

findings = Table(
    "findings",
    metadata,
    _id(),
    _ref("publication_revision_id", "publication_revisions", index=True),
    _ref("entry_revision_id", "entry_revisions", index=True),
    _ref("development_id", "developments", index=True),
    Column("source", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("entity", String(64), nullable=False),
    Column("outcome", String(16), nullable=False, index=True),
    Column("predicate", String(64)),
    Column("object_class", String(64)),
    Column("operation", String(32), nullable=False),
    Column("claims", JSON, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    Column("place", String(16)),
    Column("as_of", String(16)),
    Column("speaker", Text),
    Column("modality", String(16), nullable=False),
    Column("quote", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("surface", Text, nullable=False),
    Column("method", String(16), nullable=False),
    Column("severity", String(4), nullable=False),
    Column("confidence", String(16), nullable=False),
    Column("rules", JSON, nullable=False),
    Column("language", String(16), nullable=False),
    Column("fingerprint", String(64), nullable=False, index=True),
    Column("marks", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("origin", String(16), nullable=False, default="watch"),
    Column("baseline_version", String(64), nullable=False),
    Column("first_seen_at", Utc, nullable=False),
    UniqueConstraint("publication_revision_id", "entity", "start", "end", "fingerprint"),
    UniqueConstraint("entry_revision_id", "entity", "start", "end", "fingerprint"),
)

editions = Table(
    "editions",
    metadata,
    _id(),
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
)

edition_events = Table(
    "edition_events",
    metadata,
    _id(),
    _ref("edition_id", "editions", nullable=False, index=True),
    Column("what", String(16), nullable=False),
    Column("who", String(255), nullable=False),
    Column("why", Text),
    Column("at", Utc, nullable=False),
)

edition_items = Table(
    "edition_items",
    metadata,
    _ref("edition_id", "editions", primary_key=True),
    _ref("development_id", "developments", primary_key=True),
    Column("state_version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
)

subscribers = Table(
    "subscribers",
    metadata,
    _id(),
    Column("address", String(320), nullable=False, unique=True),
    Column("name", Text),
    Column("language", String(8), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("joined_at", Utc, nullable=False),
    Column("left_at", Utc),
    Column("proof_of_life", Boolean, nullable=False, default=True, server_default=true()),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _id(),
    _ref("subscriber_id", "subscribers", nullable=False),
    Column("series", String(16), nullable=False),
    Column("companies", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("severity", String(4)),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("ended_reason", Text),
    UniqueConstraint("subscriber_id", "series"),
)

# Append-only: who agreed to what, when, to which words, and how. No internet addresses.
consent_events = Table(
    "consent_events",
    metadata,
    _id(),
    _ref("subscriber_id", "subscribers", nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("series", JSON, nullable=False),
    Column("text_version", String(32)),
    Column("source", String(16), nullable=False),
    Column("at", Utc, nullable=False),
)

# Whom no mail may reach, by a keyed hash of the address; the key is in `meta`.
suppressions = Table(
    "suppressions",
    metadata,
    _id(),
    Column("address_hmac", String(64), nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("at", Utc, nullable=False),
    Column("until", Utc),
    Column("lifted_at", Utc),
)

# Requests that wait for a click in the mail; deleted once they are too old. `next_try_at` is real time.
signups = Table(
    "signups",
    metadata,
    _id(),
    Column("address", String(320), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("series", JSON, nullable=False),
    Column("companies", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("severity", String(4)),
    Column("text_version", String(32), nullable=False),
    Column("at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Float),
    Column("reason", Text),
    _ref("subscriber_id", "subscribers"),
)

# How often a form was used, by a keyed hash of the address that was given or that asked; `at` is real time.
form_uses = Table(
    "form_uses",
    metadata,
    _id(),
    Column("key", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_form_uses_key_at", "key", "at"),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    _ref("edition_id", "editions", nullable=False),
    _ref("subscriber_id", "subscribers", nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("message_id", String(256), nullable=False, unique=True),
    Column("mime", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("tries", Integer, nullable=False),  # the generation of the lease, too: every later update checks it
    Column("lease_owner", String(64)),
    Column("lease_until", Float),
    Column("tried_at", Float),
    Column("doubted_at", Float),
    Column("next_try_at", Float),
    Column("possible_duplicate", Boolean, nullable=False, default=False, server_default=false()),
    Column("expires_at", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("accepted_at", Utc),
    Column("reason", Text),
    UniqueConstraint("edition_id", "subscriber_id"),
    Index("ix_messages_state_next_try_at", "state", "next_try_at"),
)

attempts = Table(
    "attempts",
    metadata,
    _id(),
    _ref("message_id", "messages", nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("result", String(16)),
    Column("phase", String(16)),
    Column("code", Integer),
    Column("enhanced", String(16)),
    Column("queue_id", String(64)),
    Column("text", Text),
    UniqueConstraint("message_id", "number"),
)

relays = Table(
    "relays",
    metadata,
    Column("relay", String(255), primary_key=True),
    Column("pause", String(16)),
    Column("reason", Text),
    Column("paused_at", Float),
    Column("paused_until", Float),
    Column("failures", Integer, nullable=False),
    Column("tokens", Float),
    Column("tokens_at", Float),
    Column("sent_on", Date),
    Column("sent", Integer, nullable=False),
    Column("judged_from", Integer, nullable=False),  # the id of the last attempt that the circuit breaker forgets
)

ledger = Table(
    "ledger",
    metadata,
    _ref("subscriber_id", "subscribers", primary_key=True),
    _ref("development_id", "developments", primary_key=True),
    Column("state_version", Integer, primary_key=True),
    _ref("message_id", "messages"),
    Column("at", Utc, nullable=False),
)
