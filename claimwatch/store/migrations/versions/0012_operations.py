"""what the operator was told, and the chain over captures"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Captures from before are chained by the next read, in the order of their ids.
    op.create_table(
        "capture_chain",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("let_go_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_capture_chain"),
        sa.UniqueConstraint("capture_id", name="uq_capture_chain_capture_id"),
    )
    op.create_table(
        "alarms",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("raised", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("things", sa.JSON(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_alarms"),
    )
    op.create_table(
        "gauges",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gauges"),
    )
    op.create_index("ix_gauges_name_at", "gauges", ["name", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_gauges_name_at", table_name="gauges")
    op.drop_table("gauges")
    op.drop_table("alarms")
    op.drop_table("capture_chain")
