"""What a waiver forgave, so that leaving for free uses up none

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-22 20:29:31.402188

"""
from alembic import op

# revision identifiers, used by Alembic.
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Never by a batch: SQLite would rebuild the table, and dropping the old one takes what refers to it along.
    # Of visits left before, nobody can say whether a fee was forgiven: they count for the client.
    op.execute("ALTER TABLE appointment ADD COLUMN waived_cents INTEGER NOT NULL DEFAULT 0")


def downgrade() -> None:
    op.execute("ALTER TABLE appointment DROP COLUMN waived_cents")
