"""Ask first: a free call from the therapist's page to the phone, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.demo.actions import PASSWORD, THERAPIST_EMAIL
from marketplace.db import db
from tests.support.journeys import ASKING

pytestmark = pytest.mark.browser


def test_a_guest_asks_first_moves_the_call_and_lets_it_go(either_traveler, app):
    guest = either_traveler
    guest.go("/providers/renata-solano").ask_first().sees("Renata Solano calls you.")
    guest.click(guest.page.locator("a.time").first).sees("No health check, no payment.")
    guest.hold_call().fill(ASKING | {"Phone number": "ring me"}).press("Continue").sees("This is not a phone number.")
    guest.fill(ASKING).press("Continue").sees("Renata Solano calls +12125550142").sees("Do you know jaws?")
    guest.enter_code().book_call().sees("Renata Solano calls you at +12125550142")
    with app.app_context():
        call = db.session.scalars(select(Appointment).order_by(Appointment.id.desc())).first()
        assert (call.setting, call.minutes, call.total_cents, call.screening_id) == ("phone", 10, 0, None)
    was = guest.page.get_by_role("heading", level=1).inner_text()
    guest.follow("Move").click(guest.page.locator("button.time").nth(1)).sees("Moved.")
    expect(guest.page.get_by_role("heading", level=1)).not_to_have_text(was)
    guest.follow("Cancel this call")
    expect(guest.page.get_by_text("Fever or something contagious")).to_have_count(0)
    guest.click(guest.page.get_by_role("main").get_by_role("button", name="Cancel, free")).sees("Canceled.").sees("There is no fee.")


def test_a_therapist_switches_calls_off_and_on(either_traveler):
    me = either_traveler
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/services")
    me.page.get_by_label("Offer a free 10-minute call before booking").uncheck()
    me.press("Save these services").sees("Your services are stored.")
    me.go("/providers/renata-solano")
    expect(me.page.get_by_role("link", name=re.compile("Ask first"))).to_have_count(0)
    me.go("/provider/services")
    me.page.get_by_label("Offer a free 10-minute call before booking").check()
    me.press("Save these services").sees("Your services are stored.")
    me.go("/providers/renata-solano").ask_first()
