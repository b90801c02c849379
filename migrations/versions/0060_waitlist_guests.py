"""Guests on the waitlist: from where a wish was asked for, and since when its address is known to read it

Revision ID: 0060
Revises: 0059
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waitlist_guest",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("confirmed_at IS NULL OR confirmed_at >= asked_at", name=op.f("ck_waitlist_guest_asked_before_confirmed")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waitlist_entry.id"], name=op.f("fk_waitlist_guest_entry_id_waitlist_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_waitlist_guest")),
    )
    op.create_index(op.f("ix_waitlist_guest_origin"), "waitlist_guest", ["origin"], unique=False)


def downgrade() -> None:
    op.drop_table("waitlist_guest")
