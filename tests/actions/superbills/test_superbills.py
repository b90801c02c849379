"""Superbills through their verbs: only from a signed note, numbered without a gap, versions kept sealed, each look written down."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from booking.appointments.actions.progress import complete
from booking.appointments.actions.settle import Payment, record_payment
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.care.queries.reads import reads_of
from booking.notes.actions.keep import Written, keep_note
from booking.notes.actions.sign import lock_note
from booking.notes.rules.content import Note, Used
from booking.papers.actions import state_birth_date, state_tax_id
from booking.superbills.actions import issue_superbill, look_at_superbill, open_superbill
from booking.superbills.models import Superbill
from marketplace.audit import AuditEntry
from marketplace.db import db, transaction
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.outbox.models import Letter
from tests.factories import CredentialFactory, PersonFactory, PrescribedVisitFactory, PrescriptionFactory, bookable_provider
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import BASE_URL, book_visit

ANNA = "account:anna"
PROVIDER = Doer("provider", ANNA)
DAY = START + timedelta(days=2)
LATER = DAY + timedelta(hours=3)
NOTE = Note(subjective="stiff", techniques=(Used("myofascial_release", 20), Used("deep_tissue", 30)), minutes=50)
DIAGNOSIS = "zz cervicalgia zz"


@pytest.fixture
def anna(ctx):
    provider = bookable_provider(slug="anna", name="Anna Alder")
    CredentialFactory(provider=provider, kind="npi", status="verified", plain_number="1234567893")
    state_tax_id(provider.id, "12-3456789", ANNA, START)
    return provider


@pytest.fixture
def sam(ctx):
    person = PersonFactory(email="sam@licensedhands.test", name="Sam Doe", address={"line1": "64 East 7th Street"}, zip="10003")
    state_birth_date(person.id, date(1980, 2, 3), START)
    return person


def done(anna, person, at=DAY, note=NOTE, prescribed=True):
    """A visit that took place, with its note signed; gives its public id."""
    visit = book_visit(anna, person, at, START).booked.appointment
    row, name = visit.id, visit.public_id
    if prescribed:
        PrescribedVisitFactory(
            appointment=db.session.get(Appointment, row),
            prescription=PrescriptionFactory(person=person, icd10="M54.2", diagnosis=DIAGNOSIS, prescriber_name="Dr. Ruth Roe"),
        )
    complete(name, PROVIDER, at + timedelta(hours=1))
    if note is not None:
        sign(anna, name, note)
    return name


def sign(anna, visit, note=NOTE):
    keep_note(visit, anna.id, Written(note), ANNA, LATER)
    lock_note(visit, anna.id, None, ANNA, LATER)


def issue(anna, visit, now=LATER):
    return issue_superbill(visit, anna.id, ANNA, BASE_URL, now)


def looks(person):
    db.session.rollback()
    return [(read.what, read.about) for read in reads_of(db.session(), person.id) if read.what == "superbill"]


def test_it_says_what_note_prescription_and_ledger_say(anna, sam):
    visit = done(anna, sam)
    record_payment(visit, Payment("cash", 10_000), PROVIDER, BASE_URL, LATER)
    given = issue(anna, visit)
    content = given.content
    assert (given.number, given.version, content["complete"], content["missing"]) == ("anna-SB2027-0001", 1, True, [])
    assert [(item["code"], item["modifier"], item["units"]) for item in content["items"]] == [("97140", None, 1), ("97124", "59", 2)]
    assert (content["icd10"], content["diagnosis"], content["prescriber"]["name"]) == ("M54.2", DIAGNOSIS, "Dr. Ruth Roe")
    assert (content["total_cents"], content["paid_cents"], content["due_cents"], content["paid_by"]) == (16_720, 10_000, 6_720, ["cash"])
    assert content["client"] == {"name": "Sam Doe", "born_on": "1980-02-03", "address": "64 East 7th Street, New York, NY 10003"}
    assert content["provider"]["npi"] == "1234567893"
    assert content["provider"]["license_number"]


def test_there_is_none_before_the_note_is_signed(anna, sam):
    visit = done(anna, sam, note=None)
    keep_note(visit, anna.id, Written(NOTE), ANNA, LATER)
    for verb in (lambda: issue(anna, visit), lambda: look_at_superbill(visit, anna.id, ANNA, LATER)):
        with pytest.raises(Conflict) as refusal:
            verb()
        assert refusal.value.code == "note_not_locked"
    assert looks(sam) == []
    lock_note(visit, anna.id, None, ANNA, LATER)
    assert issue(anna, visit).version == 1


def test_none_is_issued_before_the_visit_is_done(anna, sam):
    visit = book_visit(anna, sam, DAY, START).booked.appointment.public_id
    with transaction() as session:
        session.scalars(select(Appointment).where(Appointment.public_id == visit)).one().status = "checked_in"
    sign(anna, visit)
    with pytest.raises(Conflict) as refusal:
        issue(anna, visit)
    assert refusal.value.code == "wrong_state"
    draft = look_at_superbill(visit, anna.id, ANNA, LATER)
    assert (draft.version, draft.content["total_cents"], [one["code"] for one in draft.content["missing"]]) == (
        0, 16_720, ["done", "prescription"],
    )  # fmt: skip


def test_the_same_is_issued_once_and_what_changed_is_the_next_version(anna, sam):
    visit = done(anna, sam)
    first = issue(anna, visit)
    assert issue(anna, visit, LATER + timedelta(days=1)) == first
    record_payment(visit, Payment("cash", 16_720), PROVIDER, BASE_URL, LATER)
    opened = open_superbill(visit, anna.id, ANNA, LATER)
    assert (opened.given.version, opened.issued, opened.may_issue) == (0, 1, True)
    second = issue(anna, visit, LATER + timedelta(days=400))
    assert (second.number, second.version, second.content["paid_cents"]) == (first.number, 2, 16_720)
    assert open_superbill(visit, anna.id, ANNA, LATER).may_issue is False
    kept = db.session.scalars(select(Superbill).order_by(Superbill.version)).all()
    assert [(row.version, row.content["paid_cents"]) for row in kept] == [(1, 0), (2, 16_720)]
    letters = db.session.scalars(select(Letter).where(Letter.kind == "superbill_issued").order_by(Letter.id)).all()
    assert [letter.facts["again"] for letter in letters] == [False, True]


def test_numbers_run_without_a_gap_for_each_provider_and_year(anna, sam):
    bea = bookable_provider(slug="bea")
    visits = [done(anna, sam, DAY + timedelta(hours=2 * number), prescribed=False) for number in range(3)]
    assert [issue(anna, visit).number for visit in visits[:2]] == ["anna-SB2027-0001", "anna-SB2027-0002"]
    theirs = book_visit(bea, sam, DAY + timedelta(days=1), START).booked.appointment.public_id
    complete(theirs, PROVIDER, DAY + timedelta(days=1, hours=1))
    sign(bea, theirs)
    assert issue(bea, theirs).number == "bea-SB2027-0001"
    assert issue(anna, visits[2], LATER + timedelta(days=360)).number == "anna-SB2028-0001"


def test_of_many_at_once_each_visit_has_one_number(app, anna, sam):
    visits = [done(anna, PersonFactory(), DAY + timedelta(hours=3 * number), prescribed=False) for number in range(2)]
    anna_id = anna.id
    db.session.remove()

    def issuing(visit):
        return lambda: issue_superbill(visit, anna_id, ANNA, BASE_URL, LATER).version

    race(app, [issuing(visit) for visit in visits for _again in range(3)])
    rows = db.session.scalars(select(Superbill)).all()
    assert sorted((row.number, row.version) for row in rows) == [(1, 1), (2, 1)]
    assert {row.appointment_id for row in rows} == set(db.session.scalars(select(Appointment.id)))


def test_each_look_of_the_therapist_stands_in_the_clients_log(anna, sam):
    visit = done(anna, sam)
    issue(anna, visit)
    open_superbill(visit, anna.id, ANNA, LATER)
    look_at_superbill(visit, anna.id, ANNA, LATER)
    assert looks(sam) == [("superbill", visit)] * 3


def test_others_find_none(anna, sam):
    visit = done(anna, sam)
    bea = bookable_provider(slug="bea")
    for verb in (lambda: issue(bea, visit), lambda: look_at_superbill(visit, bea.id, ANNA, LATER)):
        with pytest.raises(NotFound):
            verb()


def test_no_word_of_it_stands_in_the_database_in_letters_or_in_the_audit(anna, sam):
    issue(anna, done(anna, sam))
    db.session.rollback()
    for table in ("superbill", "outbox_letter", "audit_entry"):
        told = str([tuple(row) for row in db.session.execute(text(f"SELECT * FROM {table}"))])
        assert "M54.2" not in told, table
        assert DIAGNOSIS not in told, table
    deed = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "superbill.issued")).one()
    assert deed.details == {"version": 1}
