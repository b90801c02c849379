"""What the platform takes of providers, and what is paid out to them

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KEPT = ("fee_agreement", "visit_fee", "payout", "payout_line")
UNEDITED = ("fee_agreement", "visit_fee", "payout_line")


def guarantee() -> None:
    """What was agreed and what was paid out is history: no row is deleted, and only a payout goes on."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for tables, word in ((KEPT, "delete"), (UNEDITED, "update")):
        for table in tables:
            begin = f"CREATE TRIGGER {table}_no_{word} BEFORE {word.upper()} ON {table}"
            end = "FOR EACH ROW EXECUTE FUNCTION refuse_change()" if postgresql else f"BEGIN SELECT RAISE(ABORT, '{table} is kept'); END"
            op.execute(f"{begin} {end}")


def upgrade() -> None:
    op.create_table(
        "fee_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("signed_by", sa.String(length=120), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("sign_text", sa.String(length=2000), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('none', 'per_booking', 'first_booking', 'monthly', 'percent')", name=op.f("ck_fee_agreement_known_kind")
        ),
        sa.CheckConstraint(
            "cents >= 0 AND percent >= 0 AND (percent > 0) = (kind = 'percent')", name=op.f("ck_fee_agreement_a_share_is_a_share")
        ),
        sa.CheckConstraint(
            "kind <> 'percent' OR (signed_by IS NOT NULL AND signed_on IS NOT NULL AND sign_text IS NOT NULL)",
            name=op.f("ck_fee_agreement_a_share_is_signed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_agreement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fee_agreement_public_id")),
    )
    op.create_table(
        "visit_fee",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cents > 0", name=op.f("ck_visit_fee_about_something")),
        sa.ForeignKeyConstraint(["agreement_id"], ["fee_agreement.id"], name=op.f("fk_visit_fee_agreement_id_fee_agreement")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_visit_fee_appointment_id_appointment")),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_visit_fee")),
    )
    op.create_table(
        "payout_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=True),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("stated", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("NOT ready OR account IS NOT NULL", name=op.f("ck_payout_account_ready_is_known")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_payout_account_provider_id_provider"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_account")),
        sa.UniqueConstraint("account", name=op.f("uq_payout_account_account")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_payout_account_provider_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payout_account_public_id")),
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("transfer", sa.String(length=64), nullable=True),
        sa.Column("failure_code", sa.String(length=64), nullable=True),
        sa.Column("ordered_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (transfer IS NOT NULL)", name=op.f("ck_payout_sent_is_known")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payout_some_money")),
        sa.CheckConstraint("state IN ('asked', 'sent', 'failed')", name=op.f("ck_payout_known_state")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_payout_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payout_public_id")),
        sa.UniqueConstraint("transfer", name=op.f("uq_payout_transfer")),
    )
    op.create_index(op.f("ix_payout_next_try_at"), "payout", ["next_try_at"], unique=False)
    op.create_index(op.f("ix_payout_provider_id"), "payout", ["provider_id"], unique=False)
    op.create_index(
        "uq_payout_week", "payout", ["provider_id", "week_on"], unique=True,
        sqlite_where=sa.text("state <> 'failed'"), postgresql_where=sa.text("state <> 'failed'"),
    )  # fmt: skip
    op.create_table(
        "payout_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payout_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("cents <> 0", name=op.f("ck_payout_line_about_something")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_payout_line_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_line_payout_id_payout")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_line")),
    )
    op.create_index(op.f("ix_payout_line_payout_id"), "payout_line", ["payout_id"], unique=False)
    guarantee()


def downgrade() -> None:
    for table in ("payout_line", "payout", "payout_account", "visit_fee", "fee_agreement"):
        op.drop_table(table)
