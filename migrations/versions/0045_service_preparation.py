"""A service says how to prepare for it

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A text of the therapist's, none before."""
    op.add_column("service", sa.Column("preparation", sa.Text(), nullable=True))


def downgrade() -> None:
    """The texts go with the column."""
    op.drop_column("service", "preparation")
