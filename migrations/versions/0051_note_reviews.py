"""supervision, and reviews of signed notes

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)
# What is sealed may be sealed anew with another key; a beginning and an end stay once they are there.
GUARDS = {
    "supervision": (
        "NEW.public_id <> OLD.public_id OR NEW.provider_id <> OLD.provider_id OR NEW.supervisor_id <> OLD.supervisor_id "
        "OR NEW.named_by <> OLD.named_by OR NEW.named_at <> OLD.named_at "
        "OR (OLD.accepted_at IS NOT NULL AND (NEW.accepted_at IS NULL OR NEW.accepted_at <> OLD.accepted_at)) "
        "OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NULL OR NEW.ended_at <> OLD.ended_at OR NEW.ended_by <> OLD.ended_by))"
    ),
    "note_review": "1 = 1",
    "note_review_step": (
        'NEW.review_id <> OLD.review_id OR NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW."by" <> OLD."by" OR NEW.at <> OLD.at'
    ),
}


def guarantee_on_sqlite() -> None:
    """Who agreed on what, and what was said, stays, whoever writes."""
    for table, fault in GUARDS.items():
        op.execute(f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} WHEN {fault} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")


def guarantee_on_postgresql() -> None:
    """The same, by the row trigger that the audit has."""
    for table, fault in GUARDS.items():
        op.execute(f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({fault}) EXECUTE FUNCTION refuse_change()")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def upgrade() -> None:
    op.create_table(
        "supervision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("named_by", sa.String(length=80), nullable=False),
        sa.Column("named_at", WHEN, nullable=False),
        sa.Column("accepted_at", WHEN, nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("provider_id <> supervisor_id", name=op.f("ck_supervision_two_people")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_supervision_ended_by_somebody")),
        sa.CheckConstraint("accepted_at >= named_at AND ended_at >= named_at", name=op.f("ck_supervision_in_order")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_supervision_provider_id_provider")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["provider.id"], name=op.f("fk_supervision_supervisor_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
        sa.UniqueConstraint("public_id", name=op.f("uq_supervision_public_id")),
    )
    op.create_index(op.f("ix_supervision_provider_id"), "supervision", ["provider_id"])
    op.create_index(op.f("ix_supervision_supervisor_id"), "supervision", ["supervisor_id"])
    op.create_index(
        "uq_supervision_open",
        "supervision",
        ["provider_id", "supervisor_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "note_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("supervision_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["clinical_note.id"], name=op.f("fk_note_review_note_id_clinical_note")),
        sa.ForeignKeyConstraint(["supervision_id"], ["supervision.id"], name=op.f("fk_note_review_supervision_id_supervision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_review")),
        sa.UniqueConstraint("note_id", "supervision_id", name=op.f("uq_note_review_note_id_supervision_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_note_review_public_id")),
    )
    op.create_index(op.f("ix_note_review_supervision_id"), "note_review", ["supervision_id"])
    op.create_table(
        "note_review_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_note_review_step_counted_from_one")),
        sa.CheckConstraint("kind IN ('offered', 'taken_back', 'returned', 'accepted')", name=op.f("ck_note_review_step_known_kind")),
        sa.ForeignKeyConstraint(["review_id"], ["note_review.id"], name=op.f("fk_note_review_step_review_id_note_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_review_step")),
        sa.UniqueConstraint("review_id", "number", name=op.f("uq_note_review_step_review_id_number")),
    )
    if op.get_bind().dialect.name == "sqlite":
        guarantee_on_sqlite()
    else:
        guarantee_on_postgresql()


def downgrade() -> None:
    op.drop_table("note_review_step")
    op.drop_table("note_review")
    op.drop_index("uq_supervision_open", table_name="supervision")
    op.drop_table("supervision")
