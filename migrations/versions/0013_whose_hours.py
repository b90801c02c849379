"""Hours of every other week, for some services, by contact; most visits and minutes hands-on, and breaks

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-22 23:20:10.114023

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
_BOTH = ('weekly_hours', 'hours_exception')
_LIMITS = ('max_per_week', 'max_minutes_per_day', 'max_minutes_per_week', 'run_minutes', 'break_minutes')


def upgrade() -> None:
    # Never by a batch: SQLite would rebuild the table, and dropping the old one takes what refers to it along.
    op.add_column('weekly_hours', sa.Column('weeks', sa.String(length=1), nullable=True))
    for table in _BOTH:
        op.add_column(table, sa.Column('services', _JSON, nullable=True))
        op.add_column(table, sa.Column('first_visits', sa.Boolean(), nullable=False, server_default=sa.false()))
        op.add_column(table, sa.Column('contact', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('schedule_rule', sa.Column('week_a_from', sa.Date(), nullable=True))
    op.add_column('schedule_rule', sa.Column('contact_phone', sa.String(length=20), nullable=True))
    op.add_column('schedule_rule', sa.Column('contact_email', sa.String(length=254), nullable=True))
    for name in _LIMITS:
        op.add_column('schedule_rule', sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ('contact_email', 'contact_phone', 'week_a_from', *_LIMITS):
        op.drop_column('schedule_rule', name)
    for table in _BOTH:
        for name in ('contact', 'first_visits', 'services'):
            op.drop_column(table, name)
    op.drop_column('weekly_hours', 'weeks')
