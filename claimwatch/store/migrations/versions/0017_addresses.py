"""an index for finding a subscriber by an address whatever its case: it was sought in the whole table"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_subscribers_address_lower", "subscribers", [sa.text("lower(address)")])


def downgrade() -> None:
    op.drop_index("ix_subscribers_address_lower", table_name="subscribers")
