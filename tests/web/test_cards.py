"""Booking by card in JSON: what the terms ask, what the bank says, and that the same request twice is one visit and one charge."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments.jobs import charge_cards, go_on_paying
from booking.appointments.models import Appointment, CardCheckout
from booking.payments.commands import settle_due
from booking.payments.forms import KEY
from booking.payments.stripe_port.double import StripeDouble
from booking.screening import catalogue
from marketplace.accounts.models import Account
from marketplace.db import db
from marketplace.outbox.models import Letter
from tests.factories import TERMS, AccountFactory, PersonFactory, TermsPolicyFactory, bookable_provider
from tests.support.cards import port_to
from tests.support.clocks import START
from tests.support.visits import answered

SOON, FAR = START + timedelta(days=2), START + timedelta(days=14)
ACTING, DECLINED, GOOD = "pm_card_threeDSecure2Required", "pm_card_chargeDeclined", "pm_card_visa"


class World:
    """A client at a therapist's, whose terms a test says; Stripe is the stand-in."""

    def __init__(self, app, clock, program, double):
        self.app, self.clock, self.double = app, clock, double
        with app.app_context():
            account = AccountFactory()
            person = PersonFactory(account=account)
            self.screening = answered(person, START)
            self.provider = bookable_provider(slug="anna", name="Anna Alder")
            self.provider_id = self.provider.id
            account_id, therapist = account.id, self.provider.account_id
            db.session.expire_all()
            self.account, self.therapist = (db.session.get_one(Account, one) for one in (account_id, therapist))
            db.session.expunge_all()
        self.client = program(self.account)

    def terms(self, **said):
        with self.app.app_context():
            TermsPolicyFactory(provider_id=self.provider_id, provider=None, terms={**TERMS, **said})
        return self

    def hold(self, at=SOON):
        wish = {"provider": "anna", "service": "medical-massage", "minutes": 60, "setting": "clinic", "starts_at": at.isoformat()}
        return self.client.post("/holds", wish).json["id"]

    def book(self, hold, card=GOOD, key=None, **more):
        consent = {"version": catalogue.form().consent.version, "accepted": True}
        payment = {"method": "card", "payment_method": card} if card else {"method": "at_visit"}
        return self.client.post(
            "/appointments", {"hold": hold, "screening": self.screening, "consent": consent, "payment": payment, **more}, key=key
        )

    def look(self, public_id):
        return self.client.get(f"/appointments/{public_id}").json

    def job(self):
        with self.app.app_context():
            now = self.clock.now
            settle_due(now)
            go_on_paying(now)
            charge_cards(now)
            settle_due(now)

    def count(self, table, *conditions):
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(table).where(*conditions))

    def letters(self, kind):
        return self.count(Letter, Letter.kind == kind)


@pytest.fixture
def double(clock):
    return StripeDouble(lambda: clock.now)


@pytest.fixture
def world(app, clock, program, double):
    app.extensions[KEY] = port_to(double)
    return World(app, clock, program, double)


def test_paid_by_card_where_the_visit_may_be_paid_there(world):
    made = world.book(world.hold())
    assert made.status_code == 201, made.json
    assert made.json["payment"] == {
        "method": "card", "kind": "prepaid", "amount_cents": 16_720, "state": "captured", "charge_at": None, "card": None,
    }  # fmt: skip
    assert (made.json["paid_cents"], made.json["due_cents"], made.json["status"]) == (16_720, 0, "confirmed")
    assert world.double.captured() == 16_720
    receipt = world.client.get(f"/appointments/{made.json['id']}/receipt").json
    assert (receipt["payment"]["how"], receipt["payment"]["amount_cents"], receipt["balance_cents"]) == ("card", 16_720, 0)
    assert world.letters("payment_received") == 1


def test_at_the_visit_nothing_is_asked(world):
    made = world.book(world.hold(), card=None)
    assert (made.status_code, made.json["payment"], world.double.calls) == (201, {"method": "at_visit"}, [])


def test_a_deposit_is_taken_and_counts(world):
    made = world.terms(payment="deposit", deposit_percent=30).book(world.hold())
    assert (made.json["paid_cents"], made.json["due_cents"], made.json["payment"]["kind"]) == (5_016, 11_704, "deposit")
    assert made.json["terms"]["deposit_percent"] == 30


def test_a_card_on_file_takes_nothing_and_is_kept(world):
    made = world.terms(payment="card_on_file").book(world.hold())
    assert made.status_code == 201, made.json
    assert (made.json["paid_cents"], made.json["payment"]["state"], made.json["payment"]["card"]["last_four"]) == (0, "on_file", "4242")
    assert world.double.captured() == 0
    assert not [call for call in world.double.calls if "payment_intents" in call.path]


def test_terms_that_ask_for_a_card_are_not_booked_without(world):
    refused = world.terms(payment="card_on_file").book(world.hold(), card=None)
    assert (refused.status_code, refused.json["code"]) == (422, "card_required")


def test_without_keys_terms_ask_for_nothing(app, world):
    del app.extensions[KEY]
    world.terms(payment="prepaid")
    hold = world.hold()
    refused = world.book(hold)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "payment.method")
    made = world.book(hold, card=None)
    assert (made.status_code, made.json["payment"]) == (201, {"method": "at_visit"})


def test_a_declined_card_books_nothing_and_another_one_may_be_tried(world):
    hold = world.hold()
    refused = world.book(hold, DECLINED)
    assert (refused.status_code, refused.json["code"], refused.json["decline_code"]) == (402, "payment_failed", "generic_decline")
    assert "Nothing was taken." in refused.json["detail"]
    assert world.count(Appointment) == 0
    assert world.book(hold).status_code == 201
    assert world.double.captured() == 16_720


def test_five_cards_an_hour(world):
    hold = world.hold()
    codes = [world.book(hold, DECLINED).status_code for _ in range(6)]
    assert codes == [402] * 5 + [429]
    world.clock.advance(hours=1, seconds=1)
    assert world.book(world.hold(SOON + timedelta(days=1)), DECLINED).status_code == 402


def intent_of(double):
    return next(name for name, thing in double.things.items() if thing["object"] in ("payment_intent", "setup_intent"))


@pytest.mark.parametrize("kind", [{"payment": "prepaid"}, {"payment": "card_on_file"}], ids=["prepaid", "on file"])
def test_the_client_acts_and_sends_it_again(world, kind):
    hold = world.terms(**kind).hold()
    asked = world.book(hold, ACTING, key="once")
    assert (asked.status_code, asked.json["code"]) == (402, "action_required")
    assert asked.json["client_secret"] == world.double.things[intent_of(world.double)]["client_secret"]
    world.clock.advance(minutes=9)
    world.double.act(intent_of(world.double))
    made = world.book(hold, ACTING, key="once")
    assert made.status_code == 201, made.json
    again = world.book(hold, ACTING, key="once")
    assert (again.status_code, again.json, again.headers["Idempotency-Replayed"]) == (201, made.json, "true")
    assert world.book(hold, ACTING).json["id"] == made.json["id"]
    assert world.count(Appointment) == 1
    assert world.double.captured() == (0 if kind["payment"] == "card_on_file" else 16_720)


def test_the_client_acts_and_a_webhook_books(app, world, client):
    app.extensions["settings"] = replace(app.extensions["settings"], stripe_webhook_secret="whsec")
    hold = world.hold()
    world.book(hold, ACTING)
    world.double.act(intent_of(world.double))
    for event in [*world.double.events, *world.double.events]:
        body, signature = world.double.webhook(event, "whsec")
        assert client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature}).status_code == 200
    made = world.book(hold, ACTING)
    assert (made.status_code, made.json["paid_cents"], world.count(Appointment), world.double.captured()) == (201, 16_720, 1, 16_720)
    assert world.letters("visit_booked") == 1


def test_nobody_comes_back_and_the_job_books(world):
    world.book(world.hold(), ACTING)
    world.double.act(intent_of(world.double))
    world.clock.advance(minutes=2)
    world.job()
    assert (world.count(Appointment), world.double.captured()) == (1, 16_720)


def test_at_the_bank_the_client_fails(world):
    hold = world.hold()
    world.book(hold, ACTING)
    world.double.act(intent_of(world.double), approved=False)
    refused = world.book(hold, ACTING)
    assert refused.status_code == 402
    assert world.book(hold).status_code == 201
    assert world.double.captured() == 16_720


def test_too_late_and_still_free_it_is_booked(world):
    world.book(world.hold(), ACTING)
    world.clock.advance(minutes=20)
    world.double.act(intent_of(world.double))
    world.job()
    assert (world.count(Appointment), world.double.captured(), world.letters("payment_too_late")) == (1, 16_720, 0)


def test_too_late_and_taken_nothing_is_kept_and_a_letter_says_so(world):
    world.book(world.hold(), ACTING)
    world.clock.advance(minutes=20)
    assert world.book(world.hold(), card=None).status_code == 201
    world.double.act(intent_of(world.double))
    world.job()
    world.clock.advance(minutes=1)
    world.job()
    assert (world.count(Appointment), world.double.captured(), world.letters("payment_too_late")) == (1, 0, 1)
    assert world.double.things[intent_of(world.double)]["status"] == "canceled"
    assert world.count(CardCheckout, CardCheckout.state == "ended") == 1


def test_whoever_does_not_come_back_loses_the_time_and_pays_nothing(world):
    world.book(world.hold(), ACTING)
    world.clock.advance(minutes=31)
    world.job()
    assert world.double.things[intent_of(world.double)]["status"] == "canceled"
    assert (world.count(Appointment), world.count(CardCheckout, CardCheckout.state == "failed")) == (0, 1)


def test_further_ahead_than_a_week_the_card_is_kept_and_charged_a_week_before(world):
    made = world.terms(payment="deposit", deposit_percent=50).book(world.hold(FAR))
    assert made.status_code == 201, made.json
    paying = made.json["payment"]
    assert (paying["state"], paying["charge_at"], made.json["paid_cents"]) == ("scheduled", "2027-01-19T12:00:00-05:00", 0)
    world.clock.set(FAR - timedelta(days=7, seconds=1))
    world.job()
    assert world.double.captured() == 0
    world.clock.advance(seconds=1)
    world.job()
    world.job()
    seen = world.look(made.json["id"])
    assert (seen["payment"]["state"], seen["paid_cents"], world.double.captured()) == ("captured", 8_360, 8_360)
    assert world.double.things[next(n for n, t in world.double.things.items() if t["object"] == "payment_intent")]["customer"]


def test_a_later_charge_that_fails_is_told_and_due_at_the_visit(world):
    hold = world.terms(payment="prepaid").hold(FAR)
    assert world.book(hold, "pm_card_authenticationRequired").status_code == 402
    world.double.act(intent_of(world.double))
    made = world.book(hold, "pm_card_authenticationRequired")
    assert made.status_code == 201, made.json
    world.clock.set(FAR - timedelta(days=7))
    for _ in range(3):
        world.job()
    seen = world.look(made.json["id"])
    assert (seen["payment"]["state"], seen["due_cents"], world.letters("card_charge_failed")) == ("failed", 16_720, 1)
    assert "client_must_act" in seen["attention"]
