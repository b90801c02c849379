"""The secret addresses of feeds

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-22 23:24:10.310944

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_feed',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('audience', sa.String(length=12), nullable=False),
    sa.Column('detail', sa.String(length=8), nullable=False),
    sa.Column('clinic_id', sa.Integer(), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('token', sa.Text(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("audience IN ('client', 'provider', 'clinic')", name=op.f('ck_calendar_feed_known_audience')),
    sa.CheckConstraint("detail IN ('busy', 'brief', 'full')", name=op.f('ck_calendar_feed_known_detail')),
    sa.CheckConstraint("(audience = 'clinic') = (clinic_id IS NOT NULL)", name=op.f('ck_calendar_feed_clinics_have_their_own')),
    sa.CheckConstraint("(token IS NULL) = (token_hash IS NULL)", name=op.f('ck_calendar_feed_secret_whole')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_calendar_feed_account_id_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['clinic_id'], ['clinic.id'], name=op.f('fk_calendar_feed_clinic_id_clinic'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feed_token_hash'))
    )
    op.create_index(op.f('ix_calendar_feed_account_id'), 'calendar_feed', ['account_id'], unique=False)
    own, clinics = sa.text('clinic_id IS NULL'), sa.text('clinic_id IS NOT NULL')
    op.create_index(
        'uq_calendar_feed_own', 'calendar_feed', ['account_id', 'audience', 'detail'], unique=True, sqlite_where=own, postgresql_where=own
    )
    op.create_index(
        'uq_calendar_feed_clinic', 'calendar_feed', ['account_id', 'clinic_id', 'detail'], unique=True, sqlite_where=clinics,
        postgresql_where=clinics,
    )


def downgrade() -> None:
    op.drop_table('calendar_feed')
