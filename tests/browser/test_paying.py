"""Paying by card in a real browser, with scripts and without: a declined card, the bank, and the visit that is booked then."""

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.payments.forms import KEY, STAND_IN
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.double import DoubleHttp
from booking.payments.stripe_port.kept import KeptDouble
from marketplace.db import db
from tests.factories import PASSWORD, AccountFactory, PackageFactory, PackageOfferFactory, bookable_provider, person_of
from tests.support.browsers import NARROW
from tests.support.journeys import ADDRESS, GUEST, Traveler

pytestmark = pytest.mark.browser


@pytest.fixture
def cards(app, clock, live_server, tmp_path):
    """Cards are taken, by the stand-in."""
    kept = KeptDouble(tmp_path / "cards.json", lambda: clock.now)
    app.extensions[STAND_IN], app.extensions[KEY] = kept, StripePort("sk_test", http=DoubleHttp(kept), home=live_server)
    return kept


def to_the_card(guest):
    """From a search to the page for the card, as a guest who pays now."""
    guest.search().choose_start().hold().answer_health().consent()
    guest.page.get_by_label("By card now").check()
    guest.place(ADDRESS | GUEST).sees("is taken from your card when you book.")
    guest.enter_code().press("Go on to the card").sees("Pay by card")
    return guest


def no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_guest_pays_with_a_declined_card_and_then_one_whose_bank_asks(either_traveler, app, cards):
    guest = to_the_card(either_traveler)
    guest.press("Pay and book").sees("Test card page").sees("No real card works here")
    guest.page.get_by_label("declined").check()
    guest.press("Use this card").sees("This card was declined.")
    guest.page.get_by_label("the bank asks its client once").check()
    guest.press("Use this card").sees("Test bank page")
    guest.press("Yes, it is mine").sees("Booked.")
    with app.app_context():
        visit = db.session.scalars(select(Appointment).order_by(Appointment.id.desc())).first()
        assert (visit.payment_method, visit.paid_cents, visit.due_cents) == ("card", visit.total_cents, 0)
    with cards.opened() as double:
        assert double.captured() == visit.total_cents


def test_on_a_phone_the_pages_fit(new_context, app, cards, axe):
    guest = to_the_card(Traveler(new_context(viewport=NARROW).new_page(), app))
    assert no_sideways_scroll(guest.page)
    assert axe(guest.page) == []
    guest.press("Pay and book").sees("Test card page")
    assert no_sideways_scroll(guest.page)
    assert axe(guest.page) == []
    guest.follow("Back without paying").sees("The payment is not finished. Try again, or use another card.")
    assert no_sideways_scroll(guest.page)


@pytest.fixture
def order(app):
    """Pia has ordered a package of Anna's; gives its public id."""
    with app.app_context():
        owner = AccountFactory(email="pia@licensedhands.test")
        offer = PackageOfferFactory(provider=bookable_provider(slug="anna"))
        made: str = PackageFactory(offer=offer, person=person_of(owner)).public_id
        db.session.remove()
    return made


def test_a_package_is_paid_on_the_card_companys_page(either_traveler, cards, order):
    client = either_traveler.sign_in("pia@licensedhands.test", PASSWORD)
    client.go(f"/packages/{order}").sees("Not paid yet").press("by card").sees("Test card page")
    client.page.get_by_label("the bank asks its client once").check()
    client.press("Use this card").sees("Test bank page")
    client.press("Yes, it is mine").sees("Paid. A booking that fits uses one visit by itself.").sees("In use")
    with cards.opened() as double:
        assert double.captured() == 73_150


def test_an_order_of_a_package_fits_on_a_phone(new_context, app, cards, axe, order):
    client = Traveler(new_context(viewport=NARROW).new_page(), app).sign_in("pia@licensedhands.test", PASSWORD)
    client.go(f"/packages/{order}").sees("Not paid yet")
    assert no_sideways_scroll(client.page)
    assert axe(client.page) == []
