"""Claim forms through their verbs: only with the client's permission and an issued superbill, versions kept sealed, each look written down."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from booking.appointments.actions.progress import complete
from booking.appointments.actions.settle import Payment, record_payment
from booking.appointments.changes.history import Doer
from booking.appointments.models import Appointment
from booking.care.queries.reads import reads_of
from booking.claims.actions import give_insurance, make_claim, open_claim, print_claim, take_back_insurance
from booking.claims.models import ClaimForm, InsuranceDetails
from booking.claims.queries import claim_form_findings, get_made
from booking.claims.rules.filling import Earlier, Wish
from booking.notes.actions.keep import Written, keep_note
from booking.notes.actions.sign import add_to_note, lock_note
from booking.notes.rules.content import Note, Used
from booking.papers.actions import state_birth_date, state_tax_id
from booking.superbills.actions import issue_superbill
from marketplace.audit import AuditEntry
from marketplace.db import db
from marketplace.kernel.errors import Conflict, NotFound, Refused
from providers.registry.models import Provider
from tests.factories import (
    INSURED,
    ClaimFormFactory,
    CredentialFactory,
    InsuranceDetailsFactory,
    PersonFactory,
    PrescribedVisitFactory,
    PrescriptionFactory,
    SuperbillFactory,
    bookable_provider,
)
from tests.support.clocks import START
from tests.support.racing import race
from tests.support.visits import BASE_URL, book_visit

ANNA, SAM = "account:anna", "account:sam"
PROVIDER = Doer("provider", ANNA)
DAY = START + timedelta(days=2)
LATER = DAY + timedelta(hours=3)
NOTE = Note(subjective="stiff", techniques=(Used("myofascial_release", 20), Used("deep_tissue", 30)), minutes=50)
PLAIN = Wish()


@pytest.fixture
def anna(ctx):
    provider = bookable_provider(slug="anna", name="Anna Alder")
    CredentialFactory(provider=provider, kind="npi", status="verified", plain_number="1234567893")
    state_tax_id(provider.id, "12-3456789", ANNA, START)
    db.session.get_one(Provider, provider.id).phone = "+12125550199"
    db.session.commit()
    return provider


@pytest.fixture
def sam(ctx):
    person = PersonFactory(email="sam@licensedhands.test", name="Sam Doe", address={"line1": "64 East 7th Street"}, zip="10003")
    state_birth_date(person.id, date(1980, 2, 3), START)
    return person


@pytest.fixture
def visit(anna, sam):
    """A visit that took place, with its signed note and its superbill; gives its public id."""
    booked = book_visit(anna, sam, DAY, START).booked.appointment
    row, name = booked.id, booked.public_id
    PrescribedVisitFactory(
        appointment=db.session.get(Appointment, row),
        prescription=PrescriptionFactory(person=sam, icd10="M54.2", diagnosis="zz neck zz", prescriber_name="Dr. Ruth Roe"),
    )
    complete(name, PROVIDER, DAY + timedelta(hours=1))
    keep_note(name, anna.id, Written(NOTE), ANNA, LATER)
    lock_note(name, anna.id, None, ANNA, LATER)
    issue_superbill(name, anna.id, ANNA, BASE_URL, LATER)
    return name


def give(visit, sam, told=INSURED, now=LATER):
    return give_insurance(visit, sam.id, told, "Sam Doe", SAM, now)


def make(visit, anna, wish=PLAIN, now=LATER):
    return make_claim(visit, anna.id, wish, ANNA, now)


def looks(person):
    db.session.rollback()
    return [read.what for read in reads_of(db.session(), person.id) if read.what.startswith("claim_form")]


def refused(verb):
    with pytest.raises((Refused, Conflict)) as refusal:
        verb()
    return refusal.value.code


def test_a_form_says_what_superbill_and_details_say(visit, anna, sam):
    record_payment(visit, Payment("cash", 16_720), PROVIDER, BASE_URL, LATER)
    issue_superbill(visit, anna.id, ANNA, BASE_URL, LATER)
    give(visit, sam)
    made = make(visit, anna)
    (form,) = made.forms
    assert (made.version, made.frequency) == (1, "1")
    assert [(line["24D"], line.get("24D.modifiers"), line["24G"], line["24E"]) for line in form.lines] == [
        ("97140", None, "1", "A"), ("97124", "59", "2", "A"),
    ]  # fmt: skip
    said = {code: form.boxes[code] for code in ("1a", "2", "3", "17", "21.A", "25", "28", "29", "33", "33a")}
    assert said == {
        "1a": "XYZ123456789", "2": "DOE, SAM", "3": "02 03 1980", "17": "DR RUTH ROE", "21.A": "M542", "25": "123456789", "28": "160 00",
        "29": "160 00", "33": "ANNA ALDER", "33a": "1234567893",
    }  # fmt: skip
    assert list(claim_form_findings(db.session())) == []


def test_without_the_clients_permission_a_therapist_opens_makes_and_prints_nothing(visit, anna, sam):
    verbs = (
        lambda: open_claim(visit, anna.id, ANNA, LATER), lambda: make(visit, anna), lambda: print_claim(visit, anna.id, None, ANNA, LATER),
    )  # fmt: skip
    assert [refused(verb) for verb in verbs] == ["insurance_not_given"] * 3
    given = give(visit, sam)
    make(visit, anna)
    assert given.expires_on - LATER.date() == timedelta(days=365)
    late = LATER + timedelta(days=400)
    assert refused(lambda: open_claim(visit, anna.id, ANNA, late)) == "insurance_not_given"
    take_back_insurance(visit, sam.id, SAM, LATER)
    assert [refused(verb) for verb in verbs] == ["insurance_not_given"] * 3
    session = db.session()
    assert get_made(session, session.scalars(select(Appointment.id).where(Appointment.public_id == visit)).one(), None).version == 1


def test_what_is_taken_back_is_emptied_and_what_replaces_it_too(visit, anna, sam):
    give(visit, sam)
    give(visit, sam, replace(INSURED, insured_id="SECOND"))
    take_back_insurance(visit, sam.id, SAM, LATER)
    take_back_insurance(visit, sam.id, SAM, LATER)
    rows = db.session.scalars(select(InsuranceDetails).order_by(InsuranceDetails.id)).all()
    assert [(row.content, row.ended_at, row.signed_name) for row in rows] == [({}, LATER, "Sam Doe")] * 2


def test_it_needs_an_issued_superbill_that_still_says_the_same(anna, sam, visit):
    give(visit, sam)
    record_payment(visit, Payment("cash", 16_720), PROVIDER, BASE_URL, LATER)
    assert refused(lambda: make(visit, anna)) == "superbill_stale"
    issue_superbill(visit, anna.id, ANNA, BASE_URL, LATER)
    assert make(visit, anna).version == 1
    other = book_visit(anna, sam, DAY + timedelta(days=1), START).booked.appointment.public_id
    assert refused(lambda: make(other, anna)) == "superbill_not_issued"


def test_what_is_missing_is_refused_box_by_box_and_the_look_stays(visit, anna, sam):
    give(visit, sam, replace(INSURED, insured_id="", patient_zip=""))
    with pytest.raises(Refused) as refusal:
        make(visit, anna)
    assert (refusal.value.code, [fault.field for fault in refusal.value.faults]) == ("claim_incomplete", ["1a", "5.zip"])
    assert looks(sam) == ["claim_form"]
    assert db.session.scalars(select(ClaimForm)).all() == []


def test_the_same_is_made_once_and_a_refund_or_an_addendum_is_a_reason_for_another(visit, anna, sam):
    give(visit, sam)
    first = make(visit, anna)
    assert make(visit, anna, now=LATER + timedelta(days=1)) == first
    record_payment(visit, Payment("cash", 16_720), PROVIDER, BASE_URL, LATER)
    issue_superbill(visit, anna.id, ANNA, BASE_URL, LATER)
    assert open_claim(visit, anna.id, ANNA, LATER).reasons == ("money",)
    add_to_note(visit, anna.id, "one more thing", ANNA, LATER)
    assert open_claim(visit, anna.id, ANNA, LATER).reasons == ("money", "addendum")
    second = make(visit, anna, Wish(earlier=Earlier("7", "icn9")))
    assert (second.version, second.frequency, second.forms[0].boxes["22"], second.forms[0].boxes["22.reference"]) == (2, "7", "7", "ICN9")
    assert make(visit, anna) == second
    opened = open_claim(visit, anna.id, ANNA, LATER)
    assert ([one.version for one in opened.made], opened.reasons) == ([2, 1], ())
    assert opened.made[1].forms == first.forms


def test_the_insurers_copy_can_be_replaced_though_nothing_has_changed(visit, anna, sam):
    give(visit, sam)
    make(visit, anna)
    assert make(visit, anna, Wish(earlier=Earlier("7", "ICN9"))).version == 2
    assert make(visit, anna, Wish(earlier=Earlier("7", "ICN9"))).version == 2
    assert make(visit, anna, Wish(accepts=True)).forms[0].boxes["27"] == "yes"


def test_a_claim_is_taken_back_as_it_was_and_then_there_is_none_to_take_back(visit, anna, sam):
    assert refused(lambda: make(visit, anna)) == "insurance_not_given"
    give(visit, sam)
    back = Wish(earlier=Earlier("8", "ICN9"))
    assert refused(lambda: make(visit, anna, back)) == "nothing_to_replace"
    first = make(visit, anna)
    record_payment(visit, Payment("cash", 16_720), PROVIDER, BASE_URL, LATER)
    assert refused(lambda: make(visit, anna, Wish(earlier=Earlier("8", " ")))) == "claim_incomplete"
    taken = make(visit, anna, back)
    assert (taken.frequency, taken.forms[0].lines, taken.forms[0].boxes["29"]) == ("8", first.forms[0].lines, first.forms[0].boxes["29"])
    assert refused(lambda: make(visit, anna, back)) == "nothing_to_replace"
    issue_superbill(visit, anna.id, ANNA, BASE_URL, LATER)
    assert (make(visit, anna).version, make(visit, anna).frequency) == (3, "1")


def test_each_look_of_the_therapist_is_in_the_clients_log(visit, anna, sam):
    give(visit, sam)
    make(visit, anna)
    open_claim(visit, anna.id, ANNA, LATER)
    assert print_claim(visit, anna.id, 1, ANNA, LATER).version == 1
    with pytest.raises(NotFound):
        print_claim(visit, anna.id, 2, ANNA, LATER)
    assert sorted(looks(sam)) == ["claim_form", "claim_form", "claim_form_file"]


def test_others_find_nothing(visit, anna, sam):
    bea, kim = bookable_provider(slug="bea"), PersonFactory()
    give(visit, sam)
    for verb in (
        lambda: make(visit, bea),
        lambda: open_claim(visit, bea.id, ANNA, LATER),
        lambda: give(visit, kim),
        lambda: take_back_insurance(visit, kim.id, SAM, LATER),
    ):
        with pytest.raises(NotFound):
            verb()


def test_details_and_forms_lie_sealed_and_nothing_of_them_is_in_the_audit(visit, anna, sam):
    give(visit, sam)
    make(visit, anna)
    for table in ("insurance_details", "claim_form"):
        raw = str(db.session.connection().exec_driver_sql(f"SELECT * FROM {table}").all())
        assert not any(word in raw for word in ("XYZ123456789", "M542", "DOE, SAM", "Acme"))
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb.in_(("insurance.given", "claim_form.made")))).all()
    assert len(entries) == 2
    assert not any("XYZ" in str(entry.details) or "M54" in str(entry.details) for entry in entries)


def test_details_that_have_no_shape_are_refused(visit, sam):
    with pytest.raises(Refused) as refusal:
        give(visit, sam, replace(INSURED, payer_zip="1", patient_state="N"))
    assert [fault.field for fault in refusal.value.faults] == ["payer_zip", "patient_state"]


def test_of_many_at_once_one_form_is_made_and_one_permission_stands(app, visit, anna, sam):
    anna_id, sam_id = anna.id, sam.id
    give(visit, sam)
    db.session.remove()
    race(app, [lambda: make_claim(visit, anna_id, PLAIN, ANNA, LATER).version for _again in range(4)])
    race(app, [lambda: give_insurance(visit, sam_id, INSURED, "Sam", SAM, LATER).public_id for _again in range(4)])
    assert db.session.scalars(select(ClaimForm.version)).all() == [1]
    ended = db.session.scalars(select(InsuranceDetails.ended_at)).all()
    assert (len(ended), sum(one is None for one in ended)) == (5, 1)


def test_check_finds_forms_without_permission_with_gaps_or_wrong_sums(visit, anna, sam):
    give(visit, sam)
    made = make(visit, anna)
    assert list(claim_form_findings(db.session())) == []
    db.session.execute(update(InsuranceDetails).values(given_at=LATER + timedelta(days=1)))
    assert list(claim_form_findings(db.session())) == [
        f"claim form {made.public_id}: made without a live permission of its client for its therapist"
    ]
    db.session.rollback()
    row = db.session.scalars(select(ClaimForm)).one()
    row.version, row.content = 2, {"forms": [{"boxes": {"28": "1 00"}, "lines": [{"24F": "2 00"}]}]}
    db.session.flush()
    assert [one.rpartition(": ")[2] for one in claim_form_findings(db.session())] == [
        "its lines do not add up to its totals", "1 of 2 versions are kept",
    ]  # fmt: skip
    db.session.rollback()


def test_check_finds_a_form_from_another_visits_superbill(visit, anna, sam):
    other = SuperbillFactory()
    form = ClaimFormFactory(superbill=other, details=InsuranceDetailsFactory(person=sam, provider=anna))
    wrong = [one for one in claim_form_findings(db.session()) if form.public_id in one]
    assert wrong == [f"claim form {form.public_id}: made without a live permission of its client for its therapist"]


def test_a_draft_shows_faults_before_anything_is_made(visit, anna, sam):
    give(visit, sam, replace(INSURED, payer_name=""))
    draft = open_claim(visit, anna.id, ANNA, LATER).draft
    assert [(fault.box, fault.detail) for fault in draft.faults] == [("", "The insurer's name is missing.")]
