"""plans, pauses, and what is had by plan alone

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("services", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_plan_policy_provider_id_provider"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_policy")),
    )
    op.create_index(op.f("ix_plan_policy_provider_id"), "plan_policy", ["provider_id"], unique=False)
    op.create_table(
        "care_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.String(length=80), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_how", sa.String(length=12), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("ended_how IN ('resumed', 'called_off')", name=op.f("ck_care_pause_known_end")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_care_pause_ended_somehow")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_care_pause_appointment_id_appointment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_care_pause_person_id_person"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_care_pause_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_pause")),
        sa.UniqueConstraint("public_id", name=op.f("uq_care_pause_public_id")),
    )
    op.create_index(op.f("ix_care_pause_appointment_id"), "care_pause", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_care_pause_person_id"), "care_pause", ["person_id"], unique=False)
    op.create_index(op.f("ix_care_pause_provider_id"), "care_pause", ["provider_id"], unique=False)
    op.create_index(
        "uq_care_pause_open",
        "care_pause",
        ["provider_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "care_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_care_plan_appointment_id_appointment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_care_plan_person_id_person"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_care_plan_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_care_plan_public_id")),
    )
    op.create_index(op.f("ix_care_plan_appointment_id"), "care_plan", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_care_plan_person_id"), "care_plan", ["person_id"], unique=False)
    op.create_index(op.f("ix_care_plan_provider_id"), "care_plan", ["provider_id"], unique=False)
    op.create_index(
        "uq_care_plan_open",
        "care_plan",
        ["provider_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "care_plan_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('accepted', 'went_on', 'ended')", name=op.f("ck_care_plan_step_known_kind")),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_care_plan_step_plan_id_care_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan_step")),
    )
    op.create_index(op.f("ix_care_plan_step_plan_id"), "care_plan_step", ["plan_id"], unique=False)
    op.create_index(
        "uq_care_plan_step_accepted",
        "care_plan_step",
        ["plan_id", "number"],
        unique=True,
        sqlite_where=sa.text("kind = 'accepted'"),
        postgresql_where=sa.text("kind = 'accepted'"),
    )
    op.create_table(
        "care_plan_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("review_after", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("service_code", sa.String(length=40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("setting", sa.String(length=12), nullable=False),
        sa.Column("estimate", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "number >= 1 AND visits >= 1 AND every_days >= 1 AND done >= 0", name=op.f("ck_care_plan_version_counted_from_one")
        ),
        sa.CheckConstraint("review_after >= 1 AND review_after <= visits", name=op.f("ck_care_plan_version_review_within")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_care_plan_version_appointment_id_appointment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_care_plan_version_plan_id_care_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan_version")),
    )
    op.create_index("uq_care_plan_version_number", "care_plan_version", ["plan_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_care_plan_version_number", table_name="care_plan_version")
    op.drop_table("care_plan_version")
    op.drop_index(
        "uq_care_plan_step_accepted",
        table_name="care_plan_step",
        sqlite_where=sa.text("kind = 'accepted'"),
        postgresql_where=sa.text("kind = 'accepted'"),
    )
    op.drop_index(op.f("ix_care_plan_step_plan_id"), table_name="care_plan_step")
    op.drop_table("care_plan_step")
    op.drop_index(
        "uq_care_plan_open", table_name="care_plan", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(op.f("ix_care_plan_provider_id"), table_name="care_plan")
    op.drop_index(op.f("ix_care_plan_person_id"), table_name="care_plan")
    op.drop_index(op.f("ix_care_plan_appointment_id"), table_name="care_plan")
    op.drop_table("care_plan")
    op.drop_index(
        "uq_care_pause_open",
        table_name="care_pause",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_care_pause_provider_id"), table_name="care_pause")
    op.drop_index(op.f("ix_care_pause_person_id"), table_name="care_pause")
    op.drop_index(op.f("ix_care_pause_appointment_id"), table_name="care_pause")
    op.drop_table("care_pause")
    op.drop_index(op.f("ix_plan_policy_provider_id"), table_name="plan_policy")
    op.drop_table("plan_policy")
