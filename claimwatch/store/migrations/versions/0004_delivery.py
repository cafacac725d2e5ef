"""what delivery keeps: doubts, phases of attempts, pauses and budgets of relays"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ATTEMPT = (
    ("phase", sa.String(length=16)),
    ("code", sa.Integer()),
    ("enhanced", sa.String(length=16)),
    ("queue_id", sa.String(length=64)),
)


def upgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tried_at", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("doubted_at", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("possible_duplicate", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index("ix_messages_state_next_try_at", ["state", "next_try_at"], unique=False)
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        for name, kind in _ATTEMPT:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "relays",
        sa.Column("relay", sa.String(length=255), nullable=False),
        sa.Column("pause", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("paused_at", sa.Float(), nullable=True),
        sa.Column("paused_until", sa.Float(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=True),
        sa.Column("tokens_at", sa.Float(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("judged_from", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("relay", name=op.f("pk_relays")),
    )


def downgrade() -> None:
    op.drop_table("relays")
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        for name, _ in reversed(_ATTEMPT):
            batch_op.drop_column(name)
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_state_next_try_at")
        batch_op.drop_column("possible_duplicate")
        batch_op.drop_column("doubted_at")
        batch_op.drop_column("tried_at")
