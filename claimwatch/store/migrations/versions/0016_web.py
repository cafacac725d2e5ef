"""what the pages ask: developments in the order of the review desk, doubtful names, messages of an edition by state"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_developments_queue",
        "developments",
        ["severity", sa.text("first_seen_at DESC"), sa.text("id DESC"), "outcome"],
    )
    op.create_index("ix_findings_doubtful", "findings", ["method", "development_id"])
    op.create_index("ix_messages_edition_id_state", "messages", ["edition_id", "state"])
    op.drop_index("ix_messages_state", table_name="messages")  # two others begin with it


def downgrade() -> None:
    op.create_index("ix_messages_state", "messages", ["state"])
    op.drop_index("ix_messages_edition_id_state", table_name="messages")
    op.drop_index("ix_findings_doubtful", table_name="findings")
    op.drop_index("ix_developments_queue", table_name="developments")
