"""`demo load` on both databases: the same town each time, nothing that `check` objects to, and no second town on top."""

import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import pytest
from flask import Flask
from sqlalchemy import func, select

from booking.appointments.changes.pairing import other_half
from booking.appointments.models import Appointment, Couple
from booking.bodymap.models import PainMap
from booking.demo.actions import ADMIN_EMAIL, CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL, Plan, load_demo
from booking.intake.queries import find_comfort
from booking.ledger.models import Credit
from booking.ledger.queries import credit_with
from booking.notes.models import ClinicalNote
from booking.notes.queries import find_note
from booking.notes.rules.agreeing import not_agreed
from booking.notes.rules.content import note_faults
from booking.notes.rules.signing import length_of, signing_faults
from booking.openings.catalogue import house_rules, travel_by
from booking.openings.queries import load_taken
from booking.openings.rules.asking import Wish, ask
from booking.openings.rules.judging import judge_start
from booking.plans.models import CarePlan
from booking.screening.catalogue import body_map
from booking.sharing.models import Release
from booking.upkeep.queries import findings
from marketplace.accounts.models import Account, Person
from marketplace.accounts.security_port import verify_password
from marketplace.audit import count_entries
from marketplace.db import Base, db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import share_half_up
from marketplace.kernel.walltime import to_minute
from marketplace.settings import Settings
from providers.credentials.models import Credential
from providers.profiles.queries import load_facts
from providers.registry.models import Change, Provider
from providers.schedule.models import Claim
from providers.services.catalogue import techniques
from tests.support.clocks import START, Clock
from tests.support.databases import ROOT, Database, Worker, environment_of, handed_on
from wsgi import create_app

SMALL = Plan(providers=12, days=30, seed=1)
NOT_THE_TOWNS = {
    ("account", "password"), ("credential_document", "content"), ("audit_entry", "id"), ("change", "seq"), ("change", "xid"), ("role", "id"), ("account_role", "role_id"),
    ("calendar_feed", "id"), ("calendar_feed", "token"), ("calendar_feed", "token_hash"),
    ("clinical_note", "content"), ("note_key", "data_key"),
}  # fmt: skip
"""What may differ from one loading to the next: the password's salt, a file's seal (its hash may not), secrets, numbers that the database gives."""


def load(plan: Plan = SMALL, now: datetime = START):
    return list(load_demo(plan, now))[-1]


def town() -> dict[str, list[tuple]]:
    """Every row of every table, seals opened."""
    return {
        table.name: [
            tuple(value for column, value in row._mapping.items() if (table.name, column) not in NOT_THE_TOWNS)
            for row in db.session.execute(select(table).order_by(*table.primary_key.columns))
        ]
        for table in Base.metadata.sorted_tables
    }


@pytest.fixture
def postgresql_database(postgresql_worker: Worker) -> Database:
    """A new copy of the template: where a database was only emptied its numbering goes on, and the town's numbers are compared here."""
    postgresql_worker.copy()
    return Database("postgresql", postgresql_worker.cluster.url(postgresql_worker.name))


@pytest.fixture(scope="module")
def reference(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple]]:
    """The town as another process loads it, with another order of its hashes."""
    folder = tmp_path_factory.mktemp("reference")
    path, clock = folder / "reference.db", folder / "now"
    copyfile(sqlite_template, path)
    clock.write_text(START.isoformat())
    url = f"sqlite:///{path}"
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load", "--providers", "12"]
    subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, env=handed_on(url) | {"CLOCK_FILE": str(clock), "PYTHONHASHSEED": "7"}
    )
    app = create_app(Settings.from_environment(environment_of(url)))
    with app.app_context():
        found = town()
        db.session.remove()
        db.engine.dispose()
    return found


def test_two_loads_give_the_same_town_on_either_database(ctx: Flask, reference):
    load()
    found = town()
    assert {name for name, rows in found.items() if rows} >= {"appointment", "credential", "claim", "service_area", "screening", "consent"}
    for name, rows in reference.items():
        assert found[name] == rows, name


def test_another_seed_gives_another_town(ctx: Flask, reference):
    load(Plan(12, 30, seed=2))
    assert town()["provider"] != reference["provider"]


def test_nothing_is_found_by_check_and_the_next_row_gets_a_number_of_its_own(ctx: Flask):
    load()
    assert list(findings(db.session(), START)) == []
    before = db.session.scalar(select(func.max(Account.id)))
    made = Account(email="new@licensedhands.test", fs_uniquifier="new", created_at=START)
    db.session.add(made)
    db.session.flush()
    assert made.id > before


def test_the_named_client_comes_with_somebody_side_by_side(ctx: Flask):
    load()
    sam = db.session.scalars(select(Person).where(Person.email == CLIENT_EMAIL)).one()
    couple = db.session.scalars(select(Couple)).one()
    mine = db.session.scalars(select(Appointment).where(Appointment.hold_id == couple.first_hold_id)).one()
    theirs = other_half(db.session(), mine)
    assert mine.person_id == sam.id != theirs.person.id
    assert (mine.status, mine.starts_at) == ("confirmed", theirs.appointment.starts_at)
    assert theirs.appointment.status == "confirmed"
    assert mine.provider_id != theirs.provider.id


def test_the_named_client_has_something_added_and_credit_for_a_visit_that_was_canceled(ctx: Flask):
    load()
    sam = db.session.scalars(select(Person).where(Person.email == CLIENT_EMAIL)).one()
    named = db.session.scalars(
        select(Provider).join(Account, Account.id == Provider.account_id).where(Account.email == THERAPIST_EMAIL)
    ).one()
    added = [one for one in db.session.scalars(select(Appointment).where(Appointment.person_id == sam.id)) if one.add_ons]
    assert [(one.status, one.provider_id, [extra["code"] for extra in one.add_ons]) for one in added] == [
        ("confirmed", named.id, ["heat_packs"])
    ]
    assert [line["amount_cents"] for line in added[0].quote["lines"] if line["code"] == "add_on"] == [800]
    credit = db.session.scalars(select(Credit).where(Credit.person_id == sam.id)).one()
    lost = db.session.get_one(Appointment, credit.appointment_id)
    price = next(line["amount_cents"] for line in lost.quote["lines"] if line["code"] == "service")
    assert (lost.status, lost.cancelled_by, lost.fee_cents, lost.provider_id) == ("cancelled", "provider", 0, named.id)
    assert (credit.amount_cents, credit.left_cents) == (share_half_up(price, 2_500),) * 2
    assert credit_with(db.session(), sam.id, named.id, START) == credit.left_cents


def test_the_named_clients_last_visit_left_a_map_a_note_a_plan_and_a_permission(ctx: Flask):
    load()
    sam = db.session.scalars(select(Person).where(Person.email == CLIENT_EMAIL)).one()
    note = db.session.scalars(select(ClinicalNote)).one()
    visit = db.session.get_one(Appointment, note.appointment_id)
    assert (visit.status, visit.person_id) == ("completed", sam.id)
    kept = find_note(db.session(), visit.id, visit.provider_id)
    card = find_comfort(db.session(), sam.id, visit.ends_at)
    assert not_agreed(kept.note, card.card if card else None) == ()
    assert signing_faults(kept.note, (), length_of(visit.starts_at, visit.ends_at, visit.checked_in_at, visit.checked_out_at)) == []
    assert note_faults(kept.note, techniques(), body_map().names) == []
    for model in (PainMap, CarePlan, Release):
        assert db.session.scalars(select(model)).one().person_id == sam.id
    stated = [one.insurance for one in load_facts(db.session(), db.session.scalars(select(Provider.id)))]
    assert sum(one is not None for one in stated) == 3


def test_every_start_is_one_that_the_engine_judges_free_when_it_was_booked(ctx: Flask):
    load()
    facts = {one.id: one for one in load_facts(db.session(), db.session.scalars(select(Provider.id)))}
    visits = db.session.scalars(
        select(Appointment).where(Appointment.status.in_(("completed", "confirmed", "requested", "checked_in")))
    ).all()
    for visit in visits:
        provider, begin = facts[visit.provider_id], to_minute(visit.starts_at)
        service = provider.service(visit.service_code)
        wish = Wish(visit.service_code, visit.minutes, visit.setting, visit.zip if visit.setting != "clinic" else None)
        taken = load_taken(
            db.session(), [provider.id], from_minute=begin, until_minute=begin + visit.minutes, now=START,
            whole_weeks=provider.rules.counts_weeks, except_claim_id=visit.claim_id,
        )  # fmt: skip
        question = ask(
            provider, wish, service, house_rules(db.session()), taken=taken[provider.id], now=visit.booked_at, from_minute=begin, until_minute=begin + 1,
            travel=travel_by(provider.travel_mode),
        )  # fmt: skip
        judged = judge_start(question, begin)
        assert judged.ok, f"{visit.public_id}: {judged.sentence}"
    assert len(visits) > 100


def test_no_two_live_claims_of_a_provider_meet(ctx: Flask):
    load()
    ends: dict[int, int] = {}
    for claim in db.session.scalars(select(Claim).where(Claim.live).order_by(Claim.provider_id, Claim.busy_from_minute)):
        assert claim.busy_from_minute >= ends.get(claim.provider_id, 0)
        ends[claim.provider_id] = claim.busy_until_minute


def test_the_three_named_accounts_can_sign_in_and_everybody_is_sample_data(ctx: Flask):
    load()
    accounts = {account.email: account for account in db.session.scalars(select(Account))}
    for email, role in ((CLIENT_EMAIL, "client"), (THERAPIST_EMAIL, "provider"), (ADMIN_EMAIL, "admin")):
        assert accounts[email].role == role
        assert accounts[email].confirmed_at is not None
        assert verify_password(PASSWORD, accounts[email].password)
    assert all(db.session.scalars(select(Provider.sample_data)))
    assert all(db.session.scalars(select(Appointment.sample_data)))


def test_each_provider_is_in_the_change_feed_once_and_the_audit_holds_one_deed(ctx: Flask):
    load()
    assert sorted(db.session.scalars(select(Change.provider_id))) == sorted(db.session.scalars(select(Provider.id)))
    assert count_entries(db.session()) == 1


def test_a_database_with_accounts_is_refused_and_stays_as_it_is(ctx: Flask):
    db.session.add(Account(email="someone@licensedhands.test", fs_uniquifier="someone", created_at=START))
    db.session.commit()
    with pytest.raises(Conflict, match="holds accounts"):
        load()
    assert db.session.scalar(select(func.count()).select_from(Provider)) == 0


def test_a_town_of_several_batches_stays_one_town(ctx: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("booking.demo.actions.BATCH", 5)
    loaded = [state.providers for state in load_demo(SMALL, START)]
    assert loaded == [5, 10, 12]
    assert list(findings(db.session(), START)) == []
    assert len(set(db.session.scalars(select(Account.email)))) == db.session.scalar(select(func.count()).select_from(Account))


# --- the command -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sqlite_app(sqlite_database: Database, clock: Clock) -> Flask:
    return create_app(Settings.from_environment(environment_of(sqlite_database.url) | {"CLOCK_FILE": str(clock.path)}))


def test_the_command_loads_sixty_and_says_who_can_sign_in(sqlite_app: Flask):
    answer = sqlite_app.test_cli_runner().invoke(args=["demo", "load"])
    assert answer.exit_code == 0, answer.output
    words = re.search(r"Loaded 60 providers in (\d+) neighborhoods", answer.output)
    assert words
    assert int(words[1]) >= 25
    for email in (CLIENT_EMAIL, THERAPIST_EMAIL, ADMIN_EMAIL, PASSWORD):
        assert email in answer.output
    with sqlite_app.app_context():
        statuses = Counter(db.session.scalars(select(Appointment.status)))
        assert min(statuses[status] for status in ("completed", "confirmed", "cancelled", "no_show", "requested")) >= 5
        assert sum(statuses.values()) > 1_000
        assert {"verified", "submitted", "under_review", "needs_info", "rejected", "suspended"} <= set(
            db.session.scalars(select(Credential.status))
        )
        assert list(findings(db.session(), START)) == []
        db.session.remove()
        db.engine.dispose()


def test_a_second_load_fails_and_with_if_empty_does_nothing(sqlite_app: Flask):
    run = sqlite_app.test_cli_runner()
    assert run.invoke(args=["demo", "load", "--providers", "2", "--if-empty"]).exit_code == 0
    again = run.invoke(args=["demo", "load", "--providers", "2"])
    assert again.exit_code == 1
    assert "holds accounts already" in again.output
    kept = run.invoke(args=["demo", "load", "--providers", "2", "--if-empty"])
    assert kept.exit_code == 0
    assert "nothing was loaded" in kept.output


def test_production_takes_no_demo(sqlite_database: Database):
    production = environment_of(sqlite_database.url) | {"APP_ENV": "production", "BASE_URL": "https://hands.test", "RATE_LIMITS": "on"}
    app = create_app(Settings.from_environment(production))
    answer = app.test_cli_runner().invoke(args=["demo", "load", "--if-empty"])
    assert answer.exit_code == 1
    assert "Production takes no demo" in answer.output


@pytest.mark.parametrize(("days", "now"), [(6, datetime(2027, 3, 14, 6, 30, tzinfo=UTC)), (45, datetime(2027, 11, 7, 5, 30, tzinfo=UTC))])
def test_change_days_and_other_periods_hold_too(sqlite_app: Flask, days: int, now: datetime):
    with sqlite_app.app_context():
        load(Plan(12, days, seed=3), now)
        assert list(findings(db.session(), now)) == []
        db.session.remove()
        db.engine.dispose()
