"""requests for more visits than a prescription allows

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)
TABLE = "extension_request"
# What is sealed may be sealed anew with another key; everything else stays as it was asked, and once answered, as it was answered.
ASKED = ("public_id", "provider_id", "person_id", "appointment_id", "prescription_id", "visits", "until_on", "written_by", "written_at")
FAULT = (
    " OR ".join(f"NEW.{name} <> OLD.{name}" for name in ASKED)
    + " OR (OLD.answered_at IS NOT NULL AND (NEW.answered_at IS NULL OR NEW.answered_at <> OLD.answered_at OR NEW.state <> OLD.state"
    " OR NEW.answered_how <> OLD.answered_how OR COALESCE(NEW.given_id, 0) <> COALESCE(OLD.given_id, 0)))"
)


def guarantee_on_sqlite() -> None:
    """What was asked and answered stays, whoever writes."""
    op.execute(f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE ON {TABLE} WHEN {FAULT} BEGIN SELECT RAISE(ABORT, '{TABLE} is kept'); END")
    op.execute(f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{TABLE} is kept'); END")


def guarantee_on_postgresql() -> None:
    """The same, by the row trigger that the audit has."""
    op.execute(f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN ({FAULT}) EXECUTE FUNCTION refuse_change()")
    op.execute(f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("prescription_id", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", WHEN, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sent_at", WHEN, nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("link_expires_at", WHEN, nullable=True),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.Column("answered_how", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("given_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('written', 'sent', 'approved', 'refused', 'closed')", name=op.f("ck_extension_request_known_state")),
        sa.CheckConstraint("answered_how IN ('link', 'paper', 'client', 'provider')", name=op.f("ck_extension_request_known_way")),
        sa.CheckConstraint("visits >= 1", name=op.f("ck_extension_request_some_visits")),
        sa.CheckConstraint("(answered_at IS NULL) = (state IN ('written', 'sent'))", name=op.f("ck_extension_request_answered_with_a_day")),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_how IS NULL)", name=op.f("ck_extension_request_answered_somehow")),
        sa.CheckConstraint("(given_id IS NOT NULL) = (state = 'approved')", name=op.f("ck_extension_request_a_yes_has_a_paper")),
        sa.CheckConstraint("given_id <> prescription_id", name=op.f("ck_extension_request_a_paper_of_its_own")),
        sa.CheckConstraint("(token_hash IS NOT NULL) = (state = 'sent')", name=op.f("ck_extension_request_a_link_while_sent")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_extension_request_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["given_id"], ["prescription.id"], name=op.f("fk_extension_request_given_id_prescription")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_extension_request_person_id_person")),
        sa.ForeignKeyConstraint(["prescription_id"], ["prescription.id"], name=op.f("fk_extension_request_prescription_id_prescription")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_extension_request_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_request")),
        sa.UniqueConstraint("given_id", name=op.f("uq_extension_request_given_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_extension_request_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_extension_request_token_hash")),
    )
    op.create_index(op.f("ix_extension_request_appointment_id"), TABLE, ["appointment_id"])
    op.create_index(op.f("ix_extension_request_person_id"), TABLE, ["person_id"])
    op.create_index(op.f("ix_extension_request_provider_id"), TABLE, ["provider_id"])
    op.create_index(
        "uq_extension_request_open",
        TABLE,
        ["prescription_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('written', 'sent')"),
        postgresql_where=sa.text("state IN ('written', 'sent')"),
    )
    if op.get_bind().dialect.name == "sqlite":
        guarantee_on_sqlite()
    else:
        guarantee_on_postgresql()


def downgrade() -> None:
    op.drop_index("uq_extension_request_open", table_name=TABLE)
    op.drop_table(TABLE)
