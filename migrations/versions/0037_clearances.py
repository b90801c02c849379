"""What physicians sign for a client, and what therapists decided on it

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("signer_profession", sa.Text(), nullable=False),
        sa.Column("signer_npi", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("covers", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("media_type", sa.String(length=60), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'submitted', 'refused')", name=op.f("ck_clearance_known_state")),
        sa.CheckConstraint(
            "state <> 'submitted' OR (signed_on IS NOT NULL AND expires_on IS NOT NULL)", name=op.f("ck_clearance_signed_with_days")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_clearance_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_clearance_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance")),
        sa.UniqueConstraint("public_id", name=op.f("uq_clearance_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_clearance_token_hash")),
    )
    op.create_index(op.f("ix_clearance_person_id"), "clearance", ["person_id"], unique=False)
    op.create_index(op.f("ix_clearance_provider_id"), "clearance", ["provider_id"], unique=False)
    op.create_table(
        "clearance_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clearance_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision IN ('accept', 'reject')", name=op.f("ck_clearance_decision_known_decision")),
        sa.ForeignKeyConstraint(["clearance_id"], ["clearance.id"], name=op.f("fk_clearance_decision_clearance_id_clearance")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_clearance_decision_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance_decision")),
    )
    op.create_index(op.f("ix_clearance_decision_clearance_id"), "clearance_decision", ["clearance_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_clearance_decision_clearance_id"), table_name="clearance_decision")
    op.drop_table("clearance_decision")
    op.drop_index(op.f("ix_clearance_provider_id"), table_name="clearance")
    op.drop_index(op.f("ix_clearance_person_id"), table_name="clearance")
    op.drop_table("clearance")
