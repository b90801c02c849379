"""Credit for a visit that its provider canceled; who stated terms and price rules."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("terms_policy", sa.Column("made_by", sa.String(length=80), nullable=True))
    op.add_column("price_policy", sa.Column("made_by", sa.String(length=80), nullable=True))
    op.create_table(
        "credit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("left_cents", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents > 0 AND left_cents >= 0 AND left_cents <= amount_cents", name=op.f("ck_credit_never_negative")),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_credit_lasts")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_credit_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credit_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_credit_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_credit_appointment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_credit_public_id")),
    )
    op.create_index(op.f("ix_credit_person_id"), "credit", ["person_id"], unique=False)
    op.create_index(op.f("ix_credit_expires_at"), "credit", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("credit")
    op.drop_column("price_policy", "made_by")
    op.drop_column("terms_policy", "made_by")
