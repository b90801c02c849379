"""Card payments, refunds, disputes, and the events of Stripe that were acted on

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-23 03:12:38.693370

"""
import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

KEPT = ("payment", "payment_refund", "payment_dispute")
CHANGED = "NEW.payment_id <> OLD.payment_id OR NEW.amount_cents <> OLD.amount_cents OR (OLD.state = 'failed' AND NEW.state <> 'failed')"
SENTENCE = "a refund keeps its sum and its payment, and a failed one stays failed"


def guarantee_on_sqlite() -> None:
    """`refunded_cents` is the sum of the refunds that have not failed; a check holds it against what was captured. No row is deleted."""
    op.execute(
        "CREATE TRIGGER payment_refund_counted AFTER INSERT ON payment_refund WHEN NEW.state <> 'failed' "
        "BEGIN UPDATE payment SET refunded_cents = refunded_cents + NEW.amount_cents WHERE id = NEW.payment_id; END"
    )
    op.execute(
        "CREATE TRIGGER payment_refund_failed AFTER UPDATE OF state ON payment_refund WHEN NEW.state = 'failed' AND OLD.state <> 'failed' "
        "BEGIN UPDATE payment SET refunded_cents = refunded_cents - NEW.amount_cents WHERE id = NEW.payment_id; END"
    )
    op.execute(
        f"CREATE TRIGGER payment_refund_kept BEFORE UPDATE ON payment_refund WHEN {CHANGED} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    )
    for table in KEPT:
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")


def guarantee_on_postgresql() -> None:
    """The same. Counting locks the payment's row, so that refunds of one payment are counted one after another."""
    op.execute(
        "CREATE FUNCTION payment_refund_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'INSERT' THEN "
        "  IF NEW.state <> 'failed' THEN UPDATE payment SET refunded_cents = refunded_cents + NEW.amount_cents WHERE id = NEW.payment_id; END IF; "
        f"ELSIF {CHANGED} THEN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; "
        "ELSIF NEW.state = 'failed' AND OLD.state <> 'failed' THEN "
        "  UPDATE payment SET refunded_cents = refunded_cents - NEW.amount_cents WHERE id = NEW.payment_id; "
        "END IF; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER payment_refund_counted AFTER INSERT OR UPDATE ON payment_refund FOR EACH ROW EXECUTE FUNCTION payment_refund_counts()"
    )
    for table in KEPT:
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def upgrade() -> None:
    op.create_table('stripe_event',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('type', sa.String(length=64), nullable=False),
    sa.Column('object_id', sa.String(length=64), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fault', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stripe_event'))
    )
    op.create_index('ix_stripe_event_fault', 'stripe_event', ['taken_at'], unique=False, sqlite_where=sa.text('fault IS NOT NULL'), postgresql_where=sa.text('fault IS NOT NULL'))

    op.create_table('stripe_instance',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=24), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_stripe_instance_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stripe_instance'))
    )
    op.create_table('payment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('cause', sa.String(length=80), nullable=False),
    sa.Column('purpose', sa.String(length=12), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('provider_id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('hold_id', sa.Integer(), nullable=True),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('capture_later', sa.Boolean(), nullable=False),
    sa.Column('off_session', sa.Boolean(), nullable=False),
    sa.Column('customer', sa.String(length=64), nullable=True),
    sa.Column('payment_method', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('wanted_cents', sa.Integer(), nullable=True),
    sa.Column('captured_cents', sa.Integer(), nullable=False),
    sa.Column('refunded_cents', sa.Integer(), nullable=False),
    sa.Column('intent', sa.String(length=64), nullable=True),
    sa.Column('failure_code', sa.String(length=64), nullable=True),
    sa.Column('capture_by_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unwanted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ordered_by', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'captured') = (captured_cents > 0)", name=op.f('ck_payment_captured_is_money')),
    sa.CheckConstraint("purpose IN ('deposit', 'fee')", name=op.f('ck_payment_known_purpose')),
    sa.CheckConstraint("state IN ('asked', 'action_required', 'authorised', 'capturing', 'captured', 'releasing', 'cancelled', 'failed')", name=op.f('ck_payment_known_state')),
    sa.CheckConstraint('amount_cents > 0', name=op.f('ck_payment_some_money')),
    sa.CheckConstraint('captured_cents >= 0 AND captured_cents <= amount_cents', name=op.f('ck_payment_captured_within_amount')),
    sa.CheckConstraint('refunded_cents >= 0 AND refunded_cents <= captured_cents', name=op.f('ck_payment_refunded_within_captured')),
    sa.CheckConstraint('wanted_cents IS NULL OR (wanted_cents > 0 AND wanted_cents <= amount_cents)', name=op.f('ck_payment_wanted_within_amount')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_payment_appointment_id_appointment')),
    sa.ForeignKeyConstraint(['hold_id'], ['hold.id'], name=op.f('fk_payment_hold_id_hold'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_payment_person_id_person')),
    sa.ForeignKeyConstraint(['provider_id'], ['provider.id'], name=op.f('fk_payment_provider_id_provider')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment')),
    sa.UniqueConstraint('cause', name=op.f('uq_payment_cause')),
    sa.UniqueConstraint('intent', name=op.f('uq_payment_intent')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payment_public_id'))
    )
    op.create_index(op.f('ix_payment_appointment_id'), 'payment', ['appointment_id'], unique=False)
    op.create_index(op.f('ix_payment_hold_id'), 'payment', ['hold_id'], unique=False)
    op.create_index(op.f('ix_payment_next_try_at'), 'payment', ['next_try_at'], unique=False)
    op.create_index(op.f('ix_payment_person_id'), 'payment', ['person_id'], unique=False)

    op.create_table('payment_dispute',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('payment_id', sa.Integer(), nullable=False),
    sa.Column('stripe_dispute', sa.String(length=64), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['payment_id'], ['payment.id'], name=op.f('fk_payment_dispute_payment_id_payment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_dispute')),
    sa.UniqueConstraint('stripe_dispute', name=op.f('uq_payment_dispute_stripe_dispute'))
    )
    op.create_index(op.f('ix_payment_dispute_payment_id'), 'payment_dispute', ['payment_id'], unique=False)

    op.create_table('payment_refund',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=24), nullable=False),
    sa.Column('payment_id', sa.Integer(), nullable=False),
    sa.Column('cause', sa.String(length=80), nullable=False),
    sa.Column('amount_cents', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('stripe_refund', sa.String(length=64), nullable=True),
    sa.Column('failure_code', sa.String(length=64), nullable=True),
    sa.Column('ordered_by', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('asked', 'pending', 'succeeded', 'failed')", name=op.f('ck_payment_refund_known_state')),
    sa.CheckConstraint('amount_cents > 0', name=op.f('ck_payment_refund_some_money')),
    sa.ForeignKeyConstraint(['payment_id'], ['payment.id'], name=op.f('fk_payment_refund_payment_id_payment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_refund')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payment_refund_public_id')),
    sa.UniqueConstraint('stripe_refund', name=op.f('uq_payment_refund_stripe_refund'))
    )
    op.create_index(op.f('ix_payment_refund_next_try_at'), 'payment_refund', ['next_try_at'], unique=False)
    op.create_index('uq_payment_refund_payment_id_cause', 'payment_refund', ['payment_id', 'cause'], unique=True)
    guarantee_on_postgresql() if op.get_bind().dialect.name == 'postgresql' else guarantee_on_sqlite()


def downgrade() -> None:
    op.drop_table('payment_refund')
    op.drop_table('payment_dispute')
    op.drop_table('payment')
    op.drop_table('stripe_instance')
    op.drop_table('stripe_event')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute("DROP FUNCTION payment_refund_counts()")
