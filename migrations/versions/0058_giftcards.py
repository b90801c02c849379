"""Gift cards: what may be sold and by whom, cards, what moved on them, what pays for which visit

Revision ID: 0058
Revises: 0057
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

STAYS = ("gift_card_policy", "gift_card_seller", "gift_card_move")
CHANGED = "OLD.state = 'taken' AND (NEW.state <> 'taken' OR NEW.card_id <> OLD.card_id OR NEW.appointment_id <> OLD.appointment_id)"
SENTENCE = "what a gift card paid for stays so"


def guarantee_on_sqlite() -> None:
    """`left_cents` is the sum of the moves; a check holds it above zero. What moved and what was said is never edited or deleted."""
    op.execute(
        "CREATE TRIGGER gift_card_move_counted AFTER INSERT ON gift_card_move "
        "BEGIN UPDATE gift_card SET left_cents = left_cents + NEW.cents WHERE id = NEW.card_id; END"
    )
    op.execute(
        f"CREATE TRIGGER gift_card_use_stays BEFORE UPDATE ON gift_card_use WHEN {CHANGED} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    )
    op.execute(
        "CREATE TRIGGER gift_card_use_no_delete BEFORE DELETE ON gift_card_use WHEN OLD.state = 'taken' "
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    )
    for table in (*STAYS, "gift_card"):
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")
    for table in STAYS:
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")


def guarantee_on_postgresql() -> None:
    """The same. Counting locks the card's row, so that what moves on one card is counted one after another."""
    op.execute(
        "CREATE FUNCTION gift_card_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE gift_card SET left_cents = left_cents + NEW.cents WHERE id = NEW.card_id; RETURN NULL; END $$"
    )
    op.execute("CREATE TRIGGER gift_card_move_counted AFTER INSERT ON gift_card_move FOR EACH ROW EXECUTE FUNCTION gift_card_counts()")
    op.execute(
        f"CREATE TRIGGER gift_card_use_stays BEFORE UPDATE ON gift_card_use FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER gift_card_use_no_delete BEFORE DELETE ON gift_card_use FOR EACH ROW WHEN (OLD.state = 'taken') "
        "EXECUTE FUNCTION refuse_change()"
    )
    for table in (*STAYS, "gift_card"):
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    for table in STAYS:
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def upgrade() -> None:
    op.create_table(
        "gift_card_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("amounts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("least_cents", sa.Integer(), nullable=False),
        sa.Column("most_cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("least_cents > 0 AND most_cents >= least_cents", name=op.f("ck_gift_card_policy_limits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_card_policy")),
    )
    op.create_table(
        "gift_card_seller",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("sells", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_gift_card_seller_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_card_seller")),
    )
    op.create_index(op.f("ix_gift_card_seller_provider_id"), "gift_card_seller", ["provider_id"], unique=False)
    op.create_table(
        "gift_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("left_cents", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("last_four", sa.String(length=4), nullable=True),
        sa.Column("to_name", sa.Text(), nullable=True),
        sa.Column("to_email", sa.Text(), nullable=True),
        sa.Column("from_name", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("deliver_on", sa.Date(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("state IN ('ordered', 'active', 'void', 'withdrawn')", name=op.f("ck_gift_card_known_state")),
        sa.CheckConstraint("how IS NULL OR how IN ('cash', 'terminal', 'check', 'other', 'card')", name=op.f("ck_gift_card_known_way")),
        sa.CheckConstraint("amount_cents > 0 AND left_cents >= 0 AND left_cents <= amount_cents", name=op.f("ck_gift_card_never_negative")),
        sa.CheckConstraint("(state IN ('active', 'void')) = (paid_at IS NOT NULL)", name=op.f("ck_gift_card_active_is_paid")),
        sa.CheckConstraint(
            "(paid_at IS NULL) = (how IS NULL) AND (paid_at IS NULL) = (code_hash IS NULL)", name=op.f("ck_gift_card_paid_somehow")
        ),
        sa.CheckConstraint("state <> 'void' OR (left_cents = 0 AND void_reason IS NOT NULL)", name=op.f("ck_gift_card_void_is_empty")),
        sa.CheckConstraint("paid_at IS NOT NULL OR left_cents = 0", name=op.f("ck_gift_card_paid_before_worth")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_gift_card_holder_id_person")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_gift_card_payment_id_payment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_gift_card_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_gift_card_provider_id_provider")),
        sa.ForeignKeyConstraint(["replaces_id"], ["gift_card.id"], name=op.f("fk_gift_card_replaces_id_gift_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_card")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_gift_card_code_hash")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_gift_card_payment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_gift_card_public_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_gift_card_replaces_id")),
    )
    for column in ("holder_id", "person_id", "provider_id"):
        op.create_index(op.f(f"ix_gift_card_{column}"), "gift_card", [column], unique=False)
    op.create_table(
        "gift_card_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("visit", sa.String(length=24), nullable=True),
        sa.Column("reference", sa.String(length=12), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('sold', 'visit', 'back', 'cashed', 'moved_out', 'moved_in')", name=op.f("ck_gift_card_move_known_kind")
        ),
        sa.CheckConstraint("cents <> 0 AND (cents > 0) = (kind IN ('sold', 'back', 'moved_in'))", name=op.f("ck_gift_card_move_known_way")),
        sa.ForeignKeyConstraint(["card_id"], ["gift_card.id"], name=op.f("fk_gift_card_move_card_id_gift_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_card_move")),
    )
    op.create_index(op.f("ix_gift_card_move_card_id"), "gift_card_move", ["card_id"], unique=False)
    op.create_table(
        "gift_card_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("used_cents", sa.Integer(), nullable=False),
        sa.Column("back_cents", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('pledged', 'taken')", name=op.f("ck_gift_card_use_known_state")),
        sa.CheckConstraint("(state = 'taken') = (appointment_id IS NOT NULL)", name=op.f("ck_gift_card_use_taken_for_a_visit")),
        sa.CheckConstraint(
            "cents > 0 AND used_cents >= 0 AND back_cents >= 0 AND used_cents + back_cents <= cents",
            name=op.f("ck_gift_card_use_never_more"),
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_gift_card_use_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["card_id"], ["gift_card.id"], name=op.f("fk_gift_card_use_card_id_gift_card")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_gift_card_use_hold_id_hold"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_card_use")),
    )
    op.create_index(op.f("ix_gift_card_use_card_id"), "gift_card_use", ["card_id"], unique=False)
    op.create_index(op.f("ix_gift_card_use_appointment_id"), "gift_card_use", ["appointment_id"], unique=False)
    op.create_index("uq_gift_card_use_hold_id_card_id", "gift_card_use", ["hold_id", "card_id"], unique=True)
    guarantee_on_postgresql() if op.get_bind().dialect.name == "postgresql" else guarantee_on_sqlite()


def downgrade() -> None:
    for table in ("gift_card_use", "gift_card_move", "gift_card", "gift_card_seller", "gift_card_policy"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gift_card_counts()")
