"""what each list of a source held, in place of one count for all of them"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The old count cannot be shared out among the lists: the next good read counts each of them anew.
    with op.batch_alter_table("source_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held", sa.JSON(), nullable=True))
        batch_op.drop_column("containers")


def downgrade() -> None:
    with op.batch_alter_table("source_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("containers", sa.Integer(), nullable=True))
        batch_op.drop_column("held")
