"""dates that findings fix"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fixed_dates",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("fixed_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.Column("passed_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_fixed_dates_finding_id")),
        sa.ForeignKeyConstraint(["passed_id"], ["developments.id"], name=op.f("fk_fixed_dates_passed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixed_dates")),
        sa.UniqueConstraint("finding_id", "kind", "fixed_on", name=op.f("uq_fixed_dates_finding_id")),
    )
    op.create_index(op.f("ix_fixed_dates_fixed_on"), "fixed_dates", ["fixed_on"], unique=False)


def downgrade() -> None:
    op.drop_table("fixed_dates")
