"""A membership in a real browser, with scripts and without: a card is saved, the terms agreed to, months paused, all ended in one step."""

import pytest

from booking.demo.actions import CLIENT_EMAIL, PASSWORD, THERAPIST_EMAIL
from booking.payments.forms import KEY, STAND_IN
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.double import DoubleHttp
from booking.payments.stripe_port.kept import KeptDouble
from tests.support.browsers import NARROW, WIDE

pytestmark = pytest.mark.browser


@pytest.fixture
def cards(app, clock, live_server, tmp_path):
    """Cards are taken, by the stand-in."""
    kept = KeptDouble(tmp_path / "cards.json", lambda: clock.now)
    app.extensions[STAND_IN], app.extensions[KEY] = kept, StripePort("sk_test", http=DoubleHttp(kept), home=live_server)
    return kept


def joined(me):
    """Signed in, with a card saved on the way, and a member."""
    me.sign_in(CLIENT_EMAIL, PASSWORD).go("/providers/renata-solano/memberships").sees("until you end it")
    me.press("Save a card").sees("Test card page").press("Use this card").sees("The card is saved.")
    me.page.get_by_label("I agree to these terms").check()
    return me.press("Join and pay").sees("You are a member.")


def test_a_member_joins_pauses_goes_on_and_ends(either_traveler, cards):
    me = joined(either_traveler)
    me.page.get_by_text("Pause", exact=True).click()
    me.press("Pause it").sees("Paused. Nothing is charged")
    me.press("Go on with the next month").sees("It goes on.")
    me.press("End membership").sees("It has ended. Nothing is charged any more.")
    with cards.opened() as double:
        [taken] = [thing for thing in double.things.values() if thing["object"] == "payment_intent"]
        assert taken["status"] == "succeeded"


@pytest.mark.timeout(600)
def test_the_pages_fit_and_axe_finds_nothing(traveler, cards, axe):
    me, wrong = joined(traveler), []

    def look(name):
        for viewport in (WIDE, NARROW):
            me.page.set_viewport_size(viewport)
            me.page.emulate_media(reduced_motion="reduce")
            assert me.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name
            wrong.extend(axe(me.page))
        me.page.set_viewport_size(WIDE)

    look("show")
    at = me.page.url.rpartition("/")[2]
    me.go("/memberships")
    look("index")
    me.go("/providers/renata-solano/memberships")
    look("shop")
    me.page.context.clear_cookies()
    me.sign_in(THERAPIST_EMAIL, PASSWORD).go("/provider/memberships")
    look("desk")
    me.follow("Change")
    look("plan")
    me.go(f"/provider/memberships/{at}")
    look("member")
    assert wrong == []
