"""Dates that findings fix for later, and what a reader was told when they had passed."""

from sqlalchemy import Column, Date, Index, String, Table, UniqueConstraint

from claimwatch.store.tables.base import Utc, metadata, new_id, ref

# `passed_id` is the development that told of the day's passing; findings of one happening share it.
fixed_dates = Table(
    "fixed_dates",
    metadata,
    new_id(),
    ref("finding_id", "findings", nullable=False),
    Column("kind", String(8), nullable=False),
    Column("fixed_on", Date, nullable=False),
    Column("noted_at", Utc, nullable=False),
    ref("passed_id", "developments"),
    UniqueConstraint("finding_id", "kind", "fixed_on"),
    Index("ix_fixed_dates_fixed_on", "fixed_on"),
)
