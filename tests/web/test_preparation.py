"""How clients prepare: stated for a service at the desk or by a program, read on the page of the visit and in the reminder."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.db import db
from marketplace.outbox.models import Letter
from marketplace.webkit.letters import render_letter
from providers.registry.models import Provider
from providers.services.models import Service
from providers.wording.models import ProfileFlag
from tests.factories import AccountFactory, ServiceFactory, bookable_provider, person_of
from tests.support.clocks import START
from tests.support.visits import book_visit

NOON = START + timedelta(days=3)
WORDS = "Wear shorts or a loose shirt.\nBring reports of scans, if you have them."
MASSAGE = {
    "code": "medical-massage", "name": "Medical massage", "techniques": ["trigger_point"], "minutes": {"60": 16_000, "90": 22_000},
    "settings": ["clinic"], "first_visit_only": False,
}  # fmt: skip


@pytest.fixture
def booked(app, clock, therapist):
    """Books a visit of the service as it is now; gives the client's account and the visit's id."""

    def book():
        with app.app_context():
            account = AccountFactory()
            rosa = db.session.scalar(select(Provider).where(Provider.slug == "rosa"))
            made = book_visit(rosa, person_of(account), NOON, clock.now)
            db.session.refresh(account)
            return account, made.booked.appointment.public_id

    return book


def reminders(app):
    """What the reminders say that wait."""
    with app.app_context():
        return [one.facts for one in db.session.scalars(select(Letter).where(Letter.kind == "visit_reminder"))]


def test_a_program_states_and_reads_it(program, therapist):
    desk = program(therapist)
    assert desk.get("/provider/services").json["services"][0]["preparation"] is None
    stated = desk.put("/provider/services", {"services": [{**MASSAGE, "preparation": f"  {WORDS} "}]})
    assert stated.json["services"][0]["preparation"] == WORDS
    assert desk.get("/provider/services").json == stated.json
    for nothing in ({}, {"preparation": None}, {"preparation": "  "}):
        assert desk.put("/provider/services", {"services": [{**MASSAGE, **nothing}]}).json["services"][0]["preparation"] is None


@pytest.mark.parametrize("wrong", ["x" * 601, 7, ["loose clothes"]])
def test_what_cannot_stand_is_refused(program, therapist, wrong):
    refused = program(therapist).put("/provider/services", {"services": [{**MASSAGE, "preparation": wrong}]})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "services[0].preparation")


def test_the_desk_states_it_and_keeps_the_rest(app, visitor, therapist):
    desk = visitor(therapist)
    desk.open("/provider/services")
    page = desk.submit(at="/provider/services", **{"s-0-preparation": WORDS})
    assert "Your services are stored." in page.text
    assert "Wear shorts or a loose shirt." in desk.open("/provider/services").text
    desk.submit(at="/provider/services")
    with app.app_context():
        row = db.session.scalar(select(Service))
        assert (row.preparation.splitlines(), row.version, row.techniques) == (WORDS.splitlines(), 1, ["trigger_point"])


def test_what_promises_is_told_kindly_and_what_is_odd_is_looked_at(app, visitor, therapist):
    desk = visitor(therapist)
    desk.open("/provider/services")
    desk.submit(at="/provider/services", **{"s-0-preparation": "This flushes toxins. Cash only."})
    assert "There is no evidence that massage removes toxins." in desk.open("/provider/services").text
    with app.app_context():
        assert [(one.code, one.field) for one in db.session.scalars(select(ProfileFlag))] == [("cash_only", "preparation:medical-massage")]


def test_the_client_reads_it_on_the_page_of_the_visit_and_in_the_reminder(app, program, visitor, therapist, booked):
    program(therapist).put("/provider/services", {"services": [{**MASSAGE, "preparation": WORDS}]})
    account, visit = booked()
    page = visitor(account).open(f"/appointments/{visit}").text
    assert "How to prepare" in page
    assert "Wear shorts or a loose shirt." in page
    assert "In the words of Rosa Lindqvist." in page
    waiting = reminders(app)
    assert waiting
    assert all(facts["preparation"] == WORDS for facts in waiting)


def test_without_it_nothing_is_said(app, visitor, booked):
    account, visit = booked()
    assert "How to prepare" not in visitor(account).open(f"/appointments/{visit}").text
    assert {facts["preparation"] for facts in reminders(app)} == {None}


def test_the_reminder_says_it_after_where_and_when(app, program, therapist, booked):
    program(therapist).put("/provider/services", {"services": [{**MASSAGE, "preparation": WORDS}]})
    booked()
    with app.test_request_context("/"):
        told = render_letter("visit_reminder", reminders(app)[0]).text
    assert (
        told.index("Where:")
        < told.index("How to prepare, in the words of Rosa Lindqvist:")
        < told.index(WORDS)
        < told.index("If plans change")
    )


def test_a_reminder_written_before_there_were_such_words_is_whole(app, booked):
    booked()
    facts = {name: value for name, value in reminders(app)[0].items() if name != "preparation"}
    with app.test_request_context("/"):
        told = render_letter("visit_reminder", facts).text
    assert "How to prepare" not in told
    assert "Reference:" in told
    assert "If plans change" in told


def test_a_service_of_another_provider_lends_its_words_to_nobody(app, visitor, therapist, booked):
    with app.app_context():
        other = bookable_provider(slug="other")
        row = db.session.scalar(select(Service).where(Service.provider_id == other.id))
        row.preparation = "Not for you."
        ServiceFactory(provider=other, code="second", preparation="Nor this.")
        db.session.commit()
    account, visit = booked()
    page = visitor(account).open(f"/appointments/{visit}").text
    assert "Not for you." not in page
    assert "Nor this." not in page
