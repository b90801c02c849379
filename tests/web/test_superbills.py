"""Superbills on pages, as files and for programs; each side sees its own, nobody else any, and only the therapist issues."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest

from booking.appointments.actions.progress import complete
from booking.appointments.changes.history import Doer
from booking.papers.actions import state_birth_date
from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from tests.factories import (
    AccountFactory,
    PersonFactory,
    PrescribedVisitFactory,
    PrescriptionFactory,
    bookable_provider,
    person_of,
    signed_note,
)
from tests.support.visits import book_hold, book_visit, hold_visit, visit_of

PROVIDER = Doer("provider", "account:test")


@pytest.fixture
def sides(app, clock):
    """A client and a therapist with a visit that took place and a signed note, and the visit's id."""
    with app.app_context():
        client, therapist = AccountFactory(), AccountFactory(role="provider")
        anna, person = bookable_provider(slug="anna", name="Anna Alder", account=therapist), person_of(client)
        visit = had(anna, person, clock.now)
        state_birth_date(person.id, date(1980, 2, 3), clock.now)
        for account in (client, therapist):
            db.session.refresh(account)
        db.session.expunge_all()
    clock.set(clock.now + timedelta(days=3))
    return client, therapist, visit


def had(anna, person, now, **more):
    made = visit_of(book_hold(hold_visit(anna, person, now + timedelta(days=2), now), person, now, **more))
    PrescribedVisitFactory(appointment=made, prescription=PrescriptionFactory(person=person, icd10="M54.2"))
    complete(made.public_id, PROVIDER, now + timedelta(days=2, hours=1))
    signed_note(made)
    return made.public_id


def test_both_sides_read_what_it_would_say_and_then_what_was_issued(sides, program):
    client, therapist, visit = sides
    me, desk = program(client), program(therapist)
    for caller in (me, desk):
        told = caller.get(f"/appointments/{visit}/superbill").json
        assert (told["version"], told["number"], told["issued_at"], told["icd10"]) == (0, None, None, "M54.2")
    made = desk.post(f"/appointments/{visit}/superbill")
    assert (made.status_code, made.json["number"], made.json["version"]) == (201, "anna-SB2027-0001", 1)
    assert me.get(f"/appointments/{visit}/superbill").json == made.json
    assert (made.json["units"], made.json["items"][0]["code"], made.json["coverage"]) == (3, "97140", "unknown")
    file = me.get(f"/appointments/{visit}/superbill.pdf")
    assert (file.mimetype, file.data[:5], file.headers["Cache-Control"]) == ("application/pdf", b"%PDF-", "private, no-store")
    assert "superbill-anna-SB2027-0001.pdf" in file.headers["Content-Disposition"]


def test_a_client_reads_in_the_log_who_looked(sides, program, visitor):
    client, therapist, visit = sides
    program(therapist).get(f"/appointments/{visit}/superbill")
    visitor(therapist).open(f"/provider/appointments/{visit}/superbill")
    log = program(client).get("/me/access-log").json["items"]
    assert [(read["what"], read["about"], read["provider"]) for read in log] == [("superbill", visit, "anna")] * 2
    assert "A superbill" in visitor(client).open("/care/access-log").text


def test_only_the_therapist_issues_and_strangers_find_nothing(sides, app, program):
    client, _therapist, visit = sides
    with app.app_context():
        others = [AccountFactory(), AccountFactory(role="provider"), AccountFactory(role="admin")]
        person_of(others[0])
        bookable_provider(slug="other", account=others[1])
        for account in others:
            db.session.refresh(account)
        db.session.expunge_all()
    assert program(client).post(f"/appointments/{visit}/superbill").status_code == 403
    callers = [program(one) for one in others]
    assert [caller.get(f"/appointments/{visit}/superbill").status_code for caller in callers] == [404, 404, 403]
    assert callers[1].post(f"/appointments/{visit}/superbill").status_code == 404


def test_without_a_signed_note_there_is_none(app, clock, program, visitor):
    with app.app_context():
        client, therapist = AccountFactory(), AccountFactory(role="provider")
        visit = visit_of(book_visit(bookable_provider(account=therapist), person_of(client), clock.now + timedelta(days=2), clock.now))
        visit = visit.public_id
        complete(visit, PROVIDER, clock.now + timedelta(days=2, hours=1))
        for account in (client, therapist):
            db.session.refresh(account)
        db.session.expunge_all()
    clock.set(clock.now + timedelta(days=3))
    me, desk = program(client), program(therapist)
    for caller, method in ((me, "GET"), (desk, "GET"), (desk, "POST")):
        answer = caller.call(method, f"/appointments/{visit}/superbill", {} if method == "POST" else None)
        assert (answer.status_code, answer.json["code"]) == (409, "note_not_locked")
    assert me.get(f"/appointments/{visit}/superbill.pdf").status_code == 409
    assert "has signed the note" in visitor(client).open(f"/appointments/{visit}/superbill").text
    assert "has signed the note" in visitor(therapist).open(f"/provider/appointments/{visit}/superbill").text


def test_the_therapist_issues_on_a_page_and_the_client_reads_it_there(sides, visitor):
    client, therapist, visit = sides
    desk = visitor(therapist)
    assert f"/provider/appointments/{visit}/superbill" in desk.open(f"/provider/appointments/{visit}").text
    page = desk.open(f"/provider/appointments/{visit}/superbill").text
    assert "This superbill is incomplete" in page
    assert "Issue the superbill" in page
    me = visitor(client)
    assert f"/appointments/{visit}/superbill" in me.open(f"/appointments/{visit}").text
    assert "has not issued it yet" in me.open(f"/appointments/{visit}/superbill").text
    issued = desk.submit(at="/superbill")
    assert "Issued." in issued.text
    assert "Issue the" not in desk.open(f"/provider/appointments/{visit}/superbill").text
    page = me.open(f"/appointments/{visit}/superbill").text
    for words in ("anna-SB2027-0001, version 1", "M54.2", "97140", "Reimbursement is not promised", "unknown: only the insurer can say"):
        assert words in page
    for path in (f"/appointments/{visit}/superbill.pdf", f"/provider/appointments/{visit}/superbill.pdf"):
        assert (desk if "provider" in path else me).open(path).mimetype == "application/pdf"


def test_a_guest_has_it_by_the_link_of_the_letter(app, clock, client, program):
    with app.app_context():
        therapist = AccountFactory(role="provider")
        guest = PersonFactory(email="guest@licensedhands.test", email_confirmed_at=clock.now)
        visit = had(bookable_provider(slug="anna", account=therapist), guest, clock.now, guest=True)
        db.session.refresh(therapist)
        db.session.expunge_all()
    clock.set(clock.now + timedelta(days=3))
    assert program(therapist).post(f"/appointments/{visit}/superbill").status_code == 201
    with app.app_context():
        letter = db.session.query(Letter).filter_by(kind="superbill_issued").one()
        text = render_letter(letter.kind, letter.facts).text
        link = letter.facts["link"]
    assert link in text
    assert "M54" not in text
    path = urlsplit(link).path
    page = client.get(path)
    assert page.status_code == 200
    assert "anna-SB2027-0001" in page.text
    assert client.get(f"{path}.pdf").mimetype == "application/pdf"
