"""Sign-ins of analysts: from the request for a link to the end of the session."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from claimwatch.store.tables.base import Utc, metadata, new_id

# One row a request. Secrets are kept as sha256 only; an address that is no analyst's is not kept at all (`void`).
# `next_try_at` is real time.
sign_ins = Table(
    "sign_ins",
    metadata,
    new_id(),
    Column("address", String(320), nullable=False),
    Column("browser_sha256", String(64), nullable=False),
    Column("goes_on_to", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Float),
    Column("reason", Text),
    Column("used_at", Utc),
    Column("session_sha256", String(64)),
    Column("ended_at", Utc),
    Index("ix_sign_ins_state", "state"),
)
