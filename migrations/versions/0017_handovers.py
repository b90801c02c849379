"""Visits offered to a colleague

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-22 23:40:00.000000

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('handover',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('from_provider_id', sa.Integer(), nullable=False),
    sa.Column('to_provider_id', sa.Integer(), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('service_code', sa.String(length=40), nullable=False),
    sa.Column('service_name', sa.String(length=120), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('offered_by', sa.String(length=80), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer_by_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('offered', 'accepted', 'declined', 'withdrawn', 'expired')", name=op.f('ck_handover_known_state')),
    sa.CheckConstraint('from_provider_id <> to_provider_id', name=op.f('ck_handover_to_somebody_else')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_handover_appointment_id_appointment')),
    sa.ForeignKeyConstraint(['claim_id'], ['claim.id'], name=op.f('fk_handover_claim_id_claim')),
    sa.ForeignKeyConstraint(['from_provider_id'], ['provider.id'], name=op.f('fk_handover_from_provider_id_provider')),
    sa.ForeignKeyConstraint(['place_id'], ['provider_place.id'], name=op.f('fk_handover_place_id_provider_place'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['to_provider_id'], ['provider.id'], name=op.f('fk_handover_to_provider_id_provider')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover')),
    sa.UniqueConstraint('claim_id', name=op.f('uq_handover_claim_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_handover_public_id'))
    )
    op.create_index(op.f('ix_handover_appointment_id'), 'handover', ['appointment_id'], unique=False)
    op.create_index(op.f('ix_handover_to_provider_id'), 'handover', ['to_provider_id'], unique=False)
    waiting = sa.text("state = 'offered'")
    op.create_index(
        'uq_handover_waiting', 'handover', ['appointment_id'], unique=True, sqlite_where=waiting, postgresql_where=waiting
    )


def downgrade() -> None:
    op.drop_table('handover')
