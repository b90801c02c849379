"""How visits at the client's place are planned: minutes for the door, last starts, first visits, the ways from and to the base

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-22 23:20:41.118350

"""
from alembic import op

# revision identifiers, used by Alembic.
revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Never by a batch: SQLite would rebuild the table, and dropping the old one takes what refers to it along.
    json = 'JSONB' if op.get_bind().dialect.name == 'postgresql' else 'JSON'
    op.execute("ALTER TABLE service_area ADD COLUMN early_minutes INTEGER NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE service_area ADD COLUMN latest_start_minute INTEGER")
    op.execute("ALTER TABLE service_area ADD COLUMN first_visit_minutes INTEGER NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE service_area ADD COLUMN first_visit_latest_minute INTEGER")
    op.execute("ALTER TABLE service_area ADD COLUMN day_end TEXT")
    op.execute(f"ALTER TABLE service_area ADD COLUMN leaves_from {json} NOT NULL DEFAULT '[]'")
    op.execute(f"ALTER TABLE service_area ADD COLUMN returns_to {json} NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    for column in (
        'returns_to', 'leaves_from', 'day_end', 'first_visit_latest_minute', 'first_visit_minutes', 'latest_start_minute', 'early_minutes',
    ):
        op.execute(f"ALTER TABLE service_area DROP COLUMN {column}")
