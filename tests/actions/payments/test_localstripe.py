"""localstripe, a fake of Stripe by other hands, says what our own stand-in says: the same deeds asked of both through the one port.

Where it does less than Stripe's documents say, a row says so and shows it; there our stand-in follows the documents.
"""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from booking.payments.models import Payment, Refund
from booking.payments.stripe_port.values import IntentOrder, Mark, Missing
from marketplace.db import db
from tests.support.cards import Till, balances, letters
from tests.support.localstripe_server import localstripe_served
from tests.support.localstripe_words import LEFT_OUT, NUMBERS
from tests.support.two_stripes import HERE, VISA, Deed, two_stripes

DECLINED, ACTING, MASTERCARD = "pm_card_chargeDeclined", "pm_card_threeDSecure2Required", "pm_card_mastercard"
LATER, AT_ONCE = True, False
AUTHORISE, CANCEL, APPROVE, TURN_DOWN = Deed("confirm"), Deed("cancel"), Deed("approve"), Deed("turn down")


def capture(cents):
    return Deed("capture", cents)


def refund(cents):
    return Deed("refund", cents)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with localstripe_served(tmp_path_factory.mktemp("localstripe") / "log.txt") as address:
        yield address


@pytest.fixture
def both(address):
    return two_stripes(address)


# Of 190.00: the card, when it is taken, and what is done; then the intent's state, what was taken of it, and what went back by our word.
STORIES = {
    "nothing is asked of the bank yet": (VISA, LATER, [], "requires_confirmation", 0, 0),
    "authorised": (VISA, LATER, [AUTHORISE], "requires_capture", 0, 0),
    "authorised twice": (VISA, LATER, [AUTHORISE, AUTHORISE], "requires_capture", 0, 0),
    "authorised and taken at once": (VISA, AT_ONCE, [AUTHORISE], "succeeded", 19_000, 0),
    "all of it is captured": (VISA, LATER, [AUTHORISE, capture(19_000)], "succeeded", 19_000, 0),
    "a part is captured, the rest let go": (VISA, LATER, [AUTHORISE, capture(8_000)], "succeeded", 8_000, 0),
    "one cent is captured": (VISA, LATER, [AUTHORISE, capture(1)], "succeeded", 1, 0),
    "more than was authorised is captured": (VISA, LATER, [AUTHORISE, capture(19_001)], "requires_capture", 0, 0),
    "captured twice": (VISA, LATER, [AUTHORISE, capture(8_000), capture(8_000)], "succeeded", 8_000, 0),
    "canceled before the bank was asked": (VISA, LATER, [CANCEL], "canceled", 0, 0),
    "canceled while the bank keeps it": (VISA, LATER, [AUTHORISE, CANCEL], "canceled", 0, 0),
    "canceled twice": (VISA, LATER, [AUTHORISE, CANCEL, CANCEL], "canceled", 0, 0),
    "canceled and authorised": (VISA, LATER, [CANCEL, AUTHORISE], "canceled", 0, 0),
    "canceled after it was taken": (VISA, LATER, [AUTHORISE, capture(19_000), CANCEL], "succeeded", 19_000, 0),
    "all of it goes back": (VISA, LATER, [AUTHORISE, capture(19_000), refund(19_000)], "succeeded", 19_000, 19_000),
    "all of a part goes back": (VISA, LATER, [AUTHORISE, capture(8_000), refund(8_000)], "succeeded", 8_000, 8_000),
    "a part goes back": (VISA, AT_ONCE, [AUTHORISE, refund(4_000)], "succeeded", 19_000, 4_000),
    "it goes back in parts, to the last cent": (VISA, AT_ONCE, [AUTHORISE, refund(4_000), refund(14_999), refund(1)], "succeeded", 19_000, 19_000),
    "canceled after a part went back": (MASTERCARD, AT_ONCE, [AUTHORISE, refund(4_000), CANCEL], "succeeded", 19_000, 4_000),
    "the bank says no": (DECLINED, LATER, [AUTHORISE], "requires_payment_method", 0, 0),
    "the bank says no, and the same card again": (DECLINED, LATER, [AUTHORISE, AUTHORISE], "requires_payment_method", 0, 0),
    "the bank says no, it is given up": (DECLINED, AT_ONCE, [AUTHORISE, CANCEL], "canceled", 0, 0),
    "the bank says no, something shall go back": (DECLINED, AT_ONCE, [AUTHORISE, refund(1)], "requires_payment_method", 0, 0),
    "the client must act": (ACTING, LATER, [AUTHORISE], "requires_action", 0, 0),
    "the client acts": (ACTING, LATER, [AUTHORISE, APPROVE], "requires_capture", 0, 0),
    "the client acts, a part is captured": (ACTING, LATER, [AUTHORISE, APPROVE, capture(8_000)], "succeeded", 8_000, 0),
    "the client acts and it is taken at once": (ACTING, AT_ONCE, [AUTHORISE, APPROVE, refund(4_000)], "succeeded", 19_000, 4_000),
    "the client turns it down": (ACTING, LATER, [AUTHORISE, TURN_DOWN], "requires_payment_method", 0, 0),
    "the client turns it down, and the same card again": (ACTING, LATER, [AUTHORISE, TURN_DOWN, AUTHORISE], "requires_payment_method", 0, 0),
    "given up while the client should act": (ACTING, LATER, [AUTHORISE, CANCEL], "canceled", 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_both_say_the_same(both, name):
    card, later, deeds, state, taken, back = STORIES[name]
    both.begin(19_000, capture_later=later, card=card)
    for deed in deeds:
        both.do(deed)
    seen = both.ours.port.read_intent(both.ours.intent)
    assert (seen.status, seen.captured_cents, both.double.refunded()) == (state, taken, back)


# What localstripe does where Stripe's documents, and our stand-in, refuse: how it is answered there.
LENIENT = {
    "it does not count what is left": ([AUTHORISE, capture(8_000), refund(8_001)], "succeeded"),
    "nor what went back before": ([AUTHORISE, capture(8_000), refund(5_000), refund(3_001)], "succeeded"),
    "nor whether anything was taken": ([AUTHORISE, refund(1)], "succeeded"),
    "nor whether it was let go": ([AUTHORISE, CANCEL, refund(1)], "succeeded"),
    "it captures what was canceled": ([AUTHORISE, CANCEL, capture(8_000)], "canceled"),
    "it falls over what the bank was never asked for: a capture": ([capture(8_000)], "Unknown"),
    "it falls over what the bank was never asked for: a refund": ([refund(1)], "Unknown"),
}


@pytest.mark.parametrize("name", LENIENT)
def test_where_it_does_less_than_stripe(both, name):
    (*before, last), answer = LENIENT[name]
    both.begin()
    for deed in before:
        both.do(deed)
    stands = both.ours.picture()
    assert both.ours.do(last) == ("Invalid", stands)
    assert both.theirs.do(last)[0] == answer
    assert not agreed(both.double.things[both.ours.intent], last, both.double.refunded())


def agreed(intent, deed, refunded):
    """Whether localstripe looks at what Stripe looks at before this deed: the rows above, as a rule."""
    declined = (intent["last_payment_error"] or {}).get("code") == "card_declined"
    if deed.name == "refund":
        return declined or 0 < deed.cents <= intent["amount_received"] - refunded
    return deed.name != "capture" or declined or (intent["charges"] > 0 and intent["status"] != "canceled")


SUMS = st.integers(1, 120)
CAPTURES, REFUNDS = (st.builds(Deed, st.just(name), SUMS) for name in ("capture", "refund"))
DEEDS = st.one_of(st.sampled_from([AUTHORISE, CANCEL, APPROVE, APPROVE, TURN_DOWN]), CAPTURES, REFUNDS, REFUNDS)


@given(
    cents=st.integers(50, 50_000),
    later=st.booleans(),
    card=st.sampled_from([VISA, VISA, MASTERCARD, DECLINED, ACTING, ACTING]),
    first=st.sampled_from([AUTHORISE, AUTHORISE, AUTHORISE, CANCEL]),
    deeds=st.lists(DEEDS, min_size=2, max_size=8),
)
def test_any_sequence(address, cents, later, card, first, deeds):
    """Sums are shares of what was asked for, up to a fifth too much. What localstripe does not look at, our stand-in alone must refuse."""
    both = two_stripes(address)
    both.begin(cents, capture_later=later, card=card)
    for drawn in [first, *deeds]:
        deed = Deed(drawn.name, max(1, cents * drawn.cents // 100))
        intent = both.double.things[both.ours.intent]
        if deed.name in {"approve", "turn down"} and intent["status"] != "requires_action":
            continue  # nobody asks the client
        if agreed(intent, deed, both.double.refunded()):
            both.do(deed)
        else:
            stands = both.ours.picture()
            assert both.ours.do(deed) == ("Invalid", stands)
    assert both.ours.picture() == both.theirs.picture()


# --- a card to be kept ---------------------------------------------------------------------------------------------------------

SETUPS = {
    "the client's browser will give a card": (None, "requires_payment_method"),
    "a card is given": (VISA, "succeeded"),
    "the client must act": (ACTING, "requires_action"),
}


@pytest.mark.parametrize("name", SETUPS)
def test_a_card_is_kept(both, name):
    card, state = SETUPS[name]
    for side in (both.ours, both.theirs):
        customer = side.port.create_customer("person1", HERE)
        made = side.port.create_setup("setup1", HERE, customer, card, "http://127.0.0.1/back" if card else None)
        seen = side.port.read_setup(made.id)
        assert (made.status, made.mark, made.customer, made.failure_code) == (state, Mark(HERE, "setup1"), customer, None)
        assert (seen.status, seen.mark, seen.customer, seen.payment_method) == (state, made.mark, customer, made.payment_method)
        assert bool(seen.payment_method) == bool(card)
        assert seen.client_secret


def test_a_kept_card_is_looked_at_charged_and_let_go(both):
    for side in (both.ours, both.theirs):
        customer = side.port.create_customer("person2", HERE)
        kept = str(side.port.create_setup("setup2", HERE, customer, VISA).payment_method)
        card = side.port.read_card(kept)
        assert (card.id, card.brand, card.last_four) == (kept, "visa", "4242")
        made = side.port.create_intent(IntentOrder("fee2", HERE, 8_000, "usd", kept, customer, capture_later=False, description="Fee"))
        charged = side.port.confirm_intent(made.id, "fee2", off_session=True)
        assert (charged.status, charged.captured_cents) == ("succeeded", 8_000)
        side.port.forget_card(kept)


def test_what_nobody_knows(both):
    for side in (both.ours, both.theirs):
        for ask in (side.port.read_intent, side.port.read_refund, side.port.read_setup):
            with pytest.raises(Missing):
                ask("pi_of_nobody")
        with pytest.raises(Missing):
            side.port.cancel_intent("pi_of_nobody", "key1")


# --- the whole till: rows, ledger and letters -----------------------------------------------------------------------------------


def _story(till):
    """Payments that end in each way; what our rows, the ledger and the letters say of them."""
    whole = till.pay(cause="whole")
    part = till.pay(cause="part", capture_later=True)
    released = till.pay(cause="released", capture_later=True)
    till.pay(cause="declined", payment_method=DECLINED)
    till.pay(cause="acting", payment_method=ACTING)
    till.capture(part, 8_000)
    till.release(released)
    for payment in (part, released):
        till.settle(payment)
    for number, (payment, cents) in enumerate([(whole, 4_000), (whole, 15_000), (part, 3_000)]):
        assert till.give_back(till.refund(payment, cents, f"back:{number}")) == "succeeded"
    db.session.rollback()
    payments = {row.cause: (row.state, row.captured_cents, row.refunded_cents) for row in db.session.scalars(select(Payment))}
    refunds = Counter((row.amount_cents, row.state) for row in db.session.scalars(select(Refund)))
    return payments, refunds, balances(), letters("payment_received"), letters("refund_sent")


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_our_books_are_the_same_whoever_answers(ctx, clock, both, whose):
    till = Till(clock)
    till.port = getattr(both, whose).port
    assert _story(till) == (
        {
            "whole": ("captured", 19_000, 19_000),
            "part": ("captured", 8_000, 3_000),
            "released": ("cancelled", 0, 0),
            "declined": ("failed", 0, 0),
            "acting": ("action_required", 0, 0),
        },
        {(4_000, "succeeded"): 1, (15_000, "succeeded"): 1, (3_000, "succeeded"): 1},
        {"card_clearing": 5_000, "deposits_held": -5_000},
        2,
        3,
    )


# --- what is left out on the way -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one", [(place, word) for place in LEFT_OUT for word in sorted(place.words)], ids=lambda one: f"{one[0].at} {one[1]}"
)
def test_only_what_it_refuses_is_left_out(both, one):
    """Each word of the list is refused there when it is said; a newer localstripe that takes it ends its row here."""
    place, word = one
    both.begin()
    said = {"amount": "19000", "currency": "usd"} if place.at == "/payment_intents" else {}
    status, answer = both.http.ask(place.at.replace(r"\w+", both.theirs.intent), {**said, word: "true"})
    assert (status, answer["error"]["message"]) == (400, f"Unexpected {word}")


def test_what_it_leaves_unsaid(both):
    """What an intent received, and three cards by Stripe's names: were they there, nothing would have to be put in their place."""
    said = {"amount": "19000", "currency": "usd"}
    assert "amount_received" not in both.http.ask("/payment_intents", {**said, "payment_method": VISA, "confirm": "true"})[1]
    assert {both.http.ask("/payment_intents", {**said, "payment_method": card})[0] for card in NUMBERS} == {404}
