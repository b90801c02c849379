"""Releases of clients, letters that left under them, and who opened those

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WHEN = sa.DateTime(timezone=True)
# What is sealed may be sealed anew with another key; everything else stays as it was signed or sent.
SIGNED = ("public_id", "person_id", "provider_id", "by_link", "scope", "expires_on", "text_version", "signed_by", "signed_at")
SENT = ("public_id", "release_id", "person_id", "provider_id", "appointment_id", "way", "parts", "digest", "open_until_at", "sent_by", "sent_at")
GUARDS = {
    ("sharing_release", "UPDATE"): (
        " OR ".join(f"NEW.{name} <> OLD.{name}" for name in SIGNED)
        + " OR (OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS NULL OR NEW.revoked_at <> OLD.revoked_at))"
    ),
    ("sharing_letter", "UPDATE"): (
        " OR ".join(f"NEW.{name} <> OLD.{name}" for name in SENT) + " OR COALESCE(NEW.token_hash, '') <> COALESCE(OLD.token_hash, '')"
    ),
    ("sharing_letter", "INSERT"): (
        "NOT EXISTS (SELECT 1 FROM sharing_release AS one WHERE one.id = NEW.release_id AND one.person_id = NEW.person_id "
        "AND one.provider_id = NEW.provider_id AND one.revoked_at IS NULL AND one.signed_at <= NEW.sent_at)"
    ),
    ("sharing_opening", "INSERT"): (
        "NOT EXISTS (SELECT 1 FROM sharing_letter AS sent JOIN sharing_release AS one ON one.id = sent.release_id "
        "WHERE sent.id = NEW.letter_id AND one.revoked_at IS NULL AND NEW.opened_at < sent.open_until_at)"
    ),
}
APPEND_ONLY = (("sharing_release", "DELETE"), ("sharing_letter", "DELETE"), ("sharing_opening", "DELETE"), ("sharing_opening", "UPDATE"))


def guarantee_on_sqlite() -> None:
    """No letter without a live release, no opening after its end; what was signed and sent stays."""
    for (table, word), fault in GUARDS.items():
        name = f"{table}_{word.lower()}_guard"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {word} ON {table} WHEN {fault} BEGIN SELECT RAISE(ABORT, '{table}: a release stands above'); END"
        )
    for table, word in APPEND_ONLY:
        op.execute(f"CREATE TRIGGER {table}_no_{word.lower()} BEFORE {word} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")


def guarantee_on_postgresql() -> None:
    """The same. The release's row is locked first, so that revoking and sending come one after another."""
    locks = {
        "sharing_letter": "PERFORM 1 FROM sharing_release WHERE id = NEW.release_id FOR UPDATE; ",
        "sharing_opening": (
            "PERFORM 1 FROM sharing_release WHERE id = (SELECT release_id FROM sharing_letter WHERE id = NEW.letter_id) FOR UPDATE; "
        ),
    }
    for (table, word), fault in GUARDS.items():
        name = f"{table}_{word.lower()}_guard"
        lock = locks.get(table, "") if word == "INSERT" else ""
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {lock}IF {fault} THEN "
            f"RAISE EXCEPTION '{table}: a release stands above' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {word} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    for table, word in APPEND_ONLY:
        op.execute(f"CREATE TRIGGER {table}_no_{word.lower()} BEFORE {word} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def upgrade() -> None:
    op.create_table(
        "sharing_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("by_link", sa.Boolean(), nullable=False),
        sa.Column("scope", JSON, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("signed_name", sa.Text(), nullable=False),
        sa.Column("text_version", sa.String(length=12), nullable=False),
        sa.Column("signed_by", sa.String(length=80), nullable=False),
        sa.Column("signed_at", WHEN, nullable=False),
        sa.Column("revoked_at", WHEN, nullable=True),
        sa.CheckConstraint(
            "revoked_at IS NULL OR revoked_at >= signed_at", name=op.f("ck_sharing_release_revoked_after_it_was_signed")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sharing_release_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_sharing_release_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_release")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sharing_release_public_id")),
    )
    op.create_index(op.f("ix_sharing_release_person_id"), "sharing_release", ["person_id"])
    op.create_index(op.f("ix_sharing_release_provider_id"), "sharing_release", ["provider_id"])
    op.create_table(
        "sharing_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_sharing_draft_appointment_id_appointment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["release_id"], ["sharing_release.id"], name=op.f("fk_sharing_draft_release_id_sharing_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_draft")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_sharing_draft_appointment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sharing_draft_public_id")),
    )
    op.create_index(op.f("ix_sharing_draft_release_id"), "sharing_draft", ["release_id"])
    op.create_table(
        "sharing_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("parts", JSON, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("open_until_at", WHEN, nullable=False),
        sa.Column("sent_by", sa.String(length=80), nullable=False),
        sa.Column("sent_at", WHEN, nullable=False),
        sa.CheckConstraint("way IN ('link', 'print')", name=op.f("ck_sharing_letter_known_way")),
        sa.CheckConstraint("(way = 'link') = (token_hash IS NOT NULL)", name=op.f("ck_sharing_letter_a_link_has_a_key")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_sharing_letter_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sharing_letter_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_sharing_letter_provider_id_provider")),
        sa.ForeignKeyConstraint(["release_id"], ["sharing_release.id"], name=op.f("fk_sharing_letter_release_id_sharing_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_letter")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sharing_letter_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sharing_letter_token_hash")),
    )
    for column in ("appointment_id", "person_id", "provider_id", "release_id"):
        op.create_index(op.f(f"ix_sharing_letter_{column}"), "sharing_letter", [column])
    op.create_table(
        "sharing_opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_at", WHEN, nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 10", name=op.f("ck_sharing_opening_within_the_limit")),
        sa.ForeignKeyConstraint(["letter_id"], ["sharing_letter.id"], name=op.f("fk_sharing_opening_letter_id_sharing_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_opening")),
        sa.UniqueConstraint("letter_id", "number", name="uq_sharing_opening_number"),
    )
    op.create_index(op.f("ix_sharing_opening_letter_id"), "sharing_opening", ["letter_id"])
    guarantee_on_postgresql() if op.get_bind().dialect.name == "postgresql" else guarantee_on_sqlite()


def downgrade() -> None:
    for table in ("sharing_opening", "sharing_letter", "sharing_draft", "sharing_release"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table, word in GUARDS:
            op.execute(f"DROP FUNCTION {table}_{word.lower()}_guard()")
