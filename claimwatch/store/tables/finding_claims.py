"""Which findings concern which claim: what the board of claims counts without reading the findings themselves."""

from sqlalchemy import Column, Date, Index, Integer, String, Table

from claimwatch.store.tables.base import metadata, ref

# Derived from `findings`, and only of those that count (see store/finding_claims). `position` 0 is the claim that a
# finding is foremost about. `told_in` is the first day of the month in which it happened, was published or was seen.
finding_claims = Table(
    "finding_claims",
    metadata,
    Column("claim_id", String(64), primary_key=True),
    ref("finding_id", "findings", primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("told_in", Date, nullable=False),
    ref("publication_id", "publications"),
    ref("entry_id", "entries"),
    Index("ix_finding_claims_newest", "claim_id", "told_in", "finding_id"),
    # Holds all that the board asks, in the order in which it is counted.
    Index(
        "ix_finding_claims_board",
        *("position", "claim_id", "outcome", "told_in", "finding_id", "publication_id", "entry_id"),
    ),
)
