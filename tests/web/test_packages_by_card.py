"""A package that is paid by card: through Stripe's stand-in, used, ended, and the rest back on the card."""

import pytest

from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry
from booking.ledger.rules.sums import balances
from booking.packages.actions.offering import allow_packages
from booking.packages.queries import package_findings
from booking.payments.commands import reconcile_all
from booking.payments.forms import KEY
from booking.payments.stripe_port.double import Fault, StripeDouble
from marketplace.db import db
from tests.factories import AccountFactory, PackageOfferFactory, bookable_provider, person_of
from tests.support.cards import port_to
from tests.support.clocks import START


@pytest.fixture
def shop(app, clock, program):
    """Cards are on; gives Stripe, Sam's program and an order of theirs."""
    double = StripeDouble(lambda: clock.now)
    app.extensions[KEY] = port_to(double)
    with app.app_context():
        allow_packages(True, "To try it out.", "account:admin", START)
        sam = AccountFactory()
        person_of(sam)
        offer = PackageOfferFactory(provider=bookable_provider(slug="anna")).public_id
        db.session.expunge_all()
    client = program(sam)
    return double, client, client.post("/packages", {"offer": offer}).json["id"]


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
