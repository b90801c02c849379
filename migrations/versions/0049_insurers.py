"""Which insurers providers say they deal with, statement by statement."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "insurance_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("catalog", sa.String(length=20), nullable=False),
        sa.Column("entries", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name=op.f("fk_insurance_statement_provider_id_provider"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_statement")),
    )
    op.create_index("uq_insurance_statement_provider_version", "insurance_statement", ["provider_id", "version"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_insurance_statement_provider_version", table_name="insurance_statement")
    op.drop_table("insurance_statement")
