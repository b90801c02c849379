"""Packages: what is offered and bought, which visit used which, and their papers

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KEPT = ("package", "package_use", "package_paper", "package_policy")
UNEDITED = ("package_paper", "package_policy")
CHANGED = "NEW.package_id <> OLD.package_id OR NEW.appointment_id <> OLD.appointment_id OR (OLD.state <> 'reserved' AND NEW.state <> OLD.state)"
SENTENCE = "a visit keeps its package, and what is over stays so"


def guarantee_on_sqlite() -> None:
    """`used` counts the visits that have not given it back; a check holds it against what was bought. No row is deleted."""
    op.execute(
        "CREATE TRIGGER package_use_counted AFTER INSERT ON package_use WHEN NEW.state <> 'returned' "
        "BEGIN UPDATE package SET used = used + 1 WHERE id = NEW.package_id; END"
    )
    op.execute(
        "CREATE TRIGGER package_use_returned AFTER UPDATE OF state ON package_use WHEN NEW.state = 'returned' AND OLD.state <> 'returned' "
        "BEGIN UPDATE package SET used = used - 1 WHERE id = NEW.package_id; END"
    )
    op.execute(
        f"CREATE TRIGGER package_use_kept BEFORE UPDATE ON package_use WHEN {CHANGED} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    )
    for table in KEPT:
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")
    for table in UNEDITED:
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")


def guarantee_on_postgresql() -> None:
    """The same. Counting locks the package's row, so that visits of one package are counted one after another."""
    op.execute(
        "CREATE FUNCTION package_use_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'INSERT' THEN "
        "  IF NEW.state <> 'returned' THEN UPDATE package SET used = used + 1 WHERE id = NEW.package_id; END IF; "
        f"ELSIF {CHANGED} THEN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; "
        "ELSIF NEW.state = 'returned' AND OLD.state <> 'returned' THEN "
        "  UPDATE package SET used = used - 1 WHERE id = NEW.package_id; "
        "END IF; RETURN NULL; END $$"
    )
    op.execute("CREATE TRIGGER package_use_counted AFTER INSERT OR UPDATE ON package_use FOR EACH ROW EXECUTE FUNCTION package_use_counts()")
    for table in KEPT:
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    for table in UNEDITED:
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def upgrade() -> None:
    op.create_table(
        "package_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_policy")),
    )
    op.create_table(
        "package_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("service_code", sa.String(length=40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("each_cents", sa.Integer(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("visits > 1 AND each_cents > 0 AND valid_months > 0", name=op.f("ck_package_offer_about_something")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_package_offer_provider_id_provider"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_offer")),
        sa.UniqueConstraint("public_id", name=op.f("uq_package_offer_public_id")),
    )
    op.create_index(op.f("ix_package_offer_provider_id"), "package_offer", ["provider_id"], unique=False)
    op.create_table(
        "package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("service_code", sa.String(length=40), nullable=False),
        sa.Column("service_name", sa.String(length=120), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("each_cents", sa.Integer(), nullable=False),
        sa.Column("each_tax_cents", sa.Integer(), nullable=False),
        sa.Column("single_cents", sa.Integer(), nullable=False),
        sa.Column("single_tax_cents", sa.Integer(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.String(length=12), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_cents", sa.Integer(), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('ordered', 'active', 'ended', 'withdrawn')", name=op.f("ck_package_known_state")),
        sa.CheckConstraint("how IS NULL OR how IN ('cash', 'terminal', 'check', 'other', 'card')", name=op.f("ck_package_known_way")),
        sa.CheckConstraint("ended_by IS NULL OR ended_by IN ('client', 'provider', 'expired')", name=op.f("ck_package_known_end")),
        sa.CheckConstraint("used >= 0 AND used <= visits", name=op.f("ck_package_used_within_bought")),
        sa.CheckConstraint("used = 0 OR paid_at IS NOT NULL", name=op.f("ck_package_paid_before_used")),
        sa.CheckConstraint(
            "each_cents > 0 AND each_tax_cents >= 0 AND single_cents >= each_cents", name=op.f("ck_package_no_dearer_than_single")
        ),
        sa.CheckConstraint("(state IN ('active', 'ended')) = (paid_at IS NOT NULL)", name=op.f("ck_package_active_is_paid")),
        sa.CheckConstraint(
            "(paid_at IS NULL) = (how IS NULL) AND (paid_at IS NULL) = (last_on IS NULL)", name=op.f("ck_package_paid_somehow")
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["package_offer.id"], name=op.f("fk_package_offer_id_package_offer")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_package_payment_id_payment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_package_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_package_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_package_payment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_package_public_id")),
    )
    op.create_index(op.f("ix_package_person_id"), "package", ["person_id"], unique=False)
    op.create_index(op.f("ix_package_provider_id"), "package", ["provider_id"], unique=False)
    op.create_table(
        "package_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("visit", sa.String(length=24), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('reserved', 'spent', 'returned')", name=op.f("ck_package_use_known_state")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_package_use_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name=op.f("fk_package_use_package_id_package")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_use")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_package_use_appointment_id")),
    )
    op.create_index(op.f("ix_package_use_package_id"), "package_use", ["package_id"], unique=False)
    op.create_table(
        "package_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('receipt', 'credit_note')", name=op.f("ck_package_paper_known_kind")),
        sa.CheckConstraint("number > 0 AND amount_cents > 0", name=op.f("ck_package_paper_about_something")),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name=op.f("fk_package_paper_package_id_package")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_package_paper_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_paper")),
        sa.UniqueConstraint("name", name=op.f("uq_package_paper_name")),
    )
    op.create_index(op.f("ix_package_paper_package_id"), "package_paper", ["package_id"], unique=False)
    op.create_index("uq_package_paper_package_kind", "package_paper", ["package_id", "kind"], unique=True)
    op.create_index("uq_package_paper_provider_year_number", "package_paper", ["provider_id", "year", "number"], unique=True)
    guarantee_on_postgresql() if op.get_bind().dialect.name == "postgresql" else guarantee_on_sqlite()


def downgrade() -> None:
    for table in ("package_paper", "package_use", "package", "package_offer", "package_policy"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION package_use_counts()")
