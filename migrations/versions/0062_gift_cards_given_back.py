"""Gift cards: numbered papers, and what was left that went back to whoever bought one

Revision ID: 0062
Revises: 0061
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('sold', 'visit', 'back', 'cashed', 'moved_out', 'moved_in')"
AFTER = "kind IN ('sold', 'visit', 'back', 'cashed', 'moved_out', 'moved_in', 'refunded')"
NAME = "ck_gift_card_move_known_kind"
GIVEN = "OLD.given_back_at IS NULL AND NEW.given_back_at IS NOT NULL AND NEW.cents = OLD.cents AND NEW.card_id = OLD.card_id"


def say_kinds(before: str, after: str) -> None:
    """Let a move be of these kinds. On SQLite the table's words alone change, as https://sqlite.org/lang_altertable.html says."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(NAME), "gift_card_move", type_="check")
        op.create_check_constraint(op.f(NAME), "gift_card_move", after)
        return
    version = op.get_bind().execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    changed = sa.text("UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE type = 'table' AND name = 'gift_card_move'")
    op.get_bind().execute(changed, {"before": before, "after": after})
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def guarantee_on_sqlite() -> None:
    """Papers stay as they were given; of what went back only that the therapist gave it is said later, once."""
    for table in ("gift_card_paper", "gift_card_refund"):
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")
    op.execute("CREATE TRIGGER gift_card_paper_no_update BEFORE UPDATE ON gift_card_paper BEGIN SELECT RAISE(ABORT, 'gift_card_paper is kept'); END")
    op.execute(
        f"CREATE TRIGGER gift_card_refund_stays BEFORE UPDATE ON gift_card_refund WHEN NOT ({GIVEN}) "
        "BEGIN SELECT RAISE(ABORT, 'gift_card_refund is kept'); END"
    )


def guarantee_on_postgresql() -> None:
    """The same."""
    for table in ("gift_card_paper", "gift_card_refund"):
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute("CREATE TRIGGER gift_card_paper_no_update BEFORE UPDATE ON gift_card_paper FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute(
        f"CREATE TRIGGER gift_card_refund_stays BEFORE UPDATE ON gift_card_refund FOR EACH ROW WHEN (NOT ({GIVEN})) "
        "EXECUTE FUNCTION refuse_change()"
    )


def upgrade() -> None:
    say_kinds(BEFORE, AFTER)
    op.create_table(
        "gift_card_refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("refund_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number > 0 AND cents > 0", name=op.f("ck_gift_card_refund_about_something")),
        sa.CheckConstraint("refund_id IS NULL OR given_back_at IS NULL", name=op.f("ck_gift_card_refund_one_way_back")),
        sa.ForeignKeyConstraint(["card_id"], ["gift_card.id"], name=op.f("fk_gift_card_refund_card_id_gift_card")),
        sa.ForeignKeyConstraint(["refund_id"], ["payment_refund.id"], name=op.f("fk_gift_card_refund_refund_id_payment_refund")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_card_refund")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_gift_card_refund_refund_id")),
    )
    op.create_index("uq_gift_card_refund_card_id_number", "gift_card_refund", ["card_id", "number"], unique=True)
    op.create_table(
        "gift_card_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("entry_key", sa.String(length=120), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('receipt', 'credit_note')", name=op.f("ck_gift_card_paper_known_kind")),
        sa.CheckConstraint("number > 0 AND amount_cents > 0", name=op.f("ck_gift_card_paper_about_something")),
        sa.ForeignKeyConstraint(["card_id"], ["gift_card.id"], name=op.f("fk_gift_card_paper_card_id_gift_card")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_gift_card_paper_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_card_paper")),
        sa.UniqueConstraint("name", name=op.f("uq_gift_card_paper_name")),
        sa.UniqueConstraint("entry_key", name=op.f("uq_gift_card_paper_entry_key")),
    )
    op.create_index(op.f("ix_gift_card_paper_card_id"), "gift_card_paper", ["card_id"], unique=False)
    op.create_index("uq_gift_card_paper_provider_year_number", "gift_card_paper", ["provider_id", "year", "number"], unique=True)
    guarantee_on_postgresql() if op.get_bind().dialect.name == "postgresql" else guarantee_on_sqlite()


def downgrade() -> None:
    op.drop_table("gift_card_paper")
    op.drop_table("gift_card_refund")
    say_kinds(AFTER, BEFORE)
