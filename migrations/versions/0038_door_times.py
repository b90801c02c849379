"""Minutes from the street to a client's door

Revision ID: 0038
Revises: 0037

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('door_time',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('minutes BETWEEN 0 AND 60', name=op.f('ck_door_time_minutes_sane')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_door_time_person_id_person'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_door_time_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_door_time')),
    sa.UniqueConstraint('provider_id', 'person_id', 'mark', name=op.f('uq_door_time_provider_id_person_id_mark'))
    )
    op.create_index(op.f('ix_door_time_person_id'), 'door_time', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('door_time')
