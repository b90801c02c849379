"""Sharing from three chairs: a client permits, the therapist writes and reads before sending, a physician opens, the client sees it all."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.demo.actions import CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL
from marketplace.accounts.models import Person
from marketplace.db import db
from providers.registry.models import Provider
from tests.factories import AppointmentFactory, HomeProgramFactory, OutcomeFactory
from tests.support.browsers import NARROW
from tests.support.clocks import START

pytestmark = pytest.mark.browser
WORDS = "We work on the neck, an hour a week."


@pytest.fixture
def visit(app):
    """A confirmed visit of the demo's client with the demo's therapist, with something to tell of; its public id."""
    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.email == CLIENT_EMAIL)).one()
        provider = db.session.scalars(select(Provider).where(Provider.slug == "renata-solano")).one()
        like = db.session.scalars(select(Appointment).where(Appointment.provider_id == provider.id).order_by(Appointment.id)).first()
        agreed = {"terms": like.terms, "quote": like.quote}
        made = AppointmentFactory(provider=provider, person_id=person.id, starts_at=START + timedelta(days=50), **agreed)
        OutcomeFactory(person_id=person.id)
        HomeProgramFactory(appointment=made, content={"swollen": False, "items": [{"kind": "water", "words": "a glass"} | UNSAID]})
        db.session.commit()
        public_id = made.public_id
        db.session.remove()
    return public_id


UNSAID = {"minutes": None, "times_a_day": None, "until_on": None}


def sign_in_anew(me, email):
    me.page.context.clear_cookies()
    return me.sign_in(email, PASSWORD)


def small_faults(me, axe):
    """What axe finds, and whether the page is wider than a phone; both themes."""
    me.page.set_viewport_size(NARROW)
    wrong = [] if me.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"] else [f"{me.page.url} is wide"]
    for scheme, rules in (("light", ()), ("dark", ("color-contrast",))):
        me.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        wrong += axe(me.page, *rules)
    return wrong


def permit(me):
    me.go("/account").follow("Sharing").follow("Permit something")
    me.page.get_by_label("Renata Solano").check()
    me.fill({
        "Who may receive it": "Dora Doe", "What they are": "physician", "Their e-mail": "dora@practice.example.com",
        "Good until": "2027-03-01", "Your full name": "Priya Nair",
    })  # fmt: skip
    for part in ("Dates of visits", "Progress in figures"):
        me.page.get_by_label(part).check()


def write(me, visit):
    me.go(f"/provider/appointments/{visit}").follow("Letters to others who care for the client").press("Write a letter")
    me.fill({"Opening": WORDS})


def test_a_letter_is_permitted_written_read_opened_and_shut(either_traveler, visit):
    me = either_traveler
    permit(sign_in_anew(me, CLIENT_EMAIL))
    me.press("Sign this permission").sees("Signed. Your therapist can write now.").sees("What you signed")

    write(sign_in_anew(me, THERAPIST_EMAIL), visit)
    expect(me.page.get_by_label("What to do at home")).to_have_count(0)
    me.press("Keep and read it").sees("This is exactly what leaves.").sees(WORDS).sees("Pain (now): 7 of 10")
    me.press("Send it by a link").sees("The letter is on its way.").sees("not opened")

    me.page.context.clear_cookies()
    link = urlsplit(str(me.letter("letter_shared").facts["link"])).path
    me.go(link).sees("A letter for you")
    expect(me.page.get_by_text(WORDS)).to_have_count(0)
    me.press("Open the letter").sees(WORDS).sees("Dear Dora Doe")

    sign_in_anew(me, CLIENT_EMAIL).go("/account/releases").sees("Opened:").press("Take it back").sees("Taken back. Nothing more leaves")
    me.page.context.clear_cookies()
    me.go(link).sees("There is nothing to open here")


@pytest.mark.timeout(300)
def test_each_page_of_the_way_is_for_everybody(traveler, visit, axe):
    me, wrong = traveler, []
    permit(sign_in_anew(me, CLIENT_EMAIL))
    me.fill({"Your full name": ""}).press("Sign this permission").sees("One answer needs another look.")
    wrong += small_faults(me, axe)
    me.fill({"Your full name": "Priya Nair"}).press("Sign this permission").sees("What you signed")
    wrong += small_faults(me, axe)
    sign_in_anew(me, THERAPIST_EMAIL).go(f"/provider/appointments/{visit}/letters").sees("What the client permits you")
    wrong += small_faults(me, axe)
    write(me, visit)
    wrong += small_faults(me, axe)
    me.press("Keep and read it").sees("This is exactly what leaves.")
    wrong += small_faults(me, axe)
    me.press("Send it by a link").sees("The letter is on its way.")
    me.go(urlsplit(str(me.letter("letter_shared").facts["link"])).path).sees("A letter for you")
    wrong += small_faults(me, axe)
    me.press("Open the letter").sees("Dear Dora Doe")
    wrong += small_faults(me, axe)
    sign_in_anew(me, CLIENT_EMAIL).go("/account/releases").sees("Opened:")
    wrong += small_faults(me, axe)
    me.go(urlsplit(str(me.letter("letter_left").facts["link"])).path).sees("Dear Dora Doe")
    wrong += small_faults(me, axe)
    me.go("/letter/short").sees("There is nothing to open here")
    wrong += small_faults(me, axe)
    assert wrong == []
