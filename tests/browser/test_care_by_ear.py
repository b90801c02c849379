"""Screening, pain map and note by keyboard alone and as a screen reader has them: narrow and wide, with scripts and without.

Every page is gone through whole, forward and back, before anything is done on it.
"""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.demo.actions import CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL
from booking.notes.models import ClinicalNote
from marketplace.accounts.models import Account, Person
from marketplace.db import db
from providers.registry.models import Provider
from tests.support.browsers import NARROW, WIDE, watch_for_faults
from tests.support.hearing import Listener
from tests.support.journeys import Traveler

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
MOST_PAGES = 30


TWO, THEIR_NAMES = [(WIDE, True), (NARROW, False)], ["wide", "narrow plain"]


@pytest.fixture(params=[*TWO, (NARROW, True), (WIDE, False)], ids=[*THEIR_NAMES, "narrow", "wide plain"])
def somebody(request, new_context, app):
    """A traveler whose page is wide or narrow, with scripts or without."""
    viewport, scripts = request.param
    page = new_context(viewport=viewport, java_script_enabled=scripts, reduced_motion="reduce").new_page()
    page.set_default_timeout(60_000)  # going through everything takes its time on a busy machine
    faults = watch_for_faults(page)
    yield Traveler(page, app)
    assert faults == []


@pytest.mark.parametrize("somebody", TWO, ids=THEIR_NAMES, indirect=True)  # a dozen screens each: minutes
def test_the_health_check_and_the_consent(somebody):
    me = somebody
    me.search(when="Tomorrow", setting="At a clinic").choose_start().hold()
    ear = Listener(me.page)
    for number in range(MOST_PAGES):
        if "/health" not in me.page.url:
            break
        if number < 2 or number % 4 == 0:  # all are made of the same
            ear.whole()
        questions = [" ".join(legend.split()) for legend in me.page.locator("fieldset:has(input[type=radio]) > legend").all_inner_texts()]
        if number == 0:
            ear.to("Continue", "button").send()
            ear.told("answer")
        for question in questions:
            ear.to("", "radio", question)
            heard = ear.here()
            yes_or_no = heard.name in ("Yes", "No")
            ear.key("ArrowDown" if heard.name == "Yes" else "Space")
            heard = ear.here()
            assert heard.states["checked"] == "true", heard
            assert heard.name == "No" or not yes_or_no, heard
        ear.to("Continue", "button").send()
    ear.whole()
    ear.to("Continue", "button").send()
    ear.told("answer")
    ear.to("I have read this", "checkbox").key("Space")
    assert ear.here().states["checked"] == "true"
    ear.to("Continue", "button").send()
    assert ear.wrong == []
    ear.whole()
    assert ear.wrong == []
    expect(me.page.get_by_label("Your name")).to_be_visible()


@pytest.fixture
def coming(app):
    """The address of the health questions before a visit to come of the demo's client."""
    with app.app_context():
        own = select(Appointment.public_id).join(Person, Person.id == Appointment.person_id).join(Account, Account.id == Person.account_id)
        visits = own.where(Account.email == CLIENT_EMAIL, Appointment.status == "confirmed", Appointment.setting != "phone")
        visit = db.session.scalars(visits.order_by(Appointment.starts_at.desc())).first()
    return f"/appointments/{visit}/health"


@pytest.mark.parametrize("somebody", TWO, ids=THEIR_NAMES, indirect=True)  # thirty questions on one page: minutes
def test_the_health_check_once_more_before_a_visit(somebody, coming):
    """What was said before is filled in; what is about today is missed, told and answered, by keys alone."""
    me = somebody.sign_in(CLIENT_EMAIL, PASSWORD).go(coming)
    ear = Listener(me.page)
    ear.whole()
    assert ear.wrong == []
    ear.to("This is how I am", "button").send()
    ear.told("answer")
    unanswered = me.page.locator("fieldset:has(input[type=radio]):not(:has(input:checked)) > legend").all_inner_texts()
    assert unanswered, "what is about today is asked anew"
    for question in [" ".join(legend.split()) for legend in unanswered]:
        ear.to("", "radio", question)
        heard = ear.here()
        ear.key("ArrowDown" if heard.name == "Yes" else "Space")
        assert ear.here().states["checked"] == "true", ear.here()
    ear.to("This is how I am", "button").send()
    me.sees("Thank you.")
    ear.whole()
    assert ear.wrong == []


def test_the_pain_map(somebody):
    me = somebody.sign_in(CLIENT_EMAIL, PASSWORD).go("/account/pain-map/new")
    ear = Listener(me.page)
    stops = ear.whole()
    assert ear.wrong == []
    boxes = [stop for stop in stops if stop.role == "checkbox"]
    assert len({stop.name for stop in boxes}) >= 40, "every region has a name of its own, with its side"
    ear.to("Left shoulder, front", "checkbox").key("Space")
    ear.to("Save this map", "button").send()
    ear.told("Left shoulder, front")
    ear.to("How strong", group="Left shoulder, front").write("6")
    ear.to("Feels", group="Left shoulder, front").key("ArrowDown")
    assert ear.here().states.get("invalid") in ("true", True)
    ear.to("Save this map", "button").send()
    me.sees("Saved.").sees("Left shoulder, front: 6 of 10, aching")
    ear.whole()
    assert ear.wrong == []


@pytest.fixture
def note(app):
    """The address of the note of a visit that the demo's therapist has done and written nothing of."""
    with app.app_context():
        done = select(Appointment.public_id).join(Provider, Provider.id == Appointment.provider_id)
        written = select(ClinicalNote.appointment_id)
        renata = done.where(Provider.slug == "renata-solano", Appointment.status == "completed", Appointment.setting != "phone")
        visit = db.session.scalars(renata.where(Appointment.id.not_in(written)).order_by(Appointment.starts_at.desc())).first()
    return f"/provider/appointments/{visit}/note"


def test_the_note(somebody, note):
    me = somebody.sign_in(THERAPIST_EMAIL, PASSWORD).go(note)
    ear = Listener(me.page)
    ear.whole()
    assert ear.wrong == []
    ear.to("What the client says", "textbox").write("The left shoulder catches.")
    ear.to("Movement", group="Movement 1").write("Neck, turning")
    ear.to("Degrees", group="Movement 1").write("55")
    ear.to("Technique", group="Technique 1").write("Myofascial")
    ear.to("Minutes", group="Technique 1").write("30")
    ear.to("Areas", group="Technique 1")
    assert ear.here().states["expanded"] is False
    ear.key("Enter")
    assert ear.here().states["expanded"] is True
    ear.to("Back of the neck", "checkbox").key("Space")
    assert ear.here().states["checked"] == "true"
    ear.to("Save", "button").send()
    ear.told("Left or right.")
    ear.to("Side", group="Movement 1").write("Left")
    ear.to("Save, read it once more and sign", "button").send()
    me.sees("Neck, turning, left: 55")
    ear.whole()
    assert ear.wrong == []
    ear.to("Sign", "button")
    while ear.here().name != "Sign":
        ear.key("Tab").to("Sign", "button")
    ear.send()
    ear.told("Say that the minutes are right.")
    ear.to("My hands were on for 30 minutes", "checkbox").key("Space")
    while ear.here().name != "Sign":
        ear.key("Tab").to("Sign", "button")
    ear.send()
    me.sees("Signed.")
    ear.whole()
    ear.to("What is to be added", "textbox").write("The client called.")
    ear.to("Add", "button").send()
    me.sees("The client called.")
    assert ear.wrong == []
