"""A package that is paid by card: through Stripe's stand-in, used, ended, and the rest back on the card."""

import pytest
from sqlalchemy import select

from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.sums import balances
from booking.packages.actions.offering import allow_packages
from booking.packages.models import Package
from booking.packages.queries import package_findings
from booking.payments.commands import reconcile_all
from booking.payments.forms import KEY
from booking.payments.stripe_port.connected import ConnectDouble
from booking.payments.stripe_port.double import Fault
from marketplace.accounts.models import Account, Person
from marketplace.db import db
from tests.factories import AccountFactory, PackageOfferFactory, SavedCardFactory, bookable_provider, person_of
from tests.support.callers import forms_of
from tests.support.cards import port_to
from tests.support.clocks import START


@pytest.fixture
def shop(app, clock, program):
    """Cards are on; gives Stripe, Sam's program and an order of theirs."""
    double = ConnectDouble(lambda: clock.now)
    app.extensions[KEY] = port_to(double)
    with app.app_context():
        allow_packages(True, "To try it out.", "account:admin", START)
        sam = AccountFactory()
        person_of(sam)
        offer = PackageOfferFactory(provider=bookable_provider(slug="anna")).public_id
        db.session.expunge_all()
    client = program(sam)
    return double, client, client.post("/packages", {"offer": offer}).json["id"]


@pytest.fixture
def page(shop, visitor, app):
    """Sam's browser at the order's page."""
    _double, _client, order = shop
    with app.app_context():
        person = db.session.get_one(Person, db.session.scalars(select(Package.person_id)).one())
        account = db.session.get_one(Account, person.account_id)
        db.session.expunge_all()
    browser = visitor(account)
    browser.open(f"/packages/{order}")
    return browser


def given(double):
    """The page of Stripe's that is open."""
    [found] = [thing["id"] for thing in double.things.values() if thing["object"] == "checkout.session" and thing["status"] == "open"]
    return found


def path_of(address):
    return address.removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_threeDSecure2Required"])
def test_a_client_pays_on_the_card_companys_page_without_scripts(app, shop, page, card):
    double, sam, order = shop
    assert "Go on" in page.submit(at="/card").text
    assert double.captured() == 0
    where = double.give_card(given(double), card)
    if "/bank/" in where:
        where = double.act(where.rpartition("/")[2])
    back = page.open(path_of(where))
    assert (back.request.path, "Paid. A booking that fits" in back.text) == (f"/packages/{order}", True)
    assert double.captured() == 73_150
    assert sam.get(f"/packages/{order}").json["state"] == "active"
    page.open(path_of(where))
    assert double.captured() == 73_150
    with app.app_context():
        assert sums() == {"card_clearing": 73_150, "prepaid_visits": -73_150}
        assert list(package_findings(db.session())) == []


def test_whoever_comes_back_without_a_card_goes_on_where_they_were(shop, page):
    double, _sam, order = shop
    page.submit(at="/card")
    first = given(double)
    back = page.open(f"/cards/back/{double.things[first]['metadata']['ours']}")
    assert "The payment is not finished." in back.text
    page.open(f"/packages/{order}")
    page.submit(at="/card")
    assert given(double) == first


def test_a_kept_card_is_chosen_on_the_page(app, shop, page):
    double, sam, order = shop
    with app.app_context():
        person_id = db.session.scalars(select(Package.person_id)).one()
        customer = app.extensions[KEY].create_customer("person:sam", "here")
        card = SavedCardFactory(
            person=db.session.get_one(Person, person_id), payment_method="pm_card_mastercard", customer=customer
        ).public_id
        db.session.expunge_all()
    page.open(f"/packages/{order}")
    assert "Paid. A booking that fits" in page.submit(at="/card", card=card).text
    assert (double.captured(), sam.get(f"/packages/{order}").json["how"]) == (73_150, "card")


def test_an_order_that_was_withdrawn_at_the_card_page_takes_nothing(app, shop, page, clock):
    double, sam, order = shop
    page.submit(at="/card")
    stripe_page = given(double)
    assert sam.delete(f"/packages/{order}").status_code == 204
    double.give_card(stripe_page, "pm_card_visa")
    with app.app_context():
        list(reconcile_all(app.extensions[KEY], clock.now, START))
        assert (double.captured() - double.refunded(), sums()) == (0, {})
    assert sam.get(f"/packages/{order}").json["state"] == "withdrawn"


def test_without_cards_the_therapist_is_paid_and_others_see_nothing(app, shop, page, visitor):
    _double, _sam, order = shop
    with app.app_context():
        other = AccountFactory()
        person_of(other)
        db.session.expunge_all()
    stranger = visitor(other)
    stranger.open("/packages")
    token = forms_of(stranger.page)[0]["values"]["csrf_token"]
    assert stranger.client.post(f"/packages/{order}/card", data={"csrf_token": token}).status_code == 404
    del app.extensions[KEY]
    shown = page.open(f"/packages/{order}").text
    assert "by card" not in shown
    assert "Pay your therapist." in shown


def sums():
    return {name: cents for name, cents in balances(as_entry(row) for row in db.session.query(LedgerEntry)).items() if cents}


def test_paid_at_once_and_what_is_left_goes_back_to_the_card(app, shop, clock):
    double, sam, order = shop
    paid = sam.post(f"/packages/{order}/card", {"payment_method": "pm_card_visa"})
    assert (paid.status_code, paid.json["state"], paid.json["how"]) == (200, "active", "card")
    assert double.captured() == 73_150
    with app.app_context():
        assert sums() == {"card_clearing": 73_150, "prepaid_visits": -73_150}
    assert sam.post(f"/packages/{order}/end", {"expected_refund_cents": 73_150}).json["refunded"] is True
    with app.app_context():
        assert list(reconcile_all(app.extensions[KEY], clock.now, START)) == []
        assert (double.refunded(), sums(), list(package_findings(db.session()))) == (73_150, {}, [])


def test_a_declined_card_is_followed_by_another_and_taken_once(shop):
    double, sam, order = shop
    declined = sam.post(f"/packages/{order}/card", {"payment_method": "pm_card_chargeDeclined"})
    assert (declined.status_code, declined.json["code"]) == (402, "payment_failed")
    assert sam.post(f"/packages/{order}/card", {"payment_method": "pm_card_visa"}).json["state"] == "active"
    assert sam.post(f"/packages/{order}/card", {"payment_method": "pm_card_visa"}).status_code == 409
    assert double.captured() == 73_150


@pytest.mark.parametrize("kind", ["lost", "dropped"])
def test_an_answer_that_is_lost_is_found_again_and_money_is_taken_once(app, shop, clock, kind):
    double, sam, order = shop
    double.faults.append(Fault(kind, "confirm"))
    assert sam.post(f"/packages/{order}/card", {"payment_method": "pm_card_visa"}).json["state"] == "ordered"
    with app.app_context():
        list(reconcile_all(app.extensions[KEY], clock.now, START))
    assert sam.get(f"/packages/{order}").json["state"] == "active"
    assert double.captured() == 73_150
