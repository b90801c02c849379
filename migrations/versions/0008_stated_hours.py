"""Which week a provider stated, and when

What stands already was stated when the audit last saw it change; invented people state their hours on their first day. Where neither is
known, nothing is said.

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-22 23:10:02.664180

"""
from collections import defaultdict

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('hours_statement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('weekly', _JSON, nullable=False),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_hours_statement_provider_id_provider'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_statement'))
    )
    op.create_index(op.f('ix_hours_statement_provider_id'), 'hours_statement', ['provider_id'], unique=False)
    _note_what_stands()


def downgrade() -> None:
    op.drop_index(op.f('ix_hours_statement_provider_id'), table_name='hours_statement')
    op.drop_table('hours_statement')


def _note_what_stands() -> None:
    provider = sa.table('provider', *map(sa.column, ('id', 'public_id', 'sample_data')), sa.column('created_at', _AT))
    hours = sa.table(
        'weekly_hours',
        *map(sa.column, ('id', 'provider_id', 'weekday', 'opens_minute', 'closes_minute', 'place_id', 'staffing')),
        sa.column('settings', _JSON),
    )
    entry = sa.table('audit_entry', *map(sa.column, ('verb', 'object_kind', 'object_id')), sa.column('at', _AT))
    stated = sa.table('hours_statement', sa.column('provider_id'), sa.column('stated_at', _AT), sa.column('weekly', _JSON))
    connection = op.get_bind()
    weeks = defaultdict(list)
    for row in connection.execute(sa.select(hours)):
        if row.settings:
            places = (sorted(row.settings), row.place_id, row.staffing)
            weeks[row.provider_id].append([row.weekday, row.opens_minute, row.closes_minute, *places])
    changed = sa.select(entry.c.object_id, sa.func.max(entry.c.at).label('at')).where(
        entry.c.object_kind == 'provider', entry.c.verb == 'schedule_changed'
    )
    known = {row.object_id: row.at for row in connection.execute(changed.group_by(entry.c.object_id))}
    rows = []
    for row in connection.execute(sa.select(provider).order_by(provider.c.id)):
        at = known.get(row.public_id) or (row.created_at if row.sample_data else None)
        if row.id in weeks and at is not None:
            rows.append({'provider_id': row.id, 'stated_at': at, 'weekly': sorted(weeks[row.id], key=repr)})
    if rows:
        connection.execute(stated.insert(), rows)
