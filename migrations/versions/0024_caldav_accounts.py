"""Accounts at CalDAV servers: calendars read through them, visits written into them

Revision ID: 0024
Revises: 0023

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('dav_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('account_hash', sa.String(length=64), nullable=False),
    sa.Column('server', sa.Text(), nullable=False),
    sa.Column('user_name', sa.Text(), nullable=False),
    sa.Column('password', sa.Text(), nullable=False),
    sa.Column('collections', sa.Text(), nullable=False),
    sa.Column('write_url', sa.Text(), nullable=True),
    sa.Column('detail', sa.String(length=8), nullable=False),
    sa.Column('connected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lost_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_write_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('fault', sa.String(length=200), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.CheckConstraint("detail IN ('busy', 'brief', 'full')", name=op.f('ck_dav_account_known_detail')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_dav_account_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dav_account')),
    sa.UniqueConstraint('provider_id', 'account_hash', name='uq_dav_account_once'),
    sa.UniqueConstraint('public_id', name=op.f('uq_dav_account_public_id'))
    )
    op.create_index(op.f('ix_dav_account_provider_id'), 'dav_account', ['provider_id'], unique=False)
    op.create_index(op.f('ix_dav_account_next_write_at'), 'dav_account', ['next_write_at'], unique=False)
    op.create_table('dav_source',
    sa.Column('calendar_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['dav_account.id'], name=op.f('fk_dav_source_account_id_dav_account'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['calendar_id'], ['outside_calendar.id'], name=op.f('fk_dav_source_calendar_id_outside_calendar'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('calendar_id', name=op.f('pk_dav_source'))
    )
    op.create_index(op.f('ix_dav_source_account_id'), 'dav_source', ['account_id'], unique=False)
    op.create_table('dav_copy',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('collection_hash', sa.String(length=64), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('uid', sa.String(length=80), nullable=False),
    sa.Column('wanted', sa.String(length=64), nullable=True),
    sa.Column('written', sa.String(length=64), nullable=True),
    sa.Column('etag', sa.String(length=300), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rewrites', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=8), nullable=True),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("note IN ('edited', 'deleted')", name=op.f('ck_dav_copy_known_note')),
    sa.ForeignKeyConstraint(['account_id'], ['dav_account.id'], name=op.f('fk_dav_copy_account_id_dav_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dav_copy')),
    sa.UniqueConstraint('account_id', 'collection_hash', 'uid', name='uq_dav_copy_once')
    )
    op.create_index(op.f('ix_dav_copy_uid'), 'dav_copy', ['uid'], unique=False)


def downgrade() -> None:
    op.drop_table('dav_copy')
    op.drop_table('dav_source')
    op.drop_table('dav_account')
