"""The public holidays on which somebody does not work

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-22 23:55:10.114023

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('schedule_rule', sa.Column('closed_holidays', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=True))


def downgrade() -> None:
    op.drop_column('schedule_rule', 'closed_holidays')
