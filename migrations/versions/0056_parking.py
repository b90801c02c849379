"""what parking cost at a mobile visit: terms, receipts, and a line of its own in payouts

Revision ID: 0056
Revises: 0055
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

KEPT = ("parking_terms", "parking_claim")
UNEDITED = ("parking_terms",)


def guarantee() -> None:
    """What was said and what was sent in is history: no row is deleted, and terms are never edited."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for tables, word in ((KEPT, "delete"), (UNEDITED, "update")):
        for table in tables:
            begin = f"CREATE TRIGGER {table}_no_{word} BEFORE {word.upper()} ON {table}"
            end = "FOR EACH ROW EXECUTE FUNCTION refuse_change()" if postgresql else f"BEGIN SELECT RAISE(ABORT, '{table} is kept'); END"
            op.execute(f"{begin} {end}")


def upgrade() -> None:
    op.create_table(
        "parking_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("visit_cents", sa.Integer(), nullable=False),
        sa.Column("month_cents", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("visit_cents >= 0 AND month_cents >= 0", name=op.f("ck_parking_terms_not_negative")),
        sa.CheckConstraint("days > 0", name=op.f("ck_parking_terms_some_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parking_terms")),
        sa.UniqueConstraint("public_id", name=op.f("uq_parking_terms_public_id")),
    )
    op.create_table(
        "parking_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("visit_on", sa.Date(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("asked_cents", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("photo", sa.LargeBinary(), nullable=False),
        sa.Column("photo_mark", sa.String(length=64), nullable=False),
        sa.Column("sent_by", sa.String(length=80), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("accepted_cents", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('sent', 'accepted', 'refused', 'taken_back')", name=op.f("ck_parking_claim_known_state")),
        sa.CheckConstraint("asked_cents > 0", name=op.f("ck_parking_claim_about_something")),
        sa.CheckConstraint(
            "accepted_cents IS NULL OR (accepted_cents > 0 AND accepted_cents <= asked_cents)", name=op.f("ck_parking_claim_never_more")
        ),
        sa.CheckConstraint(
            "(accepted_cents IS NOT NULL) = (state IN ('accepted', 'taken_back'))", name=op.f("ck_parking_claim_accepted_is_an_amount")
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (state = 'sent')", name=op.f("ck_parking_claim_decided_once")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_parking_claim_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_parking_claim_provider_id_provider")),
        sa.ForeignKeyConstraint(["terms_id"], ["parking_terms.id"], name=op.f("fk_parking_claim_terms_id_parking_terms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parking_claim")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_parking_claim_appointment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_parking_claim_public_id")),
    )
    op.create_index("ix_parking_claim_provider_day", "parking_claim", ["provider_id", "visit_on"], unique=False)
    op.create_index(op.f("ix_parking_claim_photo_mark"), "parking_claim", ["photo_mark"], unique=False)
    op.create_index(op.f("ix_parking_claim_state"), "parking_claim", ["state"], unique=False)
    op.add_column("payout_line", sa.Column("kind", sa.String(length=8), server_default="visit", nullable=False))
    guarantee()


def downgrade() -> None:
    op.drop_column("payout_line", "kind")
    op.drop_table("parking_claim")
    op.drop_table("parking_terms")
