"""A therapist connects Google Calendar and Outlook, without scripts as with them; the pages stand before axe."""

import pytest

from booking.demo.actions import PASSWORD, THERAPIST_EMAIL
from tests.support.google import google
from tests.support.graph import graph
from tests.support.oauth import CLIENT_ID, CLIENT_SECRET

pytestmark = pytest.mark.timeout(300)
PATH = "/provider/calendars"


@pytest.fixture
def side():
    with google() as running:
        yield running


@pytest.fixture
def other_side():
    with graph() as running:
        yield running


@pytest.fixture
def environment(environment, side, other_side):
    pairs = {
        f"{house}_CLIENT_{part}": words
        for house in ("GOOGLE", "MICROSOFT")
        for part, words in (("ID", CLIENT_ID), ("SECRET", CLIENT_SECRET))
    }
    return {**environment, **pairs, "GOOGLE_API_BASE": side.url, "MICROSOFT_API_BASE": other_side.url}


def connect(me, name):
    me.follow(f"Connect {name}").sees("We never see your password")
    return me.follow(f"Continue to {name}").sees("Connected. Choose below")


def test_there_and_back_chosen_and_disconnected(either_traveler, live_server, side, other_side):
    me, side.home, other_side.home = either_traveler, live_server, live_server
    me.sign_in(THERAPIST_EMAIL, PASSWORD)
    me.go(PATH).follow("Calendar accounts")
    connect(me, "Google Calendar").sees("anna@example.com")
    assert "state=" not in me.page.url
    me.page.get_by_label("Anna", exact=True).check()
    me.page.get_by_label("Write my visits into").select_option(index=1)
    me.press("Save").sees("Saved.")
    assert me.page.get_by_label("Anna", exact=True).is_checked()
    connect(me, "Outlook").sees("anna@outlook.example")
    me.page.go_back()
    me.sees("Continue to Outlook").page.go_back()
    me.go(f"{PATH}/accounts").sees("anna@example.com")
    me.page.get_by_text("Connect again, or disconnect").first.click()
    me.press("Disconnect").sees("What let us in is deleted")


def test_the_pages_in_both_widths_and_both_lights(traveler, live_server, side, other_side, axe):
    me, side.home, other_side.home = traveler, live_server, live_server
    me.sign_in(THERAPIST_EMAIL, PASSWORD)
    page, wrong = me.page, []

    def stand():
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                wrong.extend(axe(page))

    me.go(f"{PATH}/accounts").follow("Connect Google Calendar").sees("Continue to Google Calendar")
    stand()
    me.follow("Continue to Google Calendar").sees("Connected. Choose below")
    connect(me, "Outlook")
    stand()
    assert wrong == []
