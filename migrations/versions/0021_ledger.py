"""A ledger that only grows, with what was owed so far as its first entries; and numbered receipts

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-23 03:02:10.114023

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

APPEND_ONLY = ("ledger_entry", "receipt")
COLUMNS = (
    "key, line, memo, debit, credit, amount_cents, currency, appointment_id, provider_id, person_id, reason, by, at"
)


def guarantee_on_sqlite() -> None:
    """Entries and receipts are never edited and never deleted."""
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def guarantee_on_postgresql() -> None:
    """The same, by the row trigger that the audit has."""
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def open_from_columns(tax: str) -> None:
    """What visits say of money so far becomes entries: the price of those that took place, fees, what was waived, what was paid."""
    def write(what, line, memo, debit, credit, cents, at, where, reason="NULL"):
        colon_free = what.replace(':', '\\:')
        op.execute(
            f"INSERT INTO ledger_entry ({COLUMNS}) SELECT 'visit:' || public_id || '\\:{colon_free}', {line}, {memo}, '{debit}', '{credit}', "
            f"{cents}, 'USD', id, provider_id, person_id, {reason}, 'command:db upgrade', {at} FROM appointment "
            f"WHERE {where} AND {cents} > 0 ORDER BY id"
        )

    left = "status IN ('cancelled', 'no_show')"
    memo = "CASE WHEN status = 'no_show' THEN 'no_show_fee' ELSE 'late_cancel_fee' END"
    when = "COALESCE(cancelled_at, changed_at)"
    client, provider = "client_receivable", "provider_earned"
    write("charge", 0, "'service'", client, provider, f"(total_cents - {tax})", "ends_at", "status = 'completed'")
    write("charge", 1, "'tax'", client, "tax_collected", tax, "ends_at", "status = 'completed'")
    write("fee", 0, memo, client, provider, "(fee_cents + waived_cents)", when, left)
    write("forgiven", 0, "'waived_by_reason'", "waived", client, "waived_cents", when, left, "cancel_reason")
    write("paid:1", 0, "'paid_other'", "cash_at_visit", client, "paid_cents", "changed_at", "1 = 1")


def upgrade() -> None:
    op.create_table('ledger_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('memo', sa.String(length=40), nullable=False),
    sa.Column('debit', sa.String(length=24), nullable=False),
    sa.Column('credit', sa.String(length=24), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('provider_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('corrects', sa.String(length=120), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=True),
    sa.Column('by', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_cents > 0', name=op.f('ck_ledger_entry_about_something')),
    sa.CheckConstraint('debit <> credit', name=op.f('ck_ledger_entry_between_two')),
    sa.CheckConstraint("currency = 'USD'", name=op.f('ck_ledger_entry_one_currency')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_ledger_entry_appointment_id_appointment')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_ledger_entry_person_id_person')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_ledger_entry_provider_id_provider')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entry'))
    )
    op.create_index('ix_ledger_entry_appointment_id', 'ledger_entry', ['appointment_id'], unique=False)
    op.create_index('ix_ledger_entry_person_id', 'ledger_entry', ['person_id'], unique=False)
    op.create_index('ix_ledger_entry_provider_at', 'ledger_entry', ['provider_id', 'at'], unique=False)
    op.create_index('uq_ledger_entry_key_line', 'ledger_entry', ['key', 'line'], unique=True)
    op.create_table('receipt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('entry_key', sa.String(length=120), nullable=False),
    sa.Column('voids_id', sa.Integer(), nullable=True),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('receipt', 'credit_note')", name=op.f('ck_receipt_known_kind')),
    sa.CheckConstraint("(kind = 'credit_note') = (voids_id IS NOT NULL)", name=op.f('ck_receipt_a_note_voids')),
    sa.CheckConstraint('number > 0 AND amount_cents > 0', name=op.f('ck_receipt_about_something')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_receipt_appointment_id_appointment')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_receipt_person_id_person')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_receipt_provider_id_provider')),
    sa.ForeignKeyConstraint(['voids_id'], ['receipt.id'], name=op.f('fk_receipt_voids_id_receipt')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipt')),
    sa.UniqueConstraint('entry_key', name=op.f('uq_receipt_entry_key')),
    sa.UniqueConstraint('name', name=op.f('uq_receipt_name')),
    sa.UniqueConstraint('voids_id', name=op.f('uq_receipt_voids_id'))
    )
    op.create_index('ix_receipt_appointment_id', 'receipt', ['appointment_id'], unique=False)
    op.create_index('ix_receipt_person_id', 'receipt', ['person_id'], unique=False)
    op.create_index('uq_receipt_provider_year_number', 'receipt', ['provider_id', 'year', 'number'], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        open_from_columns("COALESCE((quote->>'tax_cents')::integer, 0)")
        guarantee_on_postgresql()
    else:
        open_from_columns("COALESCE(json_extract(quote, '$.tax_cents'), 0)")
        guarantee_on_sqlite()


def downgrade() -> None:
    op.drop_table('receipt')
    op.drop_table('ledger_entry')
