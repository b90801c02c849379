"""insurance details that clients give, and claim forms made with them

Revision ID: 0057
Revises: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "insurance_details",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("signed_name", sa.Text(), nullable=False),
        sa.Column("text_version", sa.String(length=12), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= given_at", name=op.f("ck_insurance_details_ended_after_it_was_given")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_insurance_details_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_insurance_details_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_details")),
        sa.UniqueConstraint("public_id", name=op.f("uq_insurance_details_public_id")),
    )
    op.create_index(op.f("ix_insurance_details_person_id"), "insurance_details", ["person_id"], unique=False)
    op.create_index(op.f("ix_insurance_details_provider_id"), "insurance_details", ["provider_id"], unique=False)
    op.create_index(
        "uq_insurance_details_live",
        "insurance_details",
        ["person_id", "provider_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "claim_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("superbill_id", sa.Integer(), nullable=False),
        sa.Column("details_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.String(length=1), nullable=False),
        sa.Column("addenda", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("version > 0 AND addenda >= 0", name=op.f("ck_claim_form_counted")),
        sa.CheckConstraint("frequency IN ('1', '7', '8')", name=op.f("ck_claim_form_known_frequency")),
        sa.CheckConstraint("frequency = '1' OR version > 1", name=op.f("ck_claim_form_something_to_replace")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_claim_form_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_form_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_claim_form_provider_id_provider")),
        sa.ForeignKeyConstraint(["superbill_id"], ["superbill.id"], name=op.f("fk_claim_form_superbill_id_superbill")),
        sa.ForeignKeyConstraint(["details_id"], ["insurance_details.id"], name=op.f("fk_claim_form_details_id_insurance_details")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_form")),
        sa.UniqueConstraint("public_id", name=op.f("uq_claim_form_public_id")),
        sa.UniqueConstraint("appointment_id", "version", name=op.f("uq_claim_form_appointment_id_version")),
    )
    for column in ("person_id", "provider_id", "superbill_id", "details_id"):
        op.create_index(op.f(f"ix_claim_form_{column}"), "claim_form", [column], unique=False)


def downgrade() -> None:
    op.drop_table("claim_form")
    op.drop_table("insurance_details")
