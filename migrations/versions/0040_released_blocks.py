"""When a block was given back

Revision ID: 0040
Revises: 0039

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('claim', sa.Column('released_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('claim', 'released_at')
