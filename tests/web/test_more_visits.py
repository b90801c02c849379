"""Requests for more visits as programs and people use them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.screening.models import Prescription
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.masking import mask
from tests.factories import AccountFactory, PrescriptionFactory, bookable_provider, person_of
from tests.support.visits import book_hold, hold_visit

REASON = "Turning the head is better and not yet free."
ASKED = {"visits": 6, "until_on": "2027-04-01", "reason": REASON}
SENT = {"email": "office@practice.example.com"}


@pytest.fixture
def prescribed(app, clock):
    """A client and a therapist with a confirmed visit that counts for a prescription of two, and the visit's id."""
    with app.app_context():
        client, therapist = AccountFactory(), AccountFactory(role="provider")
        anna, person = bookable_provider(slug="anna", account=therapist, name="Anna Alder"), person_of(client)
        paper = PrescriptionFactory(person=person, visits_allowed=2)
        hold = hold_visit(anna, person, clock.now + timedelta(days=3), clock.now)
        visit = book_hold(hold, person, clock.now, prescription=paper.public_id).booked.appointment.public_id
        for account in (client, therapist):
            db.session.refresh(account)
        db.session.expunge_all()
    return client, therapist, visit


def link_of(app):
    with app.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.kind == "more_visits_asked").order_by(Letter.id.desc())).first()
        return "/more-visits/" + letter.facts["link"].rpartition("/")[2]


def test_programs_ask_send_on_and_read_the_answer(app, program, prescribed, visitor):
    client, therapist, visit = prescribed
    me, anna, path = program(client), program(therapist), f"/appointments/{visit}/more-visits"
    seen = anna.get(path).json
    assert (seen["items"], seen["papers"], seen["prescription"]["visits_left"]) == ([], [], 1)
    made = anna.post(path, ASKED, key="once")
    assert (made.status_code, made.json["status"], made.json["visits"], made.json["reason"]) == (201, "written", 6, REASON)
    assert anna.post(path, ASKED, key="once").json == made.json
    again = anna.post(path, ASKED)
    assert (again.status_code, again.json["code"]) == (409, "asked_already")
    [mine] = me.get("/more-visits").json["items"]
    assert (mine["reason"], mine["answer"], mine["given"]) == (REASON, None, None)
    sent = me.post(f"/more-visits/{mine['id']}/send", SENT)
    assert (sent.status_code, sent.json["status"]) == (201, "sent")
    page = visitor(None)
    address = link_of(app)
    page.open(address)
    page.submit(at=address, answer="yes", signer_name="Dr. Dora Doe", signer_npi="1234567893", visits="4", expires_on="2027-03-01")
    [line] = anna.get("/more-visits").json["items"]
    assert (line["status"], line["answered_how"]) == ("approved", "link")
    assert REASON not in str(line)
    whole = anna.get(path).json["items"][0]
    assert whole["answer"] == {"name": "Dr. Dora Doe", "npi": "1234567893", "words": ""}
    papers = {paper["id"]: paper for paper in me.get("/prescriptions").json["items"]}
    assert papers[line["given"]]["visits_allowed"] == 4
    assert papers[line["prescription"]]["visits_allowed"] == 2
    reads = [(read["what"], read["who"]) for read in me.get("/me/access-log").json["items"]]
    assert set(reads) == {("more_visits", "Anna Alder"), ("more_visits", "prescriber link")}


def test_a_paper_is_tied_by_program(program, prescribed):
    client, therapist, visit = prescribed
    me, anna = program(client), program(therapist)
    made = anna.post(f"/appointments/{visit}/more-visits", ASKED).json["id"]
    refused = anna.post(f"/more-visits/{made}/prescription", {"prescription": "nothing"})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "prescription")
    paper = me.post(
        "/prescriptions",
        {
            "prescriber_name": "Dr. Nia New", "prescriber_npi": "1245319599", "diagnosis": "Neck pain", "icd10": "M54.2",
            "treatment": "Massage", "visits_allowed": 5, "issued_on": "2027-01-12", "expires_on": "2027-02-12",
        },
    ).json["id"]  # fmt: skip
    assert [one["id"] for one in anna.get(f"/appointments/{visit}/more-visits").json["papers"]] == [paper]
    tied = anna.post(f"/more-visits/{made}/prescription", {"prescription": paper})
    assert (tied.status_code, tied.json["status"], tied.json["given"], tied.json["answer"]["name"]) == (
        200,
        "approved",
        paper,
        "Dr. Nia New",
    )
    closed = me.delete(f"/more-visits/{made}")
    assert (closed.status_code, closed.json["code"]) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "visits"),
        ({**ASKED, "visits": 0}, "visits"),
        ({**ASKED, "visits": "six"}, "visits"),
        ({**ASKED, "until_on": "2027-01-11"}, "until_on"),
        ({**ASKED, "reason": " "}, "reason"),
        ({**ASKED, "reason": "x" * 2001}, "reason"),
        ({**ASKED, "more": 1}, "more"),
    ],
)
def test_what_is_wrong_with_a_request_is_named(program, prescribed, body, field):
    answer = program(prescribed[1]).post(f"/appointments/{prescribed[2]}/more-visits", body)
    assert answer.status_code in (400, 422)
    assert field in [fault["field"] for fault in answer.json["errors"]]


def test_each_side_closes_it(program, prescribed):
    client, therapist, visit = prescribed
    me, anna, path = program(client), program(therapist), f"/appointments/{visit}/more-visits"
    for side in (me, anna):
        made = anna.post(path, ASKED).json["id"]
        assert side.delete(f"/more-visits/{made}").status_code == 204
    assert [one["answered_how"] for one in me.get("/more-visits").json["items"]] == ["provider", "client"]


def test_strangers_read_and_answer_nothing(outsiders, program, prescribed):
    _client, therapist, visit = prescribed
    made = program(therapist).post(f"/appointments/{visit}/more-visits", ASKED).json["id"]
    theirs, bea = (program(account) for account in outsiders)
    assert theirs.get("/more-visits").json["items"] == bea.get("/more-visits").json["items"] == []
    assert theirs.post(f"/more-visits/{made}/send", SENT).status_code == 404
    assert bea.get(f"/appointments/{visit}/more-visits").status_code == 404
    assert bea.post(f"/appointments/{visit}/more-visits", ASKED).status_code == 404
    assert [side.delete(f"/more-visits/{made}").status_code for side in (theirs, bea)] == [404, 404]


def test_all_three_on_pages(app, prescribed, visitor):
    client, therapist, visit = prescribed
    mine, desk, path = visitor(client), visitor(therapist), f"/provider/appointments/{visit}/more-visits"
    assert "More visits on the prescription" in desk.open(f"/provider/appointments/{visit}").text
    assert "Nobody has asked for more visits." in mine.open("/care/more-visits").text
    assert "1 of 2 visits booked or done" in desk.open(path).text
    page = desk.submit(at=path, visits="6", until_on="2027-04-01", reason="")
    assert page.status_code == 422
    assert 'href="#reason"' in page.text
    page = desk.submit(at=path, visits="6", until_on="2027-04-01", reason=REASON)
    assert "Your client reads it, and sends it on" in page.text
    assert "Ask for more" not in page.text
    page = mine.open("/care/more-visits")
    assert REASON in page.text
    address = re.search(r'href="(/care/more-visits/[\w-]+/send)"', page.text)[1]
    mine.open(address)
    page = mine.submit(at=address, email="")
    assert page.status_code == 422
    with app.app_context():
        own = person_of(client).email
    assert "This is your own address" in mine.submit(at=address, email=own).text
    assert "A letter with a link is on its way" in mine.submit(at=address, **SENT).text
    assert "Waits for an answer" in desk.open(path).text
    assert mine.open(address).request.path == "/care/more-visits"
    guest, link = visitor(None), link_of(app)
    page = guest.open(link)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert REASON in page.text
    assert "Manual therapy" in page.text
    assert "1234567893" not in page.text, "the number is theirs to know"
    page = guest.submit(at=link, answer="yes", signer_name="Dr. Dora Doe", signer_npi="1245319599", visits="6", expires_on="2027-04-01")
    assert page.status_code == 422
    assert "This is not the NPI on the prescription." in page.text
    page = guest.submit(at=link, answer="no", signer_name="Dr. Dora Doe", signer_npi="", visits="", expires_on="", words="Come by first.")
    assert "Thank you" in page.text
    assert guest.open(link).status_code == 404
    for side, where in ((mine, "/care/more-visits"), (desk, path)):
        page = side.open(where)
        assert "Dr. Dora Doe said no on" in page.text
        assert "Come by first." in page.text
    assert "A request for more visits" in mine.open("/care/access-log").text
    with app.app_context():
        assert len(db.session.scalars(select(Prescription)).all()) == 1


def test_a_paper_is_tied_on_the_page(app, prescribed, visitor):
    client, therapist, visit = prescribed
    mine, desk, path = visitor(client), visitor(therapist), f"/provider/appointments/{visit}/more-visits"
    desk.open(path)
    desk.submit(at=path, visits="6", until_on="2027-04-01", reason=REASON)
    with app.app_context():
        paper = PrescriptionFactory(person=person_of(client), prescriber_name="Dr. Nia New").public_id
    assert "Your client has added a prescription since" in desk.open(path).text
    assert "Choose a prescription that the client has added" in desk.submit(at="/prescription", prescription="").text
    desk.open(path)
    assert "Kept with the request." in desk.submit(at="/prescription", prescription=paper).text
    assert "A new prescription of Dr. Nia New was taken" in mine.open("/care/more-visits").text
    desk.open(path)
    desk.submit(at=path, visits="2", until_on="2027-04-01", reason=REASON)
    desk.open(path)
    assert "Taken back." in desk.submit(at="/withdraw").text
    desk.submit(at=path, visits="3", until_on="2027-04-01", reason=REASON)
    mine.open("/care/more-visits")
    assert "Nothing is sent." in mine.submit(at="/decline").text


def test_a_visit_without_a_prescription_has_no_way_there(sides, visitor):
    _client, therapist, visit = sides
    desk = visitor(therapist)
    assert "More visits on the prescription" not in desk.open(f"/provider/appointments/{visit}").text
    assert "There is nothing to ask more visits for." in desk.open(f"/provider/appointments/{visit}/more-visits").text


def test_a_log_holds_no_key(app, prescribed, program):
    client, therapist, visit = prescribed
    made = program(therapist).post(f"/appointments/{visit}/more-visits", ASKED).json["id"]
    program(client).post(f"/more-visits/{made}/send", SENT)
    assert mask(f"GET {link_of(app)} HTTP/1.1") == "GET /more-visits/… HTTP/1.1"


def test_calls_have_no_such_page(app, sides, visitor):
    _client, therapist, visit = sides
    with app.app_context():
        db.session.scalars(select(Appointment).where(Appointment.public_id == visit)).one().setting = "phone"
        db.session.commit()
    assert visitor(therapist).open(f"/provider/appointments/{visit}/more-visits").status_code == 404
