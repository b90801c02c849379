"""A client tells once, with scripts and without; the therapist finds it at the visit."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.demo.actions import CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL
from marketplace.accounts.models import Account, Person
from marketplace.db import db
from providers.registry.models import Provider
from tests.support.browsers import NARROW

pytestmark = pytest.mark.browser


def coming_visit(app):
    """The next confirmed visit of the named client with the named therapist."""
    with app.app_context():
        wanted = (
            select(Appointment.public_id)
            .join(Person, Person.id == Appointment.person_id)
            .join(Account, Account.id == Person.account_id)
            .join(Provider, Provider.id == Appointment.provider_id)
            .where(Account.email == CLIENT_EMAIL, Appointment.status == "confirmed", Appointment.setting != "phone")
        )
        owner = select(Account.id).where(Account.email == THERAPIST_EMAIL).scalar_subquery()
        return db.session.scalars(wanted.where(Provider.account_id == owner).order_by(Appointment.starts_at)).first()


def test_what_is_told_on_a_phone_is_seen_at_the_visit(either_traveler, app):
    traveler, visit = either_traveler, coming_visit(app)
    page = traveler.page
    page.set_viewport_size(NARROW)
    traveler.sign_in(CLIENT_EMAIL, PASSWORD)
    traveler.go(f"/appointments/{visit}")
    expect(page.get_by_role("heading", name="What to bring")).to_be_visible()
    traveler.follow("What you tell your therapist once: history and goals")
    page.get_by_label("Allergies").fill("Zinc plaster")
    page.get_by_label("Medicine 2").fill("Vitamin D")
    traveler.press("More lines")
    expect(page.get_by_label("Medicine 5")).to_be_visible()
    expect(page.get_by_label("Allergies")).to_have_value("Zinc plaster")
    traveler.press("Save")
    expect(page.get_by_text("Your therapist sees it before your visit.")).to_be_visible()
    traveler.follow("Your comfort card")
    page.get_by_label("Never more pressure than").select_option("2")
    traveler.press("I have read this: save my card")
    expect(page.get_by_text("Your therapist sees the card before your visit.")).to_be_visible()
    page.context.clear_cookies()
    traveler.sign_in(THERAPIST_EMAIL, PASSWORD)
    traveler.go(f"/provider/appointments/{visit}")
    expect(page.get_by_text("Light at most")).to_be_visible()
    traveler.follow("History, medicines, goals and papers")
    expect(page.get_by_text("Zinc plaster")).to_be_visible()
    expect(page.get_by_text("Vitamin D")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
