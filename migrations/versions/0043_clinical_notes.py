"""Notes of visits: signed ones never change; what is added to them only grows; their keys stay

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# Table, which of UPDATE and DELETE is refused, and of which rows (all where empty).
REFUSED = (
    ("clinical_note", ("UPDATE", "DELETE"), "OLD.locked_at IS NOT NULL"),
    ("note_addendum", ("UPDATE", "DELETE"), ""),
    ("note_key", ("DELETE",), ""),
)


def guarantee_on_sqlite() -> None:
    """A signed note, an addendum and a key stand as they were written, whoever writes."""
    for table, verbs, rows in REFUSED:
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {'WHEN ' + rows if rows else ''} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def guarantee_on_postgresql() -> None:
    """The same, by the row trigger that the audit has."""
    for table, verbs, rows in REFUSED:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join(verbs)} ON {table} "
            f"FOR EACH ROW {'WHEN (' + rows + ') ' if rows else ''}EXECUTE FUNCTION refuse_change()"
        )


def upgrade() -> None:
    op.create_table(
        "clinical_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_name", sa.String(length=120), nullable=True),
        sa.Column("signed_by", sa.String(length=80), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(locked_at IS NULL) = (digest IS NULL) AND (locked_at IS NULL) = (signed_by IS NULL)"
            " AND (locked_at IS NULL) = (signed_name IS NULL)",
            name=op.f("ck_clinical_note_signed_as_a_whole"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_clinical_note_kept_once")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_clinical_note_appointment_id_appointment")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_clinical_note_provider_id_provider")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_clinical_note_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinical_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_clinical_note_public_id")),
        sa.UniqueConstraint("appointment_id", "provider_id", name=op.f("uq_clinical_note_appointment_id_provider_id")),
    )
    op.create_index(op.f("ix_clinical_note_provider_id"), "clinical_note", ["provider_id"], unique=False)
    op.create_index(op.f("ix_clinical_note_person_id"), "clinical_note", ["person_id"], unique=False)
    op.create_table(
        "note_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("data_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["clinical_note.id"], name=op.f("fk_note_key_note_id_clinical_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_key")),
        sa.UniqueConstraint("note_id", name=op.f("uq_note_key_note_id")),
    )
    op.create_table(
        "note_addendum",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_name", sa.String(length=120), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["clinical_note.id"], name=op.f("fk_note_addendum_note_id_clinical_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_addendum")),
        sa.UniqueConstraint("public_id", name=op.f("uq_note_addendum_public_id")),
    )
    op.create_index(op.f("ix_note_addendum_note_id"), "note_addendum", ["note_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        guarantee_on_postgresql()
    else:
        guarantee_on_sqlite()


def downgrade() -> None:
    op.drop_table("note_addendum")
    op.drop_table("note_key")
    op.drop_table("clinical_note")
