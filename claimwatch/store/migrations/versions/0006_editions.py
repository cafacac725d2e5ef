"""editions that wait for approval or are cancelled, and who decided that and why"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=16), nullable=False, server_default="frozen"))
    op.create_table(
        "edition_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("who", sa.String(length=255), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_edition_events_edition_id_editions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_events")),
    )
    with op.batch_alter_table("edition_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edition_events_edition_id"), ["edition_id"], unique=False)


def downgrade() -> None:
    op.drop_table("edition_events")
    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.drop_column("state")
