"""Starts beside visits first, and hours that are not shown

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-23 03:15:00.000000

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Never by a batch: SQLite would rebuild the table, and dropping the old one takes what refers to it along.
    op.add_column('schedule_rule', sa.Column('fill_gaps', sa.String(length=6), nullable=True))
    op.add_column('schedule_rule', sa.Column('offer_one_in', sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column('schedule_rule', 'offer_one_in')
    op.drop_column('schedule_rule', 'fill_gaps')
