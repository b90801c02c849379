"""Who waits for a time, and what was offered to them

Revision ID: 0011
Revises: 0010

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('waitlist_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=True),
    sa.Column('service_code', sa.String(length=40), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('setting', sa.String(length=12), nullable=False),
    sa.Column('zip', sa.String(length=5), nullable=True),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('parts', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_waitlist_entry_days_in_order')),
    sa.CheckConstraint('(provider_id IS NULL) = (service_code IS NULL)', name=op.f('ck_waitlist_entry_a_service_is_somebodys')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_waitlist_entry_person_id_person')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_waitlist_entry_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waitlist_entry')),
    sa.UniqueConstraint('public_id', name=op.f('uq_waitlist_entry_public_id'))
    )
    op.create_index(op.f('ix_waitlist_entry_person_id'), 'waitlist_entry', ['person_id'], unique=False)
    op.create_index(op.f('ix_waitlist_entry_provider_id'), 'waitlist_entry', ['provider_id'], unique=False)
    op.create_table('waitlist_offer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('hold_id', sa.Integer(), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['waitlist_entry.id'], name=op.f('fk_waitlist_offer_entry_id_waitlist_entry'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['hold_id'], ['hold.id'], name=op.f('fk_waitlist_offer_hold_id_hold'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waitlist_offer')),
    sa.UniqueConstraint('hold_id', name=op.f('uq_waitlist_offer_hold_id'))
    )
    op.create_index(op.f('ix_waitlist_offer_entry_id'), 'waitlist_offer', ['entry_id'], unique=False)


def downgrade() -> None:
    op.drop_table('waitlist_offer')
    op.drop_table('waitlist_entry')
