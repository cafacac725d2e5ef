"""captures can be found by their address: how long a page has been missed is asked at every read"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # On PostgreSQL a hash: a B-tree refuses addresses of over 2.7 kB, and only whole addresses are looked for.
    op.create_index("ix_captures_url", "captures", ["url"], unique=False, postgresql_using="hash")


def downgrade() -> None:
    op.drop_index("ix_captures_url", table_name="captures")
