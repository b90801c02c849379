"""Clearances for programs and for people without script: sent, asked for, answered behind a link, decided; who read what."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from marketplace.db import db
from marketplace.outbox.models import Letter
from tests.factories import AccountFactory, bookable_provider, person_of
from tests.support.visits import BASE_URL, book_hold, clear_answers, hold_visit
from tests.web.test_checkout import answer_health, hold, last_code

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
SENT = {
    "signer_name": "Dr. Dora Doe", "signer_profession": "surgeon", "signed_on": "2027-01-11", "expires_on": "2027-03-01",
    "covers": ["surgery_recent"],
}  # fmt: skip


@pytest.fixture
def people(app, clock):
    """A client whose visit waits for a clearance, its therapist, and another therapist."""
    with app.app_context():
        customer, therapist, other = AccountFactory(), AccountFactory(role="provider"), AccountFactory(role="provider")
        anna = bookable_provider(account=therapist, slug="anna", name="Anna Alder")
        bookable_provider(account=other, slug="bea")
        person = person_of(customer)
        held = hold_visit(anna, person, clock.now + timedelta(days=3), clock.now)
        visit = book_hold(held, person, clock.now, clear_answers(surgery_recent=True)).booked.appointment.public_id
        db.session.remove()
    return customer, therapist, other, visit


def link_of(app, kind):
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id.desc())).first()
        return letter.facts["link"]


def test_programs_send_decide_and_see_who_looked(app, program, people):
    customer, therapist, other, visit = (program(people[0]), program(people[1]), program(people[2]), people[3])
    assert customer.get(f"/appointments/{visit}").json["waits_for"] == ["clearance"]
    made = customer.post("/clearances", SENT, key="once")
    assert (made.status_code, made.json["status"], made.json["covers"]) == (201, "submitted", ["surgery_recent"])
    assert customer.post("/clearances", SENT, key="once").json == made.json
    assert other.get("/clearances").json["items"] == []
    [seen] = therapist.get("/clearances").json["items"]
    assert (seen["id"], seen["status"], seen["has_file"]) == (made.json["id"], "submitted", False)
    decided = therapist.post(f"/clearances/{seen['id']}/decision", {"decision": "accept", "note": "Thank you."})
    assert (decided.status_code, decided.json["status"]) == (200, "accepted")
    assert customer.get(f"/appointments/{visit}").json["status"] == "confirmed"
    [own] = customer.get("/clearances").json["items"]
    assert [(one["provider"], one["decision"], one["note"]) for one in own["decisions"]] == [("anna", "accept", "Thank you.")]
    reads = customer.get("/me/access-log").json["items"]
    assert [(read["who"], read["provider"], read["what"]) for read in reads] == [("Anna Alder", "anna", "clearance")] * 2


def test_a_file_comes_along_and_is_served_as_an_attachment(app, program, people, visitor):
    customer, therapist, _other, _visit = people
    me = program(customer)
    sent = {
        **{name: text for name, text in SENT.items() if name != "covers"},
        "covers": "surgery_recent,seizure",
        "file": (io.BytesIO(PDF), "letter.pdf"),
    }
    made = me.app.test_client(use_cookies=False).post("/api/v1/clearances", data=sent, headers=me.headers)
    assert (made.status_code, made.json["has_file"], made.json["covers"]) == (201, True, ["seizure", "surgery_recent"])
    desk = visitor(therapist)
    answer = desk.open(f"/provider/clearances/{made.json['id']}/file")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    bad = {**SENT, "file": (io.BytesIO(b"<html>"), "letter.pdf")}
    assert me.app.test_client(use_cookies=False).post("/api/v1/clearances", data=bad, headers=me.headers).json["code"] == "bad_file"


@pytest.mark.parametrize(
    "change, field",
    [({"covers": ["fever"]}, "covers"), ({"expires_on": "2027-01-10"}, "expires_on"), ({"signer_npi": "123"}, "signer_npi")],
)
def test_what_is_wrong_is_named(program, people, change, field):
    refused = program(people[0]).post("/clearances", {**SENT, **change})
    assert refused.status_code in (400, 422)
    assert field in [fault["field"] for fault in refused.json["errors"]]


def test_a_person_sends_a_document_and_the_therapist_takes_it(app, visitor, people):
    customer, therapist, _other, visit = people
    person = visitor(customer)
    page = person.open(f"/appointments/{visit}")
    assert "Send a document from your physician" in page.text
    person.open(f"/appointments/{visit}/clearance")
    page = person.submit(at="/clearance", **{**SENT, "signer_name": ""})
    assert page.status_code == 422
    assert 'href="#signer_name"' in page.text
    page = person.submit(at="/clearance", **SENT)
    assert page.request.path == f"/appointments/{visit}"
    desk = visitor(therapist)
    assert "This visit waits for a clearance." in desk.open(f"/provider/appointments/{visit}").text
    address = re.search(r'href="(/provider/clearances/[\w-]+)"', desk.open("/provider/clearances").text)[1]
    page = desk.open(address)
    assert "Surgery within the look-back time" in page.text
    assert desk.submit(at=address).status_code == 422
    desk.submit(at=address, decision="accept")
    assert "Send a document from your physician" not in person.open(f"/appointments/{visit}").text
    with app.app_context():
        assert db.session.scalars(select(Appointment.status)).one() == "confirmed"
    page = desk.open(f"/provider/appointments/{visit}/health")
    assert "Some things are left out" in page.text or "A physician has to agree" in page.text
    assert "Scar work" in page.text or "Not these techniques" in page.text
    log = person.open("/care/access-log").text
    assert log.count("Anna Alder") >= 2
    assert "Your health answers and consent" in log


def test_a_physician_answers_behind_a_link(app, visitor, people):
    customer, _therapist, _other, visit = people
    person = visitor(customer)
    person.open(f"/appointments/{visit}/clearance/ask")
    person.submit(at="/clearance/ask", name="Dr. Dora Doe", profession="surgeon", email="dora@clinic.example.com", about=["surgery_recent"])
    link = link_of(app, "clearance_asked").removeprefix(BASE_URL)
    path = "/" + link.partition("://")[2].partition("/")[2] if "://" in link else link
    doctor = visitor()
    page = doctor.open(path)
    assert page.status_code == 200
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("private, no-store", "noindex, nofollow")
    page = doctor.submit(at=path, answer="yes", signer_npi="12", covers=["surgery_recent"], expires_on="2027-03-01")
    assert page.status_code == 422
    page = doctor.submit(at=path, answer="yes", signer_npi="1234567893", covers=["surgery_recent"], expires_on="2027-03-01")
    assert "Thank you" in page.text
    assert doctor.open(path).status_code == 404
    assert doctor.open("/clearance/" + "A" * 43).status_code == 404
    assert link_of(app, "clearance_to_decide")


def test_a_guest_sends_one_through_their_own_link(app, visitor, people, clock):
    guest = visitor()
    shop = {"provider": "bea", "service": "medical-massage", "minutes": "60", "setting": "clinic", "zip": "",
            "starts_at": (clock.now + timedelta(days=4)).isoformat()}  # fmt: skip
    hold(guest, shop)
    answer_health(guest, surgery_recent="yes")
    guest.submit(at="/consent", accepted="y")
    guest.submit(at="/place", name="Gina Guest", email="gina@example.com", phone="(212) 555-0123")
    page = guest.submit(at="/review", code=last_code(app))
    path = page.request.path
    assert path.startswith("/visits/")
    assert f"{path}/clearance" in page.text
    guest.open(f"{path}/clearance")
    page = guest.submit(at="/clearance", **SENT)
    assert page.request.path == path
    assert guest.open(f"{path}/clearance/ask").status_code == 200
    with app.app_context():
        assert db.session.scalars(select(Appointment).where(Appointment.guest_key_hash.is_not(None))).one().status == "requested"


def test_papers_of_others_are_not_to_be_found(visitor, program, people):
    customer, therapist, other, visit = people
    made = program(customer).post("/clearances", SENT).json["id"]
    stranger = visitor(other)
    for path in (f"/provider/clearances/{made}", f"/provider/clearances/{made}/file", f"/provider/appointments/{visit}/health"):
        assert stranger.open(path).status_code == 404
    assert program(other).post(f"/clearances/{made}/decision", {"decision": "accept"}).status_code == 404
    assert visitor(therapist).open("/care").status_code == 403
