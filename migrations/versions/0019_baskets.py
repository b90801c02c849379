"""Different visits in one checkout

Revision ID: 0019
Revises: 0018

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('basket',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_basket_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_basket')),
    sa.UniqueConstraint('public_id', name=op.f('uq_basket_public_id'))
    )
    op.create_index(op.f('ix_basket_person_id'), 'basket', ['person_id'], unique=False)
    op.create_table('basket_visit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('basket_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('hold_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['basket_id'], ['basket.id'], name=op.f('fk_basket_visit_basket_id_basket'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['hold_id'], ['hold.id'], name=op.f('fk_basket_visit_hold_id_hold'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_basket_visit')),
    sa.UniqueConstraint('hold_id', name=op.f('uq_basket_visit_hold_id'))
    )
    op.create_index(op.f('ix_basket_visit_basket_id'), 'basket_visit', ['basket_id'], unique=False)


def downgrade() -> None:
    op.drop_table('basket_visit')
    op.drop_table('basket')
