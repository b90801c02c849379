"""superbills as they were issued

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "superbill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0 AND version > 0", name=op.f("ck_superbill_counted_from_one")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_superbill_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_superbill_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_superbill_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_superbill")),
        sa.UniqueConstraint("appointment_id", "version", name=op.f("uq_superbill_appointment_id_version")),
        sa.UniqueConstraint("name", name=op.f("uq_superbill_name")),
        sa.UniqueConstraint("provider_id", "year", "number", "version", name=op.f("uq_superbill_provider_id_year_number_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_superbill_public_id")),
    )
    op.create_index(op.f("ix_superbill_person_id"), "superbill", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("superbill")
