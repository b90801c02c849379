"""What was chosen on top of a visit is kept with its hold and with the visit, as agreed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.add_column("hold", sa.Column("add_ons", JSON, nullable=True))
    op.add_column("appointment", sa.Column("add_ons", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("appointment", "add_ons")
    op.drop_column("hold", "add_ons")
