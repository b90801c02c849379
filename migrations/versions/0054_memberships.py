"""memberships: plans by version, members, their months; a package may come from no offer

Revision ID: 0054
Revises: 0053
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

REQUIRED, FREE = "offer_id INTEGER NOT NULL", "offer_id INTEGER"
KEPT = ("membership", "membership_month", "membership_plan")


def say_offer(before: str, after: str) -> None:
    """Let `package.offer_id` be empty, or not. On SQLite the table's words alone change, as https://sqlite.org/lang_altertable.html says."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("package", "offer_id", existing_type=sa.Integer(), nullable=after == FREE)
        return
    version = op.get_bind().execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    op.execute(f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}') WHERE type = 'table' AND name = 'package'")
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def upgrade() -> None:
    say_offer(REQUIRED, FREE)
    op.create_table(
        "membership_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("line", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("service_code", sa.String(length=40), nullable=False),
        sa.Column("service_name", sa.String(length=120), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("each_cents", sa.Integer(), nullable=False),
        sa.Column("stays_months", sa.Integer(), nullable=False),
        sa.Column("most_members", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "version > 0 AND visits > 0 AND each_cents > 0 AND stays_months > 0", name=op.f("ck_membership_plan_about_something")
        ),
        sa.CheckConstraint("most_members IS NULL OR most_members > 0", name=op.f("ck_membership_plan_room_for_somebody")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_membership_plan_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_plan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_membership_plan_public_id")),
    )
    op.create_index(op.f("ix_membership_plan_provider_id"), "membership_plan", ["provider_id"], unique=False)
    op.create_index("uq_membership_plan_line_version", "membership_plan", ["line", "version"], unique=True)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("next_plan_id", sa.Integer(), nullable=True),
        sa.Column("next_plan_on", sa.Date(), nullable=True),
        sa.Column("consent_version", sa.String(length=24), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.String(length=80), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=12), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('joining', 'active', 'suspended', 'ended')", name=op.f("ck_membership_known_state")),
        sa.CheckConstraint(
            "ended_by IS NULL OR ended_by IN ('client', 'provider', 'unpaid', 'dropped')", name=op.f("ck_membership_known_end")
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_by IS NULL)",
            name=op.f("ck_membership_ended_somehow"),
        ),
        sa.CheckConstraint("next_number > 0", name=op.f("ck_membership_after_the_first")),
        sa.CheckConstraint("(next_plan_id IS NULL) = (next_plan_on IS NULL)", name=op.f("ck_membership_a_change_has_a_day")),
        sa.ForeignKeyConstraint(["plan_id"], ["membership_plan.id"], name=op.f("fk_membership_plan_id_membership_plan")),
        sa.ForeignKeyConstraint(["next_plan_id"], ["membership_plan.id"], name=op.f("fk_membership_next_plan_id_membership_plan")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_membership_provider_id_provider")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.ForeignKeyConstraint(["card_id"], ["saved_card.id"], name=op.f("fk_membership_card_id_saved_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("public_id", name=op.f("uq_membership_public_id")),
    )
    for column in ("plan_id", "person_id", "card_id", "next_on"):
        op.create_index(op.f(f"ix_membership_{column}"), "membership", [column], unique=False)
    op.create_index(
        "uq_membership_one_with_each",
        "membership",
        ["person_id", "provider_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "membership_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("retry_on", sa.Date(), nullable=True),
        sa.Column("failed_id", sa.Integer(), nullable=True),
        sa.Column("failure_code", sa.String(length=64), nullable=True),
        sa.CheckConstraint("number >= 0 AND tries >= 0", name=op.f("ck_membership_month_counted")),
        sa.CheckConstraint("paid_at IS NULL OR retry_on IS NULL", name=op.f("ck_membership_month_paid_is_not_asked_again")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_membership_month_membership_id_membership")),
        sa.ForeignKeyConstraint(["plan_id"], ["membership_plan.id"], name=op.f("fk_membership_month_plan_id_membership_plan")),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name=op.f("fk_membership_month_package_id_package")),
        sa.ForeignKeyConstraint(["failed_id"], ["payment.id"], name=op.f("fk_membership_month_failed_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_month")),
        sa.UniqueConstraint("package_id", name=op.f("uq_membership_month_package_id")),
    )
    op.create_index(op.f("ix_membership_month_retry_on"), "membership_month", ["retry_on"], unique=False)
    op.create_index("uq_membership_month_membership_number", "membership_month", ["membership_id", "number"], unique=True)
    for table in KEPT:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
        else:
            op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")


def downgrade() -> None:
    for table in ("membership_month", "membership", "membership_plan"):
        op.drop_table(table)
    say_offer(FREE, REQUIRED)
