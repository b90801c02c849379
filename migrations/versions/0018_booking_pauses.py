"""Booking stopped for a while, of the house or of one provider

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-23 00:16:10.114023

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('booking_pause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=True),
    sa.Column('message', sa.String(length=300), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paused_by', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_booking_pause_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_pause')),
    sa.UniqueConstraint('provider_id', name=op.f('uq_booking_pause_provider_id'))
    )


def downgrade() -> None:
    op.drop_table('booking_pause')
