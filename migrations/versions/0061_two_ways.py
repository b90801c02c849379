"""Accounts at Google and Microsoft beside those at CalDAV servers: who is on the way there, and tokens to be made worthless

Revision ID: 0061
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A column's own constraint goes with the column on both databases, and no table is built anew whose children would go with it.
    op.execute(
        "ALTER TABLE dav_account ADD COLUMN kind VARCHAR(10) DEFAULT 'caldav' NOT NULL "
        "CONSTRAINT ck_dav_account_known_server_kind CHECK (kind IN ('caldav', 'google', 'microsoft'))"
    )
    op.add_column("dav_account", sa.Column("access_token", sa.Text(), nullable=True))
    op.add_column("dav_account", sa.Column("access_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dav_account", sa.Column("logins", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "calendar_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('google', 'microsoft')", name=op.f("ck_calendar_consent_known_kind")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["provider.id"], name=op.f("fk_calendar_consent_provider_id_provider"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_consent")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_calendar_consent_state_hash")),
    )
    op.create_index(op.f("ix_calendar_consent_provider_id"), "calendar_consent", ["provider_id"], unique=False)
    op.create_table(
        "calendar_revocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('google', 'microsoft')", name=op.f("ck_calendar_revocation_known_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_revocation")),
    )
    op.create_index(op.f("ix_calendar_revocation_next_try_at"), "calendar_revocation", ["next_try_at"], unique=False)


def downgrade() -> None:
    op.drop_table("calendar_revocation")
    op.drop_table("calendar_consent")
    op.execute("DELETE FROM dav_account WHERE kind <> 'caldav'")
    for column in ("logins", "access_until", "access_token", "kind"):
        op.execute(f"ALTER TABLE dav_account DROP COLUMN {column}")
