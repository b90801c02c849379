"""two people side by side

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "couple",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("first_hold_id", sa.Integer(), nullable=False),
        sa.Column("second_hold_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_hold_id <> second_hold_id", name=op.f("ck_couple_two_holds")),
        sa.ForeignKeyConstraint(["first_hold_id"], ["hold.id"], name=op.f("fk_couple_first_hold_id_hold"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["second_hold_id"], ["hold.id"], name=op.f("fk_couple_second_hold_id_hold"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_couple")),
        sa.UniqueConstraint("first_hold_id", name=op.f("uq_couple_first_hold_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_couple_public_id")),
        sa.UniqueConstraint("second_hold_id", name=op.f("uq_couple_second_hold_id")),
    )


def downgrade() -> None:
    op.drop_table("couple")
