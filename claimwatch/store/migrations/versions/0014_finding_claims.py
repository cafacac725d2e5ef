"""which findings concern which claim, for the board of claims; findings by the time they were first seen"""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BATCH = 1000


def upgrade() -> None:
    op.create_table(
        "finding_claims",
        sa.Column("claim_id", sa.String(length=64), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("told_in", sa.Date(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_finding_claims_entry_id_entries")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_finding_claims_finding_id_findings")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_finding_claims_publication_id_publications")
        ),
        sa.PrimaryKeyConstraint("claim_id", "finding_id", name=op.f("pk_finding_claims")),
    )
    _link_what_is_there()
    columns = ["position", "claim_id", "outcome", "told_in", "finding_id", "publication_id", "entry_id"]
    op.create_index("ix_finding_claims_board", "finding_claims", columns)
    op.create_index("ix_finding_claims_newest", "finding_claims", ["claim_id", "told_in", "finding_id"])
    op.create_index(op.f("ix_finding_claims_finding_id"), "finding_claims", ["finding_id"])
    op.create_index(op.f("ix_findings_first_seen_at"), "findings", ["first_seen_at"])
    op.create_index("ix_publication_revisions_published", "publication_revisions", ["publication_id", "published_on"])
    op.create_index("ix_entry_revisions_published", "entry_revisions", ["entry_id", "published_on"])


def downgrade() -> None:
    op.drop_index("ix_entry_revisions_published", table_name="entry_revisions")
    op.drop_index("ix_publication_revisions_published", table_name="publication_revisions")
    op.drop_index(op.f("ix_findings_first_seen_at"), table_name="findings")
    op.drop_table("finding_claims")


def _link_what_is_there() -> None:
    """The links of the findings that a store holds already; as store/finding_claims makes them for new ones."""
    findings = sa.table(
        "findings",
        *(sa.column(name) for name in ("id", "publication_revision_id", "entry_revision_id", "development_id")),
        *(sa.column(name) for name in ("outcome", "status", "method")),
        sa.column("claims", sa.JSON()),
        sa.column("first_seen_at", sa.DateTime()),
    )
    publications = sa.table(
        "publication_revisions", sa.column("id"), sa.column("publication_id"), sa.column("published_on", sa.Date())
    )
    entries = sa.table("entry_revisions", sa.column("id"), sa.column("entry_id"), sa.column("published_on", sa.Date()))
    developments = sa.table("developments", sa.column("id"), sa.column("happened_on", sa.Date()))
    links = sa.table(
        "finding_claims",
        *(sa.column(name) for name in ("claim_id", "finding_id", "position", "outcome")),
        sa.column("told_in", sa.Date()),
        *(sa.column(name) for name in ("publication_id", "entry_id")),
    )
    connection = op.get_bind()
    query = (
        sa.select(
            findings.c.id,
            findings.c.claims,
            findings.c.outcome,
            findings.c.first_seen_at,
            developments.c.happened_on,
            publications.c.published_on.label("page_on"),
            entries.c.published_on.label("row_on"),
            publications.c.publication_id,
            entries.c.entry_id,
        )
        .outerjoin(publications, publications.c.id == findings.c.publication_revision_id)
        .outerjoin(entries, entries.c.id == findings.c.entry_revision_id)
        .outerjoin(developments, developments.c.id == findings.c.development_id)
        .where(findings.c.status != "withdrawn", findings.c.method != "fuzzy")
        .order_by(findings.c.id)
    )
    after = 0
    while rows := connection.execute(query.where(findings.c.id > after).limit(_BATCH)).all():
        after = rows[-1].id
        values = [
            {
                "claim_id": claim,
                "finding_id": row.id,
                "position": position,
                "outcome": row.outcome,
                "told_in": _month(row.happened_on or row.page_on or row.row_on or row.first_seen_at.date()),
                "publication_id": row.publication_id,
                "entry_id": row.entry_id,
            }
            for row in rows
            for position, claim in enumerate(dict.fromkeys(row.claims))
        ]
        if values:
            connection.execute(sa.insert(links), values)


def _month(day: date) -> date:
    return day.replace(day=1)
