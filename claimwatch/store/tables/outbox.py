"""Mails on their way out, and the ledger of what each reader was told."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from claimwatch.store.tables.base import Utc, metadata, new_id, ref

messages = Table(
    "messages",
    metadata,
    new_id(),
    ref("edition_id", "editions", nullable=False),
    ref("subscriber_id", "subscribers", nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("message_id", String(256), nullable=False, unique=True),
    Column("mime", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(16), nullable=False),
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
    Index("ix_messages_edition_id_state", "edition_id", "state"),  # what of an edition has left: a row is long
    Index("ix_messages_state_next_try_at", "state", "next_try_at"),
    Index("ix_messages_state_edition_id", "state", "edition_id", "id"),
    Index("ix_messages_possible_duplicate", "possible_duplicate"),  # they are counted at every delivery
)

attempts = Table(
    "attempts",
    metadata,
    new_id(),
    ref("message_id", "messages", nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", Utc, nullable=False, index=True),
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
    ref("subscriber_id", "subscribers", primary_key=True),
    ref("development_id", "developments", primary_key=True, index=True),
    Column("state_version", Integer, primary_key=True),
    ref("message_id", "messages", index=True),
    Column("at", Utc, nullable=False),
)
