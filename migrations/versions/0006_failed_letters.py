"""Letters that are given up say so; refusals are counted apart from tries at a server that cannot be reached

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-22 20:41:17.902114

"""
from alembic import op

# revision identifiers, used by Alembic.
revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute("ALTER TABLE outbox_letter ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0")
    op.execute(f"ALTER TABLE outbox_letter ADD COLUMN failed_at {instant}")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox_letter DROP COLUMN failed_at")
    op.execute("ALTER TABLE outbox_letter DROP COLUMN refusals")
