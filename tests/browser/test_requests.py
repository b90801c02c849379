"""Visits by request from both chairs: a therapist says that they confirm each, a client asks for two, one is accepted and one declined."""

import re

import pytest
from playwright.sync_api import expect

from booking.demo.actions import CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL

pytestmark = pytest.mark.browser

STARTS = "/providers/renata-solano?service={code}&minutes=60&setting=clinic&week=2027-01-{day}"


def sign_in_anew(me, email):
    me.page.context.clear_cookies()
    return me.sign_in(email, PASSWORD)


def confirm_each(me):
    """The therapist's own box: every visit at the clinic is a request. Gives the code of the first service."""
    me.go("/provider/services")
    me.page.locator("summary", has_text="I confirm each booking myself").first.click()
    me.page.locator("#s-0-confirm").get_by_label("Clinic").check()
    me.press("Save these services").sees("Your services are stored.")
    return me.page.locator("input[name='s-0-code']").get_attribute("value")


def ask_for(me, start):
    """From the provider's page to a request; gives its address."""
    me.go(start).click(me.page.locator("a.time").first).sees("The therapist confirms each such visit in person")
    me.hold()
    if me.page.get_by_role("button", name="Yes, still true").count():
        me.press("Yes, still true")
    else:
        me.answer_health()
    me.consent().press("Continue").sees("confirms each such visit in person and answers by")
    me.press("Ask for this time").sees("Your request is in, and the time is kept for you.").sees("Waits for your therapist")
    return me.page.url


def test_one_request_is_accepted_and_another_declined(either_traveler):
    me = either_traveler
    code = confirm_each(me.sign_in(THERAPIST_EMAIL, PASSWORD))
    sign_in_anew(me, CLIENT_EMAIL)
    wanted, other = (ask_for(me, STARTS.format(code=code, day=day)) for day in (14, 21))

    sign_in_anew(me, THERAPIST_EMAIL).go("/provider").sees("Waiting for you")
    waiting = me.page.get_by_role("region", name="Waiting for you")
    expect(waiting.get_by_role("listitem")).to_have_count(2)
    me.click(waiting.get_by_role("button", name=re.compile("Accept.*January 14"))).sees("Accepted. The client is told.")
    me.go("/provider").follow("Decline").sees("The client pays nothing and gets a letter.")
    me.page.get_by_label("My day is full enough").check()
    me.page.get_by_label("In your own words, for the client").fill("Come in the week after.")
    me.page.locator("input[name='propose']").first.check()
    me.click(me.page.get_by_role("main").get_by_role("button", name="Decline")).sees("Declined. The client has a letter")
    me.go("/provider")
    expect(me.page.get_by_text("Waiting for you")).to_have_count(0)

    sign_in_anew(me, CLIENT_EMAIL).go(wanted).sees("Booked")
    me.go(other).sees("Renata Solano cannot give this visit.").sees("Come in the week after.").sees("You pay nothing.")
    me.sees("Proposed by your therapist")
    me.click(me.page.get_by_role("button", name="Hold").first)
    me.page.wait_for_url(re.compile("/checkout/"))
