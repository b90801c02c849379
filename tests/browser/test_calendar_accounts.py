"""A therapist connects a calendar account, without scripts as with them; the page stands before axe when something is on it."""

import pytest

from booking.demo.actions import PASSWORD, THERAPIST_EMAIL
from tests.support.caldav import PASSWORD as APP_PASSWORD
from tests.support.caldav import USER, radicale

pytestmark = pytest.mark.timeout(300)
PATH = "/provider/calendars"


@pytest.fixture
def environment(environment):
    return {**environment, "FEED_ALLOW_HOSTS": "127.0.0.1"}


@pytest.fixture
def side(tmp_path):
    with radicale(tmp_path) as running:
        yield running


def connect(me, side):
    me.sign_in(THERAPIST_EMAIL, PASSWORD)
    me.go(PATH).follow("Calendar accounts")
    for name, words in (("Server", side.url), ("User name", USER)):
        me.page.get_by_label(name, exact=True).fill(words)
    me.page.get_by_label("App password", exact=True).fill(APP_PASSWORD)
    me.press("Connect")
    return me.sees("anna/private")


def test_connecting_choosing_disconnecting(either_traveler, side):
    me = connect(either_traveler, side)
    assert APP_PASSWORD not in me.page.content()
    me.page.get_by_label("anna/private", exact=True).check()
    me.page.get_by_label("Write my visits into").select_option(label="anna/private")
    me.page.get_by_label("Busy, nothing else").check()
    me.press("Save").sees("Saved.")
    assert me.page.get_by_label("anna/private", exact=True).is_checked()
    assert me.page.get_by_label("Busy, nothing else").is_checked()


def test_the_page_with_an_account_on_it(traveler, side, axe):
    me = connect(traveler, side)
    page, wrong = me.page, []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            wrong += axe(page)
    assert wrong == []
