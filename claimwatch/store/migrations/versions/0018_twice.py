"""an index of the messages that may have come twice: each delivery counted them in all mail that was ever sent"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_messages_possible_duplicate", "messages", ["possible_duplicate"])


def downgrade() -> None:
    op.drop_index("ix_messages_possible_duplicate", table_name="messages")
