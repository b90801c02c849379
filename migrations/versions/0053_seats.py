"""classes, and the seats in them

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "class_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("zip", sa.String(length=5), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("called_off_why", sa.String(length=300), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'called_off')", name=op.f("ck_class_session_known_state")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 60", name=op.f("ck_class_session_seats_sane")),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_class_session_price_not_negative")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_class_session_ends_after_start")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_class_session_provider_id_provider")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_class_session_claim_id_claim")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["provider_place.id"], name=op.f("fk_class_session_place_id_provider_place"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_session")),
        sa.UniqueConstraint("id", "capacity", name="uq_class_session_seats"),
        sa.UniqueConstraint("claim_id", name=op.f("uq_class_session_claim_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_class_session_public_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_class_session_uid")),
    )
    op.create_index("ix_class_session_provider_starts", "class_session", ["provider_id", "starts_at"], unique=False)
    op.create_table(
        "class_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=True),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("paid_cents", sa.Integer(), nullable=False),
        sa.Column("due_cents", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False),
        sa.Column("uid", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("guest_key_hash", sa.String(length=64), nullable=True),
        sa.Column("canceled_by", sa.String(length=12), nullable=True),
        sa.Column("cancel_reason", sa.String(length=24), nullable=True),
        sa.Column("cancel_note", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'booked', 'came', 'no_show', 'canceled', 'released', 'expired')", name=op.f("ck_class_seat_known_state")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state IN ('held', 'booked', 'came', 'no_show'))", name=op.f("ck_class_seat_ended_or_somebodys")
        ),
        sa.CheckConstraint("ended_at IS NOT NULL OR number BETWEEN 1 AND capacity", name=op.f("ck_class_seat_no_seat_beyond_the_last")),
        sa.CheckConstraint("fee_cents >= 0 AND paid_cents >= 0 AND due_cents >= 0", name=op.f("ck_class_seat_money_not_negative")),
        sa.ForeignKeyConstraint(
            ["session_id", "capacity"],
            ["class_session.id", "class_session.capacity"],
            name="fk_class_seat_class_session",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_class_seat_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_seat")),
        sa.UniqueConstraint("guest_key_hash", name=op.f("uq_class_seat_guest_key_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_class_seat_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_class_seat_reference")),
        sa.UniqueConstraint("uid", name=op.f("uq_class_seat_uid")),
    )
    op.create_index(op.f("ix_class_seat_origin"), "class_seat", ["origin"], unique=False)
    op.create_index(op.f("ix_class_seat_person_id"), "class_seat", ["person_id"], unique=False)
    op.create_index(
        "ix_class_seat_held",
        "class_seat",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    for name, other in (("uq_class_seat_number", "number"), ("uq_class_seat_person", "person_id")):
        op.create_index(
            name,
            "class_seat",
            ["session_id", other],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    for name in ("uq_class_seat_person", "uq_class_seat_number"):
        op.drop_index(
            name, table_name="class_seat", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
    op.drop_index(
        "ix_class_seat_held", table_name="class_seat", sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'")
    )
    op.drop_index(op.f("ix_class_seat_person_id"), table_name="class_seat")
    op.drop_index(op.f("ix_class_seat_origin"), table_name="class_seat")
    op.drop_table("class_seat")
    op.drop_index("ix_class_session_provider_starts", table_name="class_session")
    op.drop_table("class_session")
