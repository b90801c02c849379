"""What a dispute took, and when it was settled

Revision ID: 0041
Revises: 0040

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('payment_dispute', sa.Column('taken_cents', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('payment_dispute', sa.Column('fee_cents', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('payment_dispute', sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('payment_dispute', 'settled_at')
    op.drop_column('payment_dispute', 'fee_cents')
    op.drop_column('payment_dispute', 'taken_cents')
