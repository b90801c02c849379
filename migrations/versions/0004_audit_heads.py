"""The head of each of the audit's chains: how many entries there are and the hash of the last one

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22 20:25:10.114207

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def guarantee_on_sqlite() -> None:
    """A head goes forward by one entry at a time, and never goes away."""
    op.execute(
        "CREATE TRIGGER audit_head_no_way_back BEFORE UPDATE ON audit_head "
        "WHEN NEW.lane <> OLD.lane OR NEW.last_number <> OLD.last_number + 1 "
        "BEGIN SELECT RAISE(ABORT, 'audit_head only goes forward'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head "
        "BEGIN SELECT RAISE(ABORT, 'audit_head only goes forward'); END"
    )


def guarantee_on_postgresql() -> None:
    """The same by a row trigger."""
    op.execute(
        "CREATE FUNCTION audit_head_forward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' OR NEW.lane <> OLD.lane OR NEW.last_number <> OLD.last_number + 1 THEN "
        "RAISE EXCEPTION 'audit_head only goes forward'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_head_no_way_back BEFORE UPDATE OR DELETE ON audit_head "
        "FOR EACH ROW EXECUTE FUNCTION audit_head_forward()"
    )


def upgrade() -> None:
    op.create_table('audit_head',
    sa.Column('lane', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.Column('last_hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('lane', name=op.f('pk_audit_head'))
    )
    # What stands already gets its heads as it is now.
    op.execute(
        "INSERT INTO audit_head (lane, last_number, last_hash) SELECT lane, number, entry_hash FROM audit_entry AS entry "
        "WHERE number = (SELECT max(number) FROM audit_entry WHERE lane = entry.lane)"
    )
    if op.get_bind().dialect.name == "postgresql":
        guarantee_on_postgresql()
    else:
        guarantee_on_sqlite()


def downgrade() -> None:
    op.drop_table('audit_head')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_head_forward()")
