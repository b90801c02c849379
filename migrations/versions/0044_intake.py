"""what a client tells, their comfort card and their papers

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("form_version", sa.String(length=20), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_intake_version_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_intake_version_public_id")),
    )
    op.create_index(op.f("ix_intake_version_person_id"), "intake_version", ["person_id"], unique=False)
    op.create_table(
        "comfort_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_comfort_version_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comfort_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_comfort_version_public_id")),
    )
    op.create_index(op.f("ix_comfort_version_person_id"), "comfort_version", ["person_id"], unique=False)
    op.create_table(
        "health_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_health_file_some_bytes")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_health_file_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_health_file_public_id")),
    )
    op.create_index(op.f("ix_health_file_person_id"), "health_file", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("health_file")
    op.drop_table("comfort_version")
    op.drop_table("intake_version")
