"""Cards that people let us keep, what was agreed about cards for a visit, and checkouts that are being paid by card."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.add_column("payment", sa.Column("page", sa.String(length=128), nullable=True))
    op.create_index("uq_payment_page", "payment", ["page"], unique=True)
    op.create_table(
        "stripe_customer",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stripe_customer_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_stripe_customer")),
        sa.UniqueConstraint("customer", name=op.f("uq_stripe_customer_customer")),
    )
    op.create_table(
        "saved_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("customer", sa.String(length=64), nullable=True),
        sa.Column("payment_method", sa.String(length=64), nullable=True),
        sa.Column("setup", sa.String(length=64), nullable=True),
        sa.Column("page", sa.String(length=128), nullable=True),
        sa.Column("brand", sa.String(length=24), nullable=True),
        sa.Column("last_four", sa.String(length=4), nullable=True),
        sa.Column("expires_month", sa.Integer(), nullable=True),
        sa.Column("expires_year", sa.Integer(), nullable=True),
        sa.Column("consent_version", sa.String(length=24), nullable=False),
        sa.Column("consent_by", sa.String(length=80), nullable=False),
        sa.Column("failure_code", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'action_required', 'kept', 'failed', 'removed')", name=op.f("ck_saved_card_known_state")),
        sa.CheckConstraint(
            "state <> 'kept' OR (payment_method IS NOT NULL AND customer IS NOT NULL AND last_four IS NOT NULL)",
            name=op.f("ck_saved_card_kept_is_a_card"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_card_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_card")),
        sa.UniqueConstraint("page", name=op.f("uq_saved_card_page")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_card_public_id")),
        sa.UniqueConstraint("setup", name=op.f("uq_saved_card_setup")),
    )
    op.create_index(op.f("ix_saved_card_next_try_at"), "saved_card", ["next_try_at"], unique=False)
    op.create_index(op.f("ix_saved_card_person_id"), "saved_card", ["person_id"], unique=False)
    op.create_table(
        "card_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("charge_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('card_on_file', 'deposit', 'prepaid')", name=op.f("ck_card_terms_known_kind")),
        sa.CheckConstraint("(kind = 'card_on_file') = (amount_cents = 0)", name=op.f("ck_card_terms_only_a_file_takes_nothing")),
        sa.CheckConstraint("card_id IS NOT NULL OR payment_id IS NOT NULL", name=op.f("ck_card_terms_a_card_or_a_payment")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_card_terms_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["card_id"], ["saved_card.id"], name=op.f("fk_card_terms_card_id_saved_card")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_card_terms_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_terms")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_card_terms_appointment_id")),
    )
    op.create_index(op.f("ix_card_terms_charge_at"), "card_terms", ["charge_at"], unique=False)
    op.create_table(
        "card_checkout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=True),
        sa.Column("plan", JSON, nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("payment_method", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("failure_code", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'booked', 'failed', 'ended')", name=op.f("ck_card_checkout_known_state")),
        sa.ForeignKeyConstraint(["card_id"], ["saved_card.id"], name=op.f("fk_card_checkout_card_id_saved_card")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_card_checkout_hold_id_hold"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_card_checkout_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_checkout")),
        sa.UniqueConstraint("public_id", name=op.f("uq_card_checkout_public_id")),
    )
    op.create_index(op.f("ix_card_checkout_hold_id"), "card_checkout", ["hold_id"], unique=False)
    op.create_index(op.f("ix_card_checkout_person_id"), "card_checkout", ["person_id"], unique=False)
    op.create_index(
        "uq_card_checkout_open",
        "card_checkout",
        ["hold_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("card_checkout")
    op.drop_table("card_terms")
    op.drop_table("saved_card")
    op.drop_table("stripe_customer")
    op.drop_index("uq_payment_page", table_name="payment")
    op.drop_column("payment", "page")
