"""Prescriptions for programs and for people without script: written down, chosen at checkout, counted, never overdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment, PrescribedVisit
from booking.screening import catalogue
from booking.screening.models import Prescription
from marketplace.audit import AuditEntry
from marketplace.db import db
from tests.factories import AccountFactory, PrescriptionFactory, bookable_provider, person_of
from tests.support.visits import clear_answers
from tests.web.test_checkout import answer_health, hold

SENT = {
    "prescriber_name": "Dr. Dora Doe", "prescriber_npi": "1234567893", "diagnosis": "Low back pain", "icd10": "m54.50",
    "treatment": "Manual therapy", "frequency": "once a week", "regions": ["lower_back_l", "lower_back_r"], "visits_allowed": 1,
    "issued_on": "2027-01-04", "expires_on": "2027-03-01",
}  # fmt: skip


@pytest.fixture
def account(app):
    with app.app_context():
        bookable_provider(slug="anna", name="Anna Alder")
        made = AccountFactory()
        person_of(made)
        db.session.expunge_all()
    return made


def test_a_program_keeps_one_and_books_with_it_as_often_as_it_allows(app, program, account, clock):
    me = program(account)
    made = me.post("/prescriptions", SENT, key="once")
    assert made.status_code == 201
    assert {name: made.json[name] for name in SENT} == {**SENT, "icd10": "M54.50"}
    assert (made.json["visits_used"], made.json["visits_left"]) == (0, 1)
    assert me.post("/prescriptions", SENT, key="once").json == made.json
    consent = {"version": me.get("/screenings/form").json["consent"]["version"], "accepted": True}
    screening = me.post("/screenings", {"answers": clear_answers()}).json["id"]
    answers = []
    for day in (2, 3):
        start = (clock.now + timedelta(days=day)).isoformat()
        wish = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": start}
        body = {"hold": me.post("/holds", wish).json["id"], "screening": screening, "consent": consent, "prescription": made.json["id"]}
        answers.append(me.post("/appointments", body))
    assert [(answer.status_code, answer.json.get("code")) for answer in answers] == [(201, None), (422, "prescription_used_up")]
    [listed] = me.get("/prescriptions").json["items"]
    assert (listed["visits_used"], listed["visits_left"]) == (1, 0)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"prescriber_npi": "1234567890"}, "prescriber_npi"),
        ({"icd10": "back"}, "icd10"),
        ({"regions": ["tail"]}, "regions"),
        ({"visits_allowed": 0}, "visits_allowed"),
        ({"expires_on": "2027-01-03"}, "expires_on"),
        ({"issued_on": "2027-02-03"}, "issued_on"),
        ({"diagnosis": ""}, "diagnosis"),
    ],
)
def test_what_is_wrong_is_named(program, account, change, field):
    refused = program(account).post("/prescriptions", {**SENT, **change})
    assert refused.status_code in (400, 422)
    assert [fault["field"] for fault in refused.json["errors"]] == [field]


def test_others_see_and_use_none_of_it(app, program, account):
    with app.app_context():
        other = AccountFactory()
        PrescriptionFactory(person=person_of(other))
        therapist = AccountFactory(role="provider")
    assert program(account).get("/prescriptions").json["items"] == []
    assert program(therapist).get("/prescriptions").status_code == 403
    assert program(None).get("/prescriptions").status_code == 401


def test_a_person_writes_one_down_and_chooses_it_at_checkout(app, visitor, account, clock):
    person = visitor(account)
    person.open("/care")
    assert "No prescription is on file." in person.page.text
    person.open("/care/prescriptions/new")
    page = person.submit(at="/prescriptions/new", **{**SENT, "prescriber_npi": "12", "visits_allowed": "1"})
    assert page.status_code == 422
    assert 'href="#prescriber_npi"' in page.text
    page = person.submit(at="/prescriptions/new", prescriber_npi="1234567893", regions=SENT["regions"])
    assert page.request.path == "/care"
    assert "0 of 1 visits booked or done, 1 left" in page.text
    shop = {"provider": "anna", "service": "medical-massage", "minutes": "60", "setting": "clinic", "zip": "",
            "starts_at": (clock.now + timedelta(days=2)).isoformat()}  # fmt: skip
    hold(person, shop)
    answer_health(person)
    page = person.submit(at="/consent", accepted="y")
    assert "Low back pain, by Dr. Dora Doe" in page.text
    with app.app_context():
        chosen = db.session.scalars(select(Prescription.public_id)).one()
    person.submit(at="/place", prescription=chosen)
    person.submit(at="/review")
    with app.app_context():
        counted = db.session.scalars(select(PrescribedVisit)).one()
        assert counted.appointment_id == db.session.scalars(select(Appointment.id)).one()
    assert "1 of 1 visits booked or done" in person.open("/care").text


def test_a_client_without_one_is_not_asked(visitor, account, clock):
    person = visitor(account)
    shop = {"provider": "anna", "service": "medical-massage", "minutes": "60", "setting": "clinic", "zip": "",
            "starts_at": (clock.now + timedelta(days=2)).isoformat()}  # fmt: skip
    hold(person, shop)
    answer_health(person)
    assert "Prescription" not in person.submit(at="/consent", accepted="y").text


def test_the_audit_holds_no_health_word(app, program, account):
    program(account).post("/prescriptions", SENT)
    with app.app_context():
        text = str([(entry.verb, entry.details) for entry in db.session.scalars(select(AuditEntry))])
    assert "prescription.kept" in text
    assert not [word for word in ("back", "M54", "Doe", "1234567893") if word in text]


def test_every_region_of_the_map_can_be_ticked(visitor, account):
    page = visitor(account).open("/care/prescriptions/new")
    assert all(name in page.text for name in catalogue.body_map().names.values())
