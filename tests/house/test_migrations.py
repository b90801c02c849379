"""Migrations: clean against the models, repeatable, reversible, safe when two processes start at once; on both databases."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import create_engine, inspect, select

from booking.ledger.models import LedgerEntry
from booking.upkeep.queries import money_findings
from marketplace.audit import AuditHead, Deed, broken_entries, record
from marketplace.db import db, transaction
from providers.schedule.models import HoursStatement
from tests.factories import QUOTE, AppointmentFactory, ProviderFactory, WeeklyHoursFactory
from tests.support.applications import let_go
from tests.support.databases import MIGRATIONS, ROOT, Database, handed_on, worker_name

FOLDER = str(MIGRATIONS)
AT = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


@pytest.fixture
def empty(request, tmp_path) -> Database:
    """A database that was never migrated."""
    if request.param == "sqlite":
        return Database("sqlite", f"sqlite:///{tmp_path / 'empty.db'}")
    cluster = request.getfixturevalue("cluster")
    name = f"empty_{worker_name()}"
    cluster.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    return Database("postgresql", cluster.url(name))


both_empty = pytest.mark.parametrize("empty", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)


def test_the_models_say_what_the_migrations_built(ctx):
    check(directory=FOLDER)


def test_a_second_upgrade_changes_nothing(ctx, database):
    before = tables(database.url)
    upgrade(directory=FOLDER)
    assert tables(database.url) == before
    assert set(db.metadata.tables) <= before


def test_down_to_nothing_and_up_again(app, database):
    with app.app_context():
        downgrade(directory=FOLDER, revision="base")
        assert tables(database.url) == {"alembic_version"}
        upgrade(directory=FOLDER)
        check(directory=FOLDER)
    let_go(app)


def test_an_audit_that_stands_already_gets_its_heads(app, database):
    with app.app_context():
        for number, thing in enumerate(("one", "two", "one")):
            with transaction() as session:
                record(session, Deed(AT, "test:x", "tried", "thing", thing, {"number": number}))
        heads = select(AuditHead.lane, AuditHead.last_number, AuditHead.last_hash).order_by(AuditHead.lane)
        before = db.session.execute(heads).all()
        db.session.remove()
        downgrade(directory=FOLDER, revision="0003")
        upgrade(directory=FOLDER)
        assert db.session.execute(heads).all() == before
        assert sorted(row.last_number for row in before) == [1, 2]
        assert list(broken_entries(db.session())) == []
    let_go(app)


def test_hours_that_stand_already_are_dated_by_the_audit(app, database):
    with app.app_context():
        known, invented, unknown = (ProviderFactory(sample_data=sample) for sample in (False, True, False))
        for provider in (known, invented, unknown):
            WeeklyHoursFactory(provider=provider, staffing="full_time")
        for at, verb in ((AT, "schedule_changed"), (AT.replace(day=14), "schedule_changed"), (AT.replace(day=20), "services_changed")):
            with transaction() as session:
                record(session, Deed(at, "test:x", verb, "provider", known.public_id))
        db.session.remove()
        downgrade(directory=FOLDER, revision="0007")
        upgrade(directory=FOLDER)
        noted = db.session.scalars(select(HoursStatement).order_by(HoursStatement.provider_id)).all()
        assert [(row.provider_id, row.stated_at) for row in noted] == [(known.id, AT.replace(day=14)), (invented.id, invented.created_at)]
        assert [row.weekly for row in noted] == [[[0, 540, 1020, ["clinic"], None, "full_time"]]] * 2
    let_go(app)


def test_what_visits_say_of_money_opens_the_ledger(app, database):
    """Done and part paid, left late, left for a reason that waives, missed, still to come."""
    rows = [
        {"status": "completed", "paid_cents": 6_000, "due_cents": 10_000},
        {"status": "cancelled", "fee_cents": 8_000, "due_cents": 8_000, "cancelled_at": AT},
        {"status": "cancelled", "waived_cents": 8_000, "due_cents": 0, "cancelled_at": AT, "cancel_reason": "weather"},
        {"status": "no_show", "fee_cents": 16_000, "due_cents": 16_000},
        {"status": "confirmed"},
    ]
    with app.app_context():
        visits = [AppointmentFactory(quote={**QUOTE, "tax_cents": 1_000}, **row) for row in rows]
        names = {visit.id: number for number, visit in enumerate(visits)}
        db.session.remove()
        downgrade(directory=FOLDER, revision="0020")
        upgrade(directory=FOLDER)
        found = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.appointment_id, LedgerEntry.id)).all()
        assert [(names[row.appointment_id], row.key.split(":", 2)[2], row.memo, row.amount_cents) for row in found] == [
            (0, "charge", "service", 15_000),
            (0, "charge", "tax", 1_000),
            (0, "paid:1", "paid_other", 6_000),
            (1, "fee", "late_cancel_fee", 8_000),
            (2, "fee", "late_cancel_fee", 8_000),
            (2, "forgiven", "waived_by_reason", 8_000),
            (3, "fee", "no_show_fee", 16_000),
        ]
        assert list(money_findings(db.session())) == []
    let_go(app)


@both_empty
def test_two_processes_migrate_at_once(empty):
    environment = handed_on(empty.url)
    flask = Path(sys.executable).with_name("flask")
    racers = [
        subprocess.Popen(
            [flask, "--app", "wsgi", "db", "upgrade"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    spoken = [racer.communicate(timeout=120)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0], spoken
    assert set(db.metadata.tables) <= tables(empty.url)
