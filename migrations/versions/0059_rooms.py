"""treatment rooms of a shared clinic: how many there are, and which claims take one

Revision ID: 0059
Revises: 0058
"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

KINDS = "('appointment', 'hold', 'handover', 'class')"
HOUSE = f"(SELECT clinic_id FROM provider_place WHERE id = NEW.place_id AND NEW.kind IN {KINDS})"
TAKING = "live, kind, place_id, begin_minute, end_minute, before_minutes, after_minutes, expires_at"
BEGINS, ENDS = "(NEW.begin_minute - NEW.before_minutes)", "(NEW.end_minute + NEW.after_minutes)"
LIVE = sa.text("live AND clinic_id IS NOT NULL")


def too_many(greatest: str, most: str, house: str, low: str, met: str = "") -> str:
    """Whether at some minute from `low` on more claims take a room of a house than there are; those that share one count once.

    The number taken only rises where a claim begins, so those minutes alone are looked at, and the first of all.
    """
    minute = f"{greatest}(first.busy_from_minute, {low})"
    return (
        f"EXISTS (SELECT 1 FROM claim AS first WHERE first.clinic_id = {house} AND first.live AND first.busy_until_minute > {low} {met} "
        f"AND {most} < (SELECT count(DISTINCT coalesce(other.room_key, other.public_id)) FROM claim AS other "
        f"WHERE other.clinic_id = {house} AND other.live AND other.busy_until_minute > {minute} AND other.busy_from_minute <= {minute}))"
    )


def guarantee_on_sqlite() -> None:
    """A claim at a shared clinic's place takes a room of it, whoever writes it; no more are taken at any minute than there are."""
    take = f"UPDATE claim SET clinic_id = {HOUSE} WHERE id = NEW.id AND (NEW.clinic_id IS NOT NULL OR {HOUSE} IS NOT NULL);"
    op.execute(f"CREATE TRIGGER claim_room_insert AFTER INSERT ON claim WHEN NEW.live BEGIN {take} END")
    op.execute(f"CREATE TRIGGER claim_room_update AFTER UPDATE OF {TAKING} ON claim WHEN NEW.live BEGIN {take} END")
    op.execute(
        "CREATE TRIGGER claim_room_kept BEFORE UPDATE OF clinic_id ON claim "
        f"WHEN NEW.live AND NEW.clinic_id IS NULL AND NEW.expires_at IS NULL AND {HOUSE} IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'clinic_room_kept'); END"
    )
    since = "clinic.rooms_from_minute"
    over = too_many("max", "clinic.rooms", "clinic.id", f"max({BEGINS}, {since})", f"AND first.busy_from_minute < {ENDS}")
    op.execute(
        "CREATE TRIGGER claim_rooms AFTER UPDATE OF clinic_id, room_key ON claim WHEN NEW.live AND NEW.clinic_id IS NOT NULL BEGIN "
        "SELECT RAISE(ABORT, 'clinic_rooms') FROM clinic "
        f"WHERE id = NEW.clinic_id AND rooms IS NOT NULL AND {ENDS} > {since} AND {over}; END"
    )
    over = too_many("max", "NEW.rooms", "NEW.id", "NEW.rooms_from_minute")
    op.execute(
        "CREATE TRIGGER clinic_rooms AFTER UPDATE OF rooms, rooms_from_minute ON clinic WHEN NEW.rooms IS NOT NULL BEGIN "
        f"SELECT RAISE(ABORT, 'clinic_rooms') WHERE {over}; END"
    )


def guarantee_on_postgresql() -> None:
    """The same. Whoever takes a room waits at the clinic's row, so that two who want the last one are counted one after the other.

    The count needs a fresh look after that wait, which only READ COMMITTED gives: at any other level it is refused.
    """
    op.execute(
        "CREATE FUNCTION claim_takes_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"NEW.clinic_id := {HOUSE}; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER claim_takes_room BEFORE INSERT OR UPDATE OF {TAKING} ON claim FOR EACH ROW WHEN (NEW.live) "
        "EXECUTE FUNCTION claim_takes_room()"
    )
    op.execute(
        "CREATE FUNCTION claim_keeps_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {HOUSE} IS NOT NULL THEN RAISE EXCEPTION 'clinic_room_kept' USING ERRCODE = 'check_violation'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER claim_room_kept BEFORE UPDATE OF clinic_id ON claim FOR EACH ROW "
        "WHEN (NEW.live AND NEW.clinic_id IS NULL AND NEW.expires_at IS NULL) EXECUTE FUNCTION claim_keeps_room()"
    )
    refuse = "RAISE EXCEPTION 'clinic_rooms' USING ERRCODE = 'exclusion_violation'"
    fresh = (
        "IF current_setting('transaction_isolation') <> 'read committed' THEN "
        "RAISE EXCEPTION 'rooms are counted at READ COMMITTED alone'; END IF; "
    )
    over = too_many("greatest", "most", "NEW.clinic_id", f"greatest({BEGINS}, since)", f"AND first.busy_from_minute < {ENDS}")
    op.execute(
        "CREATE FUNCTION claim_rooms() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE most integer; since integer; BEGIN "
        "IF TG_OP = 'UPDATE' THEN IF OLD.live AND OLD.clinic_id = NEW.clinic_id AND OLD.room_key IS NOT DISTINCT FROM NEW.room_key "
        "AND NEW.busy_from_minute >= OLD.busy_from_minute AND NEW.busy_until_minute <= OLD.busy_until_minute "
        "THEN RETURN NULL; END IF; END IF; "
        "SELECT rooms INTO most FROM clinic WHERE id = NEW.clinic_id FOR KEY SHARE; "
        f"IF most IS NULL THEN RETURN NULL; END IF; {fresh}"
        "SELECT rooms, rooms_from_minute INTO most, since FROM clinic WHERE id = NEW.clinic_id FOR NO KEY UPDATE; "
        f"IF {ENDS} > since AND {over} THEN {refuse}; END IF; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER claim_rooms AFTER INSERT OR UPDATE OF {TAKING}, clinic_id, room_key ON claim FOR EACH ROW "
        "WHEN (NEW.live AND NEW.clinic_id IS NOT NULL) EXECUTE FUNCTION claim_rooms()"
    )
    over = too_many("greatest", "NEW.rooms", "NEW.id", "NEW.rooms_from_minute")
    op.execute(
        "CREATE FUNCTION clinic_rooms() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM 1 FROM clinic WHERE id = NEW.id FOR UPDATE; {fresh}IF {over} THEN {refuse}; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER clinic_rooms BEFORE UPDATE OF rooms, rooms_from_minute ON clinic FOR EACH ROW WHEN (NEW.rooms IS NOT NULL) "
        "EXECUTE FUNCTION clinic_rooms()"
    )


def upgrade() -> None:
    for table, column in (
        ("clinic", "rooms INTEGER CONSTRAINT ck_clinic_rooms_sane CHECK (rooms BETWEEN 1 AND 50)"),
        ("clinic", "rooms_from_minute INTEGER CONSTRAINT ck_clinic_rooms_since CHECK ((rooms IS NULL) = (rooms_from_minute IS NULL))"),
        ("claim", "clinic_id INTEGER CONSTRAINT fk_claim_clinic_id_clinic REFERENCES clinic (id)"),
        ("claim", "room_key VARCHAR(24)"),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.execute(
        "UPDATE claim SET clinic_id = (SELECT clinic_id FROM provider_place WHERE provider_place.id = claim.place_id) "
        f"WHERE live AND kind IN {KINDS} AND place_id IN (SELECT id FROM provider_place WHERE clinic_id IS NOT NULL)"
    )
    op.create_index(
        "ix_claim_rooms", "claim", ["clinic_id", "busy_until_minute", "busy_from_minute"], unique=False, sqlite_where=LIVE,
        postgresql_where=LIVE,
    )  # fmt: skip
    guarantee_on_postgresql() if op.get_bind().dialect.name == "postgresql" else guarantee_on_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, name in (
            ("claim", "claim_takes_room"), ("claim", "claim_room_kept"), ("claim", "claim_rooms"), ("clinic", "clinic_rooms"),
        ):  # fmt: skip
            op.execute(f"DROP TRIGGER {name} ON {table}")
        for name in ("claim_takes_room", "claim_keeps_room", "claim_rooms", "clinic_rooms"):
            op.execute(f"DROP FUNCTION {name}()")
    else:
        for name in ("claim_room_insert", "claim_room_update", "claim_room_kept", "claim_rooms", "clinic_rooms"):
            op.execute(f"DROP TRIGGER {name}")
    op.drop_index("ix_claim_rooms", table_name="claim", sqlite_where=LIVE, postgresql_where=LIVE)
    for table, column in (("claim", "room_key"), ("claim", "clinic_id"), ("clinic", "rooms_from_minute"), ("clinic", "rooms")):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
