"""What the search index holds. Triggers of the database keep it (migration 0010), in the transaction of the rows.

The words themselves are in `search_document_text` and `search_finding_text`: full-text tables of SQLite, tables with a
`tsvector` on PostgreSQL. They are no tables of this metadata, since they differ. `place` is their row: the day (days
since 1970) in the upper bits and the id in the lower 32, so that newest first is the order in which they are read, and
days are a range. See `claimwatch.store.search`.
"""

from sqlalchemy import BigInteger, Column, Table

from claimwatch.store.tables.base import metadata, ref

# One row for each publication: its newest revision.
search_documents = Table(
    "search_documents",
    metadata,
    ref("publication_id", "publications", primary_key=True),
    ref("publication_revision_id", "publication_revisions", nullable=False),
    Column("place", BigInteger, nullable=False, unique=True),
)

search_findings = Table(
    "search_findings",
    metadata,
    ref("finding_id", "findings", primary_key=True),
    Column("place", BigInteger, nullable=False, unique=True),
)
