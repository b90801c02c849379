"""birth dates, guardians, and from which age therapists treat

Revision ID: 0055
Revises: 0054
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "minor_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_age", sa.Integer(), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("from_age IS NULL OR from_age BETWEEN 0 AND 17", name=op.f("ck_minor_policy_age_under_18")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_minor_policy_provider_id_provider"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minor_policy")),
    )
    op.create_index("uq_minor_policy_provider_version", "minor_policy", ["provider_id", "version"], unique=True)
    op.create_table(
        "care_age",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("born_on", sa.Text(), nullable=False),
        sa.Column("stated_by", sa.String(length=80), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_care_age_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_age")),
        sa.UniqueConstraint("person_id", name=op.f("uq_care_age_person_id")),
    )
    op.create_table(
        "guardianship",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("by_booker", sa.Boolean(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_token_hash", sa.String(length=64), nullable=True),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'given', 'declined', 'ended')", name=op.f("ck_guardianship_known_state")),
        sa.CheckConstraint(
            "state <> 'given' OR (text_version IS NOT NULL AND answered_at IS NOT NULL)", name=op.f("ck_guardianship_given_to_a_text")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guardianship_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianship")),
        sa.UniqueConstraint("end_token_hash", name=op.f("uq_guardianship_end_token_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_guardianship_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_guardianship_token_hash")),
    )
    op.create_index(op.f("ix_guardianship_person_id"), "guardianship", ["person_id"], unique=False)
    for state in ("asked", "given"):
        only = sa.text(f"state = '{state}'")
        op.create_index(
            f"uq_guardianship_{state}", "guardianship", ["person_id"], unique=True, sqlite_where=only, postgresql_where=only
        )


def downgrade() -> None:
    op.drop_table("guardianship")
    op.drop_table("care_age")
    op.drop_table("minor_policy")
