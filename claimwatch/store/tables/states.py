"""The states that a development went through. What was taken back again is not among them."""

from sqlalchemy import Column, Date, Index, Integer, String, Table

from claimwatch.store.tables.base import Utc, metadata, ref

# `outcome` and `severity` are null where a state was told before they were written down here.
development_states = Table(
    "development_states",
    metadata,
    ref("development_id", "developments", primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("outcome", String(16)),
    Column("severity", String(4)),
    Column("happened_on", Date),
    Column("at", Utc, nullable=False, index=True),
    Index("ix_development_states_outcome_at", "outcome", "at"),
)
