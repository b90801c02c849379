"""Prescriptions, and the visits that count for them

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_STANDS = sa.text("freed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "prescription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("prescriber_name", sa.Text(), nullable=False),
        sa.Column("prescriber_npi", sa.Text(), nullable=False),
        sa.Column("diagnosis", sa.Text(), nullable=False),
        sa.Column("icd10", sa.Text(), nullable=False),
        sa.Column("treatment", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("visits_allowed", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("visits_allowed >= 1", name=op.f("ck_prescription_some_visits")),
        sa.CheckConstraint("expires_on >= issued_on", name=op.f("ck_prescription_days_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_prescription_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescription")),
        sa.UniqueConstraint("public_id", name=op.f("uq_prescription_public_id")),
    )
    op.create_index(op.f("ix_prescription_person_id"), "prescription", ["person_id"], unique=False)
    op.create_table(
        "prescribed_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prescription_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("freed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number BETWEEN 1 AND allowed", name=op.f("ck_prescribed_visit_no_more_than_allowed")),
        sa.ForeignKeyConstraint(["prescription_id"], ["prescription.id"], name=op.f("fk_prescribed_visit_prescription_id_prescription")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_prescribed_visit_appointment_id_appointment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescribed_visit")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_prescribed_visit_appointment_id")),
    )
    op.create_index(
        "uq_prescribed_visit_number", "prescribed_visit", ["prescription_id", "number"], unique=True, sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("prescribed_visit")
    op.drop_index(op.f("ix_prescription_person_id"), table_name="prescription")
    op.drop_table("prescription")
