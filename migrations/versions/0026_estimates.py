"""what papers say, as it was given

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "estimate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("reason IN ('scheduled', 'asked', 'changed')", name=op.f("ck_estimate_known_reason")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_estimate_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_estimate_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate")),
        sa.UniqueConstraint("public_id", name=op.f("uq_estimate_public_id")),
        sa.UniqueConstraint("subject", "version", name="uq_estimate_subject_version"),
    )
    op.create_index(op.f("ix_estimate_person_id"), "estimate", ["person_id"], unique=False)
    op.create_index(op.f("ix_estimate_provider_id"), "estimate", ["provider_id"], unique=False)
    op.create_table(
        "estimate_visit",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_estimate_visit_appointment_id_appointment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_estimate_visit")),
    )
    op.create_table(
        "paper_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (provider_id IS NULL)", name=op.f("ck_paper_facts_of_one")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_paper_facts_person_id_person"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_paper_facts_provider_id_provider"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_facts")),
        sa.UniqueConstraint("person_id", name=op.f("uq_paper_facts_person_id")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_paper_facts_provider_id")),
    )


def downgrade() -> None:
    op.drop_table("paper_facts")
    op.drop_table("estimate_visit")
    op.drop_table("estimate")
