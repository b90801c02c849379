"""Services whose bookings their therapist confirms, and holds whose client was told so

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-23 03:02:10.114023

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')


def upgrade() -> None:
    op.add_column('service', sa.Column('by_request', _JSON, nullable=True))
    op.add_column('hold', sa.Column('by_request', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('hold', 'by_request')
    op.drop_column('service', 'by_request')
