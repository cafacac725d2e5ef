"""indexes for what is asked often: by capture, by source, by message, by development, by the time of an attempt"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_publication_revisions_capture_id", "publication_revisions", ["capture_id"]),
    ("ix_entry_revisions_capture_id", "entry_revisions", ["capture_id"]),
    ("ix_findings_source_id", "findings", ["source", "id"]),
    ("ix_ledger_message_id", "ledger", ["message_id"]),
    ("ix_ledger_development_id", "ledger", ["development_id"]),
    ("ix_attempts_started_at", "attempts", ["started_at"]),
)


def upgrade() -> None:
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
