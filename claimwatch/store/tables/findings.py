"""What was found in it: mentions, findings, and the developments they are joined into."""

from sqlalchemy import JSON, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from claimwatch.store.tables.base import Utc, metadata, new_id, ref

mentions = Table(
    "mentions",
    metadata,
    new_id(),
    ref("publication_revision_id", "publication_revisions", index=True),
    ref("entry_revision_id", "entry_revisions", index=True),
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
    new_id(),
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
# The order of the review desk.
Index(
    "ix_developments_queue",
    developments.c.severity,
    developments.c.first_seen_at.desc(),
    developments.c.id.desc(),
    developments.c.outcome,
)

findings = Table(
    "findings",
    metadata,
    new_id(),
    ref("publication_revision_id", "publication_revisions", index=True),
    ref("entry_revision_id", "entry_revisions", index=True),
    ref("development_id", "developments", index=True),
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
    Column("first_seen_at", Utc, nullable=False, index=True),
    UniqueConstraint("publication_revision_id", "entity", "start", "end", "fingerprint"),
    UniqueConstraint("entry_revision_id", "entity", "start", "end", "fingerprint"),
    Index("ix_findings_source_id", "source", "id"),
    # Whether anything is left of a development, and about whom and from where, without reading a finding.
    Index("ix_findings_standing", "development_id", "status", "origin", "entity", "source"),
    # Those few whose name waits for an analyst.
    Index("ix_findings_doubtful", "method", "development_id"),
)
