"""what two sides say of a visit's beginning, what followed from a therapist's record, and what rests on them

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('requests_only', 'resting')", name=op.f("ck_provider_limit_known_kind")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_provider_limit_provider_id_provider"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_limit")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_provider_limit_provider_id")),
    )
    op.create_table(
        "visit_lateness",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("said_by", sa.String(length=80), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_minutes", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("back_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("side IN ('client', 'provider')", name=op.f("ck_visit_lateness_known_side")),
        sa.CheckConstraint("minutes BETWEEN 0 AND 240", name=op.f("ck_visit_lateness_minutes_sane")),
        sa.CheckConstraint("given_minutes >= 0 AND back_cents >= 0", name=op.f("ck_visit_lateness_not_negative")),
        sa.CheckConstraint("(given_minutes IS NULL) = (given_at IS NULL)", name=op.f("ck_visit_lateness_given_sometime")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_visit_lateness_appointment_id_appointment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_lateness")),
        sa.UniqueConstraint("appointment_id", "side", name="uq_visit_lateness_side"),
    )
    op.create_table(
        "reliability_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('clear', 'warned', 'requests_only', 'resting')", name=op.f("ck_reliability_step_known_level")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name=op.f("fk_reliability_step_provider_id_provider"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reliability_step")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reliability_step_public_id")),
    )
    op.create_index("ix_reliability_step_provider", "reliability_step", ["provider_id", "id"], unique=False)
    op.create_table(
        "reliability_lift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("lifted_by", sa.String(length=80), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name=op.f("fk_reliability_lift_provider_id_provider"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reliability_lift")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reliability_lift_public_id")),
    )
    op.create_index("ix_reliability_lift_provider", "reliability_lift", ["provider_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_reliability_lift_provider", table_name="reliability_lift")
    op.drop_table("reliability_lift")
    op.drop_index("ix_reliability_step_provider", table_name="reliability_step")
    op.drop_table("reliability_step")
    op.drop_table("visit_lateness")
    op.drop_table("provider_limit")
