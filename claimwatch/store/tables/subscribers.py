"""Who is told what: subscribers, their series, their consent, and whom no mail may reach."""

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, String, Table, Text, UniqueConstraint, text, true

from claimwatch.store.tables.base import Utc, metadata, new_id, ref

subscribers = Table(
    "subscribers",
    metadata,
    new_id(),
    Column("address", String(320), nullable=False, unique=True),
    Column("name", Text),
    Column("language", String(8), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("joined_at", Utc, nullable=False),
    Column("left_at", Utc),
    Column("proof_of_life", Boolean, nullable=False, default=True, server_default=true()),
    Index("ix_subscribers_address_lower", text("lower(address)")),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    new_id(),
    ref("subscriber_id", "subscribers", nullable=False),
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
    new_id(),
    ref("subscriber_id", "subscribers", nullable=False, index=True),
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
    new_id(),
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
    new_id(),
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
    ref("subscriber_id", "subscribers"),
)

# How often a form was used, by a keyed hash of the address that was given or that asked; `at` is real time.
form_uses = Table(
    "form_uses",
    metadata,
    new_id(),
    Column("key", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_form_uses_key_at", "key", "at"),
)
