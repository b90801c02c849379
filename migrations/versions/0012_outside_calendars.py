"""Calendars from outside, and the minutes they take

Revision ID: 0012
Revises: 0011

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('outside_calendar',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('address_hash', sa.String(length=64), nullable=True),
    sa.Column('places', sa.Boolean(), nullable=False),
    sa.Column('etag', sa.String(length=300), nullable=True),
    sa.Column('last_modified', sa.String(length=100), nullable=True),
    sa.Column('last_good_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stale_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fault', sa.String(length=200), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('next_sync_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('known_until_minute', sa.Integer(), nullable=True),
    sa.Column('warnings', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('events', sa.Integer(), nullable=False),
    sa.Column('unplaced', sa.Integer(), nullable=False),
    sa.Column('flag', sa.String(length=12), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('link', 'file')", name=op.f('ck_outside_calendar_known_kind')),
    sa.CheckConstraint("flag IN ('lost_half', 'unplaced')", name=op.f('ck_outside_calendar_known_flag')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_outside_calendar_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outside_calendar')),
    sa.UniqueConstraint('provider_id', 'address_hash', name='uq_outside_calendar_once'),
    sa.UniqueConstraint('public_id', name=op.f('uq_outside_calendar_public_id'))
    )
    op.create_index(op.f('ix_outside_calendar_provider_id'), 'outside_calendar', ['provider_id'], unique=False)
    op.create_index(op.f('ix_outside_calendar_next_sync_at'), 'outside_calendar', ['next_sync_at'], unique=False)
    op.create_table('outside_busy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('calendar_id', sa.Integer(), nullable=False),
    sa.Column('begin_minute', sa.Integer(), nullable=False),
    sa.Column('end_minute', sa.Integer(), nullable=False),
    sa.Column('zip', sa.String(length=5), nullable=True),
    sa.CheckConstraint('end_minute > begin_minute', name=op.f('ck_outside_busy_ends_after_begin')),
    sa.ForeignKeyConstraint(['calendar_id'], ['outside_calendar.id'], name=op.f('fk_outside_busy_calendar_id_outside_calendar'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_outside_busy_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outside_busy'))
    )
    op.create_index(op.f('ix_outside_busy_calendar_id'), 'outside_busy', ['calendar_id'], unique=False)
    op.create_index('ix_outside_busy_time', 'outside_busy', ['provider_id', 'end_minute', 'begin_minute'], unique=False)


def downgrade() -> None:
    op.drop_table('outside_busy')
    op.drop_table('outside_calendar')
