"""Whether a physician who confirmed agreed to be named

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-22 21:06:10.114023

"""
from alembic import op

# revision identifiers, used by Alembic.
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Never by a batch: SQLite would rebuild the table, and dropping the old one takes what refers to it along.
    op.execute("ALTER TABLE credential ADD COLUMN partner_named BOOLEAN NOT NULL DEFAULT FALSE")


def downgrade() -> None:
    op.execute("ALTER TABLE credential DROP COLUMN partner_named")
