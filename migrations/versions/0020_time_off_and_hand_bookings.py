"""Time off with a colleague named, and times kept for a client by hand

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-23 03:05:00.000000

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('time_off',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('begin_minute', sa.Integer(), nullable=False),
    sa.Column('end_minute', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('message', sa.String(length=300), nullable=True),
    sa.Column('colleague_id', sa.Integer(), nullable=True),
    sa.Column('colleague_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stated_by', sa.String(length=80), nullable=False),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('colleague_id IS NULL OR colleague_id <> provider_id', name=op.f('ck_time_off_to_somebody_else')),
    sa.CheckConstraint('end_minute > begin_minute', name=op.f('ck_time_off_ends_after_begin')),
    sa.ForeignKeyConstraint(['colleague_id'], ['provider.id'], name=op.f('fk_time_off_colleague_id_provider'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_time_off_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_off')),
    sa.UniqueConstraint('public_id', name=op.f('uq_time_off_public_id'))
    )
    op.create_index(op.f('ix_time_off_colleague_id'), 'time_off', ['colleague_id'], unique=False)
    op.create_index('ix_time_off_time', 'time_off', ['provider_id', 'end_minute', 'begin_minute'], unique=False)
    json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
    op.create_table('hand_booking',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hold_id', sa.Integer(), nullable=False),
    sa.Column('overrides', json, nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hold_id'], ['hold.id'], name=op.f('fk_hand_booking_hold_id_hold'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_booking')),
    sa.UniqueConstraint('hold_id', name=op.f('uq_hand_booking_hold_id'))
    )


def downgrade() -> None:
    op.drop_table('hand_booking')
    op.drop_index('ix_time_off_time', table_name='time_off')
    op.drop_index(op.f('ix_time_off_colleague_id'), table_name='time_off')
    op.drop_table('time_off')
