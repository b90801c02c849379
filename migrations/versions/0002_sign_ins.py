"""Sign-ins, failure counts, second factor counters

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22 17:28:33.768777

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('failure_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('since_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_failure_count')),
    sa.UniqueConstraint('fingerprint', name=op.f('uq_failure_count_fingerprint'))
    )
    op.create_table('sign_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_sign_in_account_id_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_token_hash'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_account_id'), ['account_id'], unique=False)

    # Never by a batch: SQLite would rebuild the table, and dropping the old one takes what refers to it along.
    op.execute("ALTER TABLE account ADD COLUMN tf_last_counter BIGINT")
    op.execute("ALTER TABLE account DROP COLUMN failed_since_at")
    op.execute("ALTER TABLE account DROP COLUMN failed_sign_ins")


def downgrade() -> None:
    instant = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute("ALTER TABLE account ADD COLUMN failed_sign_ins INTEGER NOT NULL DEFAULT 0")
    op.execute(f"ALTER TABLE account ADD COLUMN failed_since_at {instant}")
    op.execute("ALTER TABLE account DROP COLUMN tf_last_counter")

    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_account_id'))

    op.drop_table('sign_in')
    op.drop_table('failure_count')
