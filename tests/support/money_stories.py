"""What is done with the money of a visit in one deed, for tests that kill the process that does it: leaving, refunds, news, bookings."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import select

from booking.appointments.actions.book import book
from booking.appointments.actions.cancel import Cancelling, cancel
from booking.appointments.actions.pay import Asking, CardBooking
from booking.appointments.actions.progress import mark_no_show
from booking.appointments.actions.refund import Refunding, refund
from booking.appointments.changes.booking import Booking
from booking.appointments.changes.history import Doer
from booking.appointments.forms.paying import finish_open, pay
from booking.appointments.models import Appointment
from booking.giftcards.actions.buying import Buyer, order_bank_card, order_gift
from booking.giftcards.actions.refunding import refund_card
from booking.giftcards.actions.selling import allow_cards, sell_cards
from booking.giftcards.rules import Gift, Policy
from booking.payments.rules.named import Card
from booking.upkeep.queries import findings
from marketplace.db import db
from marketplace.kernel.errors import Conflict, Refused
from tests.factories import TERMS, PersonFactory, TermsPolicyFactory, bookable_provider
from tests.support.cards import Till
from tests.support.endings import finish, payments_of
from tests.support.killing import Ending, Point, Stage, Story, Whole, mended, play, summed
from tests.support.visits import BASE_URL, CLIENT, booking_of, hold_visit

STAFF = Doer("admin", "account:admin")
PROVIDER = Doer("provider", "account:provider")
CARD, ACTING = "pm_card_visa", "pm_card_threeDSecure2Required"
RECEIVED, SENT_BACK = "payment_received", "refund_sent"


def leave(visit: Appointment, now: datetime, doer: Doer = CLIENT) -> object:
    """Somebody cancels."""
    return cancel(visit.public_id, Cancelling(), doer, BASE_URL, now)


def give_back(cents: int, left: int):
    """An admin gives so much back, of so much that is left."""
    return lambda visit, now: refund(visit.public_id, Refunding(cents, "The room was cold.", expected_left_cents=left), STAFF, now)


STORIES = {
    "a client leaves, a part of the deposit goes back": Story(
        lambda stage: stage.visit(held=16_720), lambda visit: ("leave", visit.public_id), leave, 8_000
    ),
    "a client leaves, the fee is taken of what a bank keeps": Story(
        lambda stage: stage.visit(held=16_720, capture_later=True), lambda visit: ("leave", visit.public_id), leave, 8_000, (RECEIVED, 1)
    ),
    "a client does not come, the card on file is charged": Story(
        lambda stage: stage.visit(on_file=True, hours=-1),
        lambda visit: ("miss", visit.public_id),
        lambda visit, now: mark_no_show(visit.public_id, PROVIDER, now),
        16_000,
        (RECEIVED, 1),
    ),
    "an admin gives all of it back": Story(
        lambda stage: stage.visit(held=5_000), lambda visit: ("give_back", visit.public_id, "5000", "5000"), give_back(5_000, 5_000), 0
    ),
    "an admin gives a part back": Story(
        lambda stage: stage.visit(held=5_000), lambda visit: ("give_back", visit.public_id, "2000", "5000"), give_back(2_000, 5_000), 3_000
    ),
    "a client leaves, the card on file is charged": Story(
        lambda stage: stage.visit(on_file=True), lambda visit: ("leave", visit.public_id), leave, 8_000, (RECEIVED, 1)
    ),
    "a client leaves a visit that is paid there, a fee is due": Story(
        lambda stage: stage.visit(), lambda visit: ("leave", visit.public_id), leave, 0, ("visit_cancelled", 1)
    ),
    "a client leaves in time, the bank lets go of all of it": Story(
        lambda stage: stage.visit(held=16_720, capture_later=True, hours=30), lambda visit: ("leave", visit.public_id), leave, 0, (RECEIVED, 0)
    ),
    "a therapist leaves, all of it goes back and a credit is given": Story(
        lambda stage: stage.visit(held=16_720, terms={"credit_percent": 25}),
        lambda visit: ("withdraw", visit.public_id),
        lambda visit, now: leave(visit, now, PROVIDER),
        0,
    ),
}  # fmt: skip


# --- news of Stripe's --------------------------------------------------------------------------------------------------------


def acted(till: Till, visit: Appointment) -> None:
    """The client acts at their bank."""
    till.double.act(payments_of(visit)[0].intent)


def by_hand(till: Till, visit: Appointment) -> None:
    """Money goes back on Stripe's own pages."""
    till.double.by_hand(payments_of(visit)[0].intent, 2_000)


def came_back(till: Till, visit: Appointment) -> None:
    """What was given back is sent back by the client's bank."""
    give_back(5_000, 5_000)(visit, till.clock.now)
    finish(till)
    made = next(thing for thing in reversed(till.double.things.values()) if thing["object"] == "refund")
    till.double.settle_refund(made["id"], "failed")


def disputed(till: Till, visit: Appointment) -> None:
    """The client's bank takes the money."""
    till.double.dispute(payments_of(visit)[0].intent)


# What happens at Stripe, the card, what Stripe keeps in the end, and how many letters of which kind tell of it.
NEWS = {
    "the client has acted": (acted, ACTING, 5_000, (RECEIVED, 1)),
    "money went back on Stripe's own pages": (by_hand, CARD, 3_000, (SENT_BACK, 1)),
    "a bank has sent a refund back": (came_back, CARD, 5_000, (SENT_BACK, 1)),
    "a bank has taken the money": (disputed, CARD, 5_000, (SENT_BACK, 0)),
}


def hear(stage: Stage, name: str, *, write: int = 0, condemned: Point | None = None) -> Ending:
    """Stripe tells of it, and again until somebody listens; whether the first who listened was killed, and what came of everything."""
    happens, card, kept, (kind, number) = NEWS[name]
    before = Whole.now(stage)
    visit = stage.visit(held=5_000, payment_method=card)
    happens(stage.till, visit)
    words = ("hear", *stage.send(stage.till.double.events[-1]))
    killed = stage.run(*words, write=write, condemned=condemned)
    if killed:
        stage.run(*words)
    mended(stage, visit)
    now = Whole.now(stage)
    assert (now.kept - before.kept, now.letters[kind] - before.letters[kind]) == (kept, number)
    return killed, summed(before, now, visit)


# --- booking -----------------------------------------------------------------------------------------------------------------

# What the therapist's terms ask, what of it is taken at once, and how many letters tell of money.
BOOKINGS = {
    "half of it ahead": ({"payment": "deposit", "deposit_percent": 50}, 8_360, 1),
    "all of it ahead": ({"payment": "prepaid"}, 16_720, 1),
    "a card on file": ({"payment": "card_on_file"}, 0, 0),
    "paid at the visit": ({"payment": "at_visit"}, 0, 0),
}


def book_again(wanted: Booking, person_id: int, now: datetime) -> str:
    """The client tries once more, and the job looks after whatever waits; what the client was told."""
    told = "booked"
    try:
        if wanted.payment_method == "card":
            pay(CardBooking(wanted, CARD), person_id, Asking(CLIENT, BASE_URL), now)
        else:
            book(wanted, person_id, CLIENT, BASE_URL, now)
    except (Conflict, Refused) as refusal:
        db.session.rollback()
        told = refusal.code
    finish_open(now, BASE_URL)
    return told


def book_in_process(stage: Stage, name: str, *, write: int = 0, condemned: Point | None = None) -> Ending:
    """A client books, is cut off, and tries again; whether the first try was killed, and what came of everything."""
    terms, kept, letters = BOOKINGS[name]
    method = "at_visit" if terms["payment"] == "at_visit" else "card"
    provider, person, now = bookable_provider(), PersonFactory(), stage.till.clock.now
    TermsPolicyFactory(provider=provider, terms={**TERMS, **terms})
    hold = hold_visit(provider, person, stage.noon(), now)
    wanted, hold_id, person_id = booking_of(hold, person, now, payment_method=method), hold.id, person.id
    before = Whole.now(stage)
    words = ("book", wanted.hold, wanted.screening, wanted.consent_version, str(person_id), method)
    killed = stage.run(*words, write=write, condemned=condemned)
    stage.till.clock.advance(seconds=20)
    told = book_again(wanted, person_id, stage.till.clock.now)
    visit = db.session.scalars(select(Appointment).where(Appointment.hold_id == hold_id)).one_or_none()
    assert visit is not None, f"tried again: {told}"
    mended(stage, visit)
    after = Whole.now(stage)
    assert (visit.status, visit.paid_cents, after.kept - before.kept) == ("confirmed", kept, kept)
    assert after.letters[RECEIVED] - before.letters[RECEIVED] == letters
    return killed, summed(before, after, visit)


# --- reconciling -------------------------------------------------------------------------------------------------------------


def reconcile_in_process(stage: Stage, *, write: int = 0, condemned: Point | None = None) -> Ending:
    """A client has left and nobody has asked Stripe for anything since; whoever makes that good may be killed too."""
    before = Whole.now(stage)
    visit = stage.visit(held=16_720)
    leave(visit, stage.till.clock.now)
    stage.till.clock.advance(minutes=2)
    killed = stage.run("reconcile", write=write, condemned=condemned)
    mended(stage, visit)
    now = Whole.now(stage)
    assert now.kept - before.kept == 8_000
    return killed, summed(before, now, visit)


# --- gift cards --------------------------------------------------------------------------------------------------------------


def bought_card(stage: Stage) -> str:
    """A gift card of $100 that was paid with a bank card; gives its public id."""
    provider, now = bookable_provider(), stage.till.clock.now
    allow_cards(Policy(allowed=True, amounts=(10_000,), least_cents=1_000, most_cents=50_000), "To try it out.", "account:admin", now)
    sell_cards(provider.id, "account:provider", now, sells=True)
    card = order_gift(provider.id, Gift(10_000), Buyer(None, "Bea Birch", "bea@licensedhands.test"), "anonymous", now).card.public_id
    stage.till.settle(order_bank_card(card, Card(CARD), "anonymous", now))
    return card


def gift_in_process(stage: Stage, *, write: int = 0, condemned: Point | None = None) -> Ending:
    """What is left of a gift card goes back; whoever ordered it is cut off, and tries again."""
    before = Whole.now(stage)
    card = bought_card(stage)
    killed = stage.run("give_back_gift", card, write=write, condemned=condemned)
    stage.restart()
    try:
        refund_card(card, "It was bought twice.", "account:admin", stage.till.clock.now)
    except Conflict:
        db.session.rollback()  # it was done
    assert stage.restart() == []
    assert list(findings(db.session(), stage.till.clock.now)) == []
    now = Whole.now(stage)
    assert (now.kept - before.kept, now.letters[SENT_BACK] - before.letters[SENT_BACK]) == (0, 1)
    return killed, now.since(before)


# --- all of it ---------------------------------------------------------------------------------------------------------------

LEAVING = {name: partial(play, story=story) for name, story in STORIES.items()}
BOOKING = {f"booking, {name}": partial(book_in_process, name=name) for name in BOOKINGS}
HEARING = {f"a webhook, {name}": partial(hear, name=name) for name in NEWS} | {"reconciling": reconcile_in_process}
GIFTS = {"what is left of a gift card goes back": gift_in_process}
# Every deed that moves money.
MONEY = LEAVING | BOOKING | HEARING | GIFTS


def deed_on(stage: Stage, name: str) -> Callable[..., Ending]:
    """One of them, to be played on a stage."""
    return partial(MONEY[name], stage)
