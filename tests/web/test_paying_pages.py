"""Paying by card on the pages, without script: chosen, given on the card page, confirmed at the bank, said in words; kept cards."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.hold import keep_draft
from booking.appointments.models import Appointment
from booking.payments.forms import KEY, STAND_IN
from booking.payments.models import SavedCard
from booking.payments.stripe_port.client import StripePort
from booking.payments.stripe_port.double import DoubleHttp
from booking.payments.stripe_port.kept import KeptDouble
from booking.screening import catalogue
from marketplace.accounts.models import Account, Person
from marketplace.db import db
from providers.registry.models import Provider
from tests.factories import TERMS, AccountFactory, PersonFactory, TermsPolicyFactory, bookable_provider
from tests.support.clocks import START
from tests.support.visits import answered, hold_visit

GOOD, DECLINED, ACTING = "pm_card_visa", "pm_card_chargeDeclined", "pm_card_threeDSecure2Required"


class Desk:
    """A client at the last step of a checkout; the stand-in's pages are there."""

    def __init__(self, app, clock, visitor, tmp_path):
        self.app, self.clock = app, clock
        self.kept = KeptDouble(tmp_path / "cards.json", lambda: clock.now)
        app.extensions[STAND_IN], app.extensions[KEY] = (
            self.kept,
            StripePort("sk_test", http=DoubleHttp(self.kept), home="http://localhost"),
        )
        with app.app_context():
            account = AccountFactory()
            self.person_id = PersonFactory(account=account).id
            self.provider_id = bookable_provider(slug="anna", name="Anna Alder").id
            account_id = account.id
            db.session.expire_all()
            self.account = db.session.get_one(Account, account_id)
            db.session.expunge_all()
        self.client = visitor(self.account)

    def ready(self, at=START + timedelta(days=2), **terms):
        """A hold whose steps are done; gives its checkout's address."""
        with self.app.app_context():
            if terms:
                TermsPolicyFactory(provider_id=self.provider_id, provider=None, terms={**TERMS, **terms})
            provider, person = db.session.get_one(Provider, self.provider_id), db.session.get_one(Person, self.person_id)
            screening = answered(person, self.clock.now)
            hold = hold_visit(provider, person, at, self.clock.now)
            consent = {"version": catalogue.form().consent.version, "sections": []}
            keep_draft(
                hold.public_id,
                self.person_id,
                {
                    "screening": screening,
                    "consent": consent,
                    "place": None,
                    "place_done": True,
                    "wishes": {"technique": None, "note": None},
                },
            )
            return f"/checkout/{hold.public_id}"

    def give(self, page, card):
        """On Stripe's page: choose a card. `page` is the one that leads there."""
        assert "On to our card company" in page.text, page.text
        self.client.open(self._url(page))
        return self.client.submit(form="test-card", card=card)

    def confirm(self, page, answer="yes"):
        """At the bank."""
        assert "Test bank page" in page.text
        return self.client.submit(form="test-bank", answer=answer)

    @staticmethod
    def _url(page):
        return urlsplit(page.text.split("0; url=")[1].split('"')[0]).path

    def count(self, table):
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(table))

    def captured(self):
        with self.kept.opened() as double:
            return double.captured()


@pytest.fixture
def desk(app, clock, visitor, tmp_path):
    return Desk(app, clock, visitor, tmp_path)


def test_the_client_chooses_to_pay_now(desk):
    checkout = desk.ready()
    place = desk.client.open(f"{checkout}/place")
    assert "By card now: $167.20" in place.text
    review = desk.client.submit(at="/place", method="card")
    assert "$167.20 is taken from your card when you book." in review.text
    page = desk.client.submit(at="/review")
    assert "Pay by card" in page.text
    booked = desk.give(desk.client.submit(form="card-form", card="on_page"), GOOD)
    assert "Booked. The letter with the calendar file is on its way." in booked.text
    assert "$167.20 by card, as agreed" in booked.text
    assert (desk.captured(), desk.count(Appointment)) == (16_720, 1)


def test_at_the_visit_as_before(desk):
    checkout = desk.ready()
    desk.client.open(f"{checkout}/place")
    review = desk.client.submit(at="/place", method="at_visit")
    assert "Nothing is charged today." in review.text
    assert "Booked." in desk.client.submit(at="/review").text
    assert desk.captured() == 0


def to_card(desk, **terms):
    """The card page of a ready checkout."""
    desk.client.open(f"{desk.ready(**terms)}/review")
    page = desk.client.submit(at="/review")
    assert "Pay by card" in page.text
    return page


def test_a_deposit_after_a_declined_card_and_the_bank(desk):
    page = to_card(desk, payment="deposit", deposit_percent=20)
    assert "$33.44 is taken from your card when you book." in page.text
    assert "You pay $133.76 at the visit." in page.text
    declined = desk.give(desk.client.submit(form="card-form", card="on_page"), DECLINED)
    assert "This card was declined. Choose another one." in declined.text
    bank = desk.client.submit(form="test-card", card=ACTING)
    assert "Booked." in desk.confirm(bank).text
    assert desk.captured() == 3_344


def test_a_card_on_file_needs_a_yes_and_stands_in_the_account(desk):
    page = to_card(desk, payment="card_on_file")
    assert "Your card is kept on file." in page.text
    refused = desk.client.submit(form="card-form", card="on_page")
    assert (refused.status_code, desk.count(SavedCard)) == (422, 0)
    assert "The card can only be kept with your agreement." in refused.text
    booked = desk.give(desk.client.submit(form="card-form", card="on_page", consent="y"), "pm_card_mastercard")
    assert "Booked." in booked.text
    assert desk.captured() == 0
    cards = desk.client.open("/cards")
    assert "Mastercard ending in 4444" in cards.text
    assert "A visit with this card is ahead." in desk.client.submit(at="/remove").text
    again = to_card(desk, at=START + timedelta(days=3))
    assert "Mastercard ending in 4444" in again.text
    kept = again.text.split('name="card" value="')[1].split('"')[0]
    assert "Booked." in desk.client.submit(form="card-form", card=kept, consent="y").text
    assert desk.count(SavedCard) == 1


def test_no_at_the_bank_leads_back_and_nothing_is_booked(desk):
    page = to_card(desk, payment="prepaid")
    assert "Nothing is left to pay at the visit." in page.text
    bank = desk.give(desk.client.submit(form="card-form", card="on_page"), ACTING)
    again = desk.confirm(bank, "no")
    assert "The payment is not finished. Try again, or use another card." in again.text
    assert desk.count(Appointment) == 0
    booked = desk.give(desk.client.submit(form="card-form", card="on_page"), GOOD)
    assert "Booked." in booked.text
    assert (desk.captured(), desk.count(Appointment)) == (16_720, 1)


def test_whoever_comes_back_twice_has_one_visit(desk):
    to_card(desk, payment="prepaid")
    leads = desk.client.submit(form="card-form", card="on_page")
    booked = desk.give(leads, GOOD)
    back = booked.history[0].location if booked.history else None
    assert back is not None
    with desk.kept.opened() as double:
        path = next(urlsplit(str(thing["back"])).path for thing in double.things.values() if thing["object"] == "checkout.session")
    assert "Booked." in desk.client.open(path).text
    assert (desk.captured(), desk.count(Appointment)) == (16_720, 1)


def test_a_stranger_does_not_come_back_to_it(desk, visitor):
    to_card(desk, payment="prepaid")
    desk.client.submit(form="card-form", card="on_page")
    with desk.kept.opened() as double:
        path = next(urlsplit(str(thing["back"])).path for thing in double.things.values() if thing["object"] == "checkout.session")
    assert visitor(None).open(path).status_code == 404


def test_only_the_card_page_lets_stripes_script_in(app, desk):
    del app.extensions[STAND_IN]
    app.extensions["settings"] = replace(app.extensions["settings"], stripe_publishable_key="pk_test_1")
    page = to_card(desk, payment="prepaid")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self' https://js.stripe.com" in policy
    assert "frame-src 'self' https://js.stripe.com https://hooks.stripe.com" in policy
    assert 'data-stripe-key="pk_test_1"' in page.text
    assert "enter the card again" in desk.client.submit(form="card-form", card="here", made="4242424242424242").text.lower()
    assert "stripe.com" not in desk.client.open("/appointments").headers["Content-Security-Policy"]


def test_the_stand_in_is_nowhere_else(app, visitor):
    assert visitor(None).open("/test-cards/page/cs_1").status_code == 404
    assert visitor(None).open("/test-cards/bank/pi_1").status_code == 404


def test_kept_cards_in_json(desk, program):
    to_card(desk, payment="card_on_file")
    desk.give(desk.client.submit(form="card-form", card="on_page", consent="y"), GOOD)
    me = program(desk.account)
    answer = me.get("/me/cards").json
    assert [(card["brand"], card["last_four"]) for card in answer["items"]] == [("visa", "4242")]
    assert answer["consent"]["version"] == answer["items"][0]["consent_version"]
    assert me.delete(f"/me/cards/{answer['items'][0]['id']}").json["code"] == "card_in_use"
    visit = me.get("/appointments").json["items"][0]["id"]
    me.post(f"/appointments/{visit}/cancel", {})
    assert me.delete(f"/me/cards/{answer['items'][0]['id']}").status_code == 204
    assert me.get("/me/cards").json["items"] == []
    assert me.delete(f"/me/cards/{answer['items'][0]['id']}").status_code == 404
