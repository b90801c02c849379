"""Somebody without an account waits by the links of letters, from the asking to the booked visit, in a real browser."""

from urllib.parse import urlsplit

import pytest

from booking.appointments.actions.offer import offer_freed
from booking.appointments.changes.waiting import OFFER
from tests.support.journeys import GUEST

pytestmark = pytest.mark.browser


def link(me, kind, name="link"):
    """Where the newest letter of a kind leads."""
    return urlsplit(str(me.letter(kind).facts[name])).path


def offer(app, clock):
    with app.app_context():
        return offer_freed(clock.now, "https://hands.test")


@pytest.mark.timeout(600)
def test_from_asking_to_a_booked_visit(either_traveler, app, clock):
    me = either_traveler
    me.go("/waitlist/join?minutes=60&setting=clinic").fill({"E-mail": GUEST["E-mail"]})
    me.press("Wait for a time").sees("Look for our letter")
    assert offer(app, clock) == 0
    me.go(link(me, "waitlist_confirm")).sees("Wait for this visit?").press("Put me in line")
    me.sees("You are on the waitlist").sees("We write as soon as a time is free.")
    me.page.go_back()
    me.page.reload()
    me.sees("You are on the waitlist")
    assert offer(app, clock) == 1
    me.go(link(me, OFFER)).sees("A time is kept for you").sees("Kept for you until")
    me.press("Go on with booking").answer_health().consent().place(GUEST).book()
    me.sees("Booked.").go(link(me, OFFER)).sees("This time is booked")


@pytest.mark.timeout(600)
def test_axe_finds_nothing_on_the_pages_of_links_and_none_is_wider_than_a_phone(traveler, app, clock, axe):
    me, found = traveler, {}
    me.page.set_viewport_size({"width": 360, "height": 740})

    def look(name):
        found[name] = axe(me.page)
        assert me.page.evaluate("document.documentElement.scrollWidth") <= 360, name

    me.go("/waitlist/join?minutes=60&setting=clinic")
    look("join")
    me.press("Wait for a time").sees("Give an e-mail address.")
    look("join with errors")
    me.fill({"E-mail": GUEST["E-mail"]}).press("Wait for a time")
    me.go(link(me, "waitlist_confirm"))
    look("confirm")
    me.press("Put me in line")
    look("in line")
    assert offer(app, clock) == 1
    me.go(link(me, OFFER))
    look("offer")
    me.press("Not this one")
    look("let go")
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_an_offer_is_let_go_and_the_wish_taken_back(either_traveler, app, clock):
    me = either_traveler
    me.go("/waitlist/join?minutes=60&setting=clinic").fill({"E-mail": GUEST["E-mail"]}).press("Wait for a time")
    me.go(link(me, "waitlist_confirm")).press("Put me in line")
    assert offer(app, clock) == 1
    offered = link(me, OFFER)
    me.go(offered).press("Not this one").sees("This time is no longer kept for you").sees("You are still in line")
    me.follow("Stop waiting").sees("Stop waiting?").press("Take me off the list").sees("You are off the waitlist")
    me.go(offered).sees("No more offers come for this visit.")
