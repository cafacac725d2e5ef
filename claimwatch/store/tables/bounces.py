"""What came back: reports of mail that was not delivered or not wanted, and what follows from them."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from claimwatch.store.tables.base import Utc, metadata, new_id, ref

# Mails that ask an address whether it is still there, once too much mail to it came back. `next_try_at` is real time.
probes = Table(
    "probes",
    metadata,
    new_id(),
    ref("subscriber_id", "subscribers", nullable=False, index=True),
    Column("recipient", String(320), nullable=False),
    Column("message_id", String(256), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("next_try_at", Float),
    Column("sent_at", Utc),
    Column("reason", Text),
)

# Each report once, by `key`; `points` are what it counts against the address.
bounces = Table(
    "bounces",
    metadata,
    new_id(),
    Column("key", String(64), nullable=False, unique=True),
    Column("at", Utc, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("harm", String(16)),
    Column("points", Integer, nullable=False),
    Column("effect", String(16), nullable=False),
    ref("message_id", "messages"),
    ref("probe_id", "probes"),
    ref("subscriber_id", "subscribers", index=True),
    Column("status", String(16)),
    Column("text", Text, nullable=False),
)

# Until when a reader's mail waits because mail to them came back; `times` in a row.
rests = Table(
    "rests",
    metadata,
    ref("subscriber_id", "subscribers", primary_key=True),
    Column("until", Utc, nullable=False),
    Column("times", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)
