"""what hosts asked of us, why a document was read, and pages that are no more"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("free_at", sa.Float(), nullable=True),
        sa.Column("rests_until", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    with op.batch_alter_table("source_states", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("reads", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(length=16), nullable=False, server_default="watch"))
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checked_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("gone_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=16), nullable=False, server_default="watch"))


def downgrade() -> None:
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.drop_column("origin")
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.drop_column("gone_at")
        batch_op.drop_column("checked_at")
    with op.batch_alter_table("reads", schema=None) as batch_op:
        batch_op.drop_column("purpose")
    with op.batch_alter_table("source_states", schema=None) as batch_op:
        batch_op.drop_column("verified_at")
    op.drop_table("hosts")
