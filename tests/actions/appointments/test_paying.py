"""Booking by card through the verbs: once whoever comes first, all or none of several visits, nothing taken before somebody's yes."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from booking.appointments.actions.answer import Declining, accept, decline
from booking.appointments.actions.charge_due import take_confirmed
from booking.appointments.actions.expire import expire_requests
from booking.appointments.actions.hold import HoldWish, release_hold
from booking.appointments.actions.hold_together import BasketWanted, hold_together
from booking.appointments.actions.pay import Asking, CardBooking, begin_paying, finish_paying
from booking.appointments.changes.history import Doer
from booking.appointments.forms.paying import bring_on, finish_open
from booking.appointments.models import Appointment, CardCheckout, Hold
from booking.openings.rules.asking import Wish
from booking.payments.forms import KEY
from booking.payments.models import CardTerms, Payment, SavedCard
from booking.payments.stripe_port.double import Fault
from booking.upkeep.queries import agreed_findings, findings
from marketplace.db import db
from marketplace.kernel.errors import NotFound, Refused
from marketplace.outbox.models import Letter
from providers.services.models import Service
from tests.factories import TERMS, CardTermsFactory, PersonFactory, SavedCardFactory, TermsPolicyFactory, bookable_provider
from tests.support.cards import Till, balances
from tests.support.racing import race
from tests.support.visits import BASE_URL, CLIENT, book_hold, booking_of, hold_visit

GOOD, ACTING, DECLINED = "pm_card_visa", "pm_card_threeDSecure2Required", "pm_card_chargeDeclined"
WHO = Asking(CLIENT, BASE_URL)
THERAPIST = Doer("provider", "account:therapist")


@pytest.fixture
def till(app, ctx, clock):
    made = Till(clock)
    app.extensions[KEY] = made.port
    return made


@pytest.fixture
def client(ctx):
    return PersonFactory()


def ask(provider, **said):
    """The provider's terms."""
    TermsPolicyFactory(provider=provider, terms={**TERMS, **said})


def begin(hold, person, now, card=GOOD):
    return begin_paying(CardBooking(booking_of(hold, person, now, payment_method="card"), card), person.id, WHO, now)


def pay(till, hold, person, now, card=GOOD):
    return bring_on(till.port, begin(hold, person, now, card), BASE_URL, now)


def count(table, *conditions):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions))


def visits():
    db.session.rollback()
    return db.session.scalars(select(Appointment).order_by(Appointment.starts_at).execution_options(populate_existing=True)).all()


def job(till, now):
    for one in ("settle", "finish", "take", "settle"):
        if one == "settle":
            for public_id in db.session.scalars(select(Payment.public_id).where(Payment.next_try_at <= now)).all():
                db.session.rollback()
                till.settle(public_id)
        elif one == "finish":
            finish_open(now, BASE_URL)
        else:
            take_confirmed(now)
    db.session.rollback()


def test_a_deposit_is_held_in_the_ledger_and_the_visit_says_so(till, provider, client, start, clock):
    ask(provider, payment="deposit", deposit_percent=50)
    made = pay(till, hold_visit(provider, client, start, clock.now), client, clock.now).outcome.made
    visit = visits()[0]
    assert (visit.public_id, visit.paid_cents, visit.due_cents) == (made.booked.appointment.public_id, 8_360, 8_360)
    assert balances() == {"card_clearing": 8_360, "deposits_held": -8_360}
    assert list(findings(db.session(), clock.now)) == []


@pytest.mark.parametrize("refused", [{"consent_accepted": False}, {"screening": "nobody"}])
def test_what_a_booking_is_refused_for_is_refused_before_the_card_is_asked(till, provider, client, start, clock, refused):
    hold = hold_visit(provider, client, start, clock.now)
    wanted = booking_of(hold, client, clock.now, payment_method="card")
    with pytest.raises(Refused):
        begin_paying(CardBooking(type(wanted)(**{**vars(wanted), **refused}), GOOD), client.id, WHO, clock.now)
    assert (till.double.calls, count(Payment), count(CardCheckout), count(Appointment)) == ([], 0, 0, 0)


def test_a_free_visit_asks_nothing(till, provider, client, start, clock):
    hold = hold_visit(provider, client, start, clock.now)
    hold.quote = {**hold.quote, "total_cents": 0}
    db.session.commit()
    with pytest.raises(Refused, match="nothing_to_pay"):
        begin(hold, client, clock.now)


def test_the_time_stays_held_while_the_client_is_at_the_bank_but_not_for_ever(till, provider, client, start, clock):
    hold = hold_visit(provider, client, start, clock.now)
    pay(till, hold, client, clock.advance(minutes=8), ACTING)
    db.session.rollback()
    assert db.session.get_one(Hold, hold.id).expires_at == clock.now + timedelta(minutes=10)


@pytest.mark.parametrize("answer", ["yes", "no", "silence"])
def test_nothing_is_taken_before_the_yes(till, provider, client, start, clock, answer):
    service = db.session.scalars(select(Service).where(Service.provider_id == provider.id)).one()
    service.by_request = {"settings": ["clinic"], "new_clients_only": False, "answer_hours": 4}
    db.session.commit()
    made = pay(till, hold_visit(provider, client, start, clock.now), client, clock.now).outcome.made
    visit = made.booked.appointment.public_id
    assert (visits()[0].status, till.double.captured(), visits()[0].paid_cents) == ("requested", 0, 0)
    if answer == "yes":
        accept(visit, THERAPIST, BASE_URL, clock.advance(hours=1))
    elif answer == "no":
        decline(visit, Declining(), THERAPIST, BASE_URL, clock.advance(hours=1))
    else:
        expire_requests(clock.advance(hours=30), BASE_URL)
    job(till, clock.advance(minutes=1))
    assert (till.double.captured(), visits()[0].paid_cents) == ((16_720, 16_720) if answer == "yes" else (0, 0))
    assert count(Payment, Payment.state.in_(("authorised", "asked"))) == 0


def basket(client, provider, start, clock, **terms):
    """Two visits in one checkout; the second with somebody whose terms are other ones."""
    second = bookable_provider(slug="bert", name="Bert Beech")
    if terms:
        ask(second, **terms)
    at = [
        HoldWish(one.slug, Wish("medical-massage", 60, "clinic"), start + timedelta(days=day)) for day, one in enumerate((provider, second))
    ]
    return hold_together(BasketWanted(tuple(at)), client.id, CLIENT, clock.now).holds


def test_one_card_pays_for_all_visits_of_a_checkout(till, provider, client, start, clock):
    ask(provider, payment="prepaid")
    holds = basket(client, provider, start, clock, payment="deposit", deposit_percent=10)
    assert pay(till, holds[1], client, clock.now).outcome.state == "booked"
    assert [(one.paid_cents, one.status) for one in visits()] == [(16_720, "confirmed"), (1_672, "confirmed")]
    assert (count(SavedCard, SavedCard.state == "kept"), count(CardTerms), till.double.captured()) == (1, 2, 18_392)


def test_if_the_bank_says_no_to_one_sum_nothing_is_booked_and_nothing_taken(till, provider, client, start, clock):
    ask(provider, payment="prepaid")
    holds = basket(client, provider, start, clock, payment="prepaid")
    paid = pay(till, holds[0], client, clock.now, "pm_card_authenticationRequired")
    assert paid.outcome.state == "action"
    till.double.act(db.session.scalars(select(SavedCard.setup)).one())
    db.session.rollback()
    assert pay(till, holds[0], client, clock.now, "pm_card_authenticationRequired").outcome.state == "failed"
    assert (visits(), till.double.captured()) == ([], 0)
    assert pay(till, holds[0], client, clock.now).outcome.state == "booked"
    assert len(visits()) == 2


def test_a_card_on_file_beside_a_sum(till, provider, client, start, clock):
    ask(provider, payment="card_on_file")
    holds = basket(client, provider, start, clock, payment="prepaid")
    pay(till, holds[0], client, clock.now)
    kinds = db.session.execute(select(CardTerms.kind, CardTerms.amount_cents, CardTerms.card_id.is_(None)).order_by(CardTerms.id)).all()
    assert [tuple(row) for row in kinds] == [("card_on_file", 0, False), ("prepaid", 16_720, False)]


def test_another_card_instead_of_one_that_waits(till, provider, client, start, clock):
    hold = hold_visit(provider, client, start, clock.now)
    pay(till, hold, client, clock.now, ACTING)
    assert pay(till, hold, client, clock.now, GOOD).outcome.state == "booked"
    job(till, clock.advance(minutes=1))
    assert (till.double.captured(), len(visits()), count(CardCheckout, CardCheckout.state == "failed")) == (16_720, 1, 1)
    assert next(thing for name, thing in till.double.things.items() if name.startswith("pi"))["status"] == "canceled"


def test_a_time_let_go_of_while_paying_is_not_booked(till, provider, client, start, clock):
    hold = hold_visit(provider, client, start, clock.now)
    checkout = begin(hold, client, clock.now, ACTING)
    bring_on(till.port, checkout, BASE_URL, clock.now)
    release_hold(hold.public_id, client.id, CLIENT, clock.now)
    till.double.act(db.session.scalars(select(Payment.intent)).one())
    assert bring_on(till.port, checkout, BASE_URL, clock.now).outcome.state == "ended"
    assert (visits(), till.double.captured(), count(Letter, Letter.kind == "payment_too_late")) == ([], 0, 1)


def test_booked_by_hand_at_the_visit_meanwhile_the_card_is_let_go_of(till, provider, client, start, clock):
    hold = hold_visit(provider, client, start, clock.now)
    checkout = begin(hold, client, clock.now, ACTING)
    bring_on(till.port, checkout, BASE_URL, clock.now)
    book_hold(hold, client, clock.now)
    till.double.act(db.session.scalars(select(Payment.intent)).one())
    assert bring_on(till.port, checkout, BASE_URL, clock.now).outcome.state == "ended"
    assert (len(visits()), till.double.captured()) == (1, 0)


@pytest.mark.parametrize("at", ["payment_intents", "confirm", "capture"])
@pytest.mark.parametrize("kind", ["lost", "dropped", "broken"])
def test_whatever_fails_on_the_way_it_is_one_visit_and_one_charge(till, provider, client, start, clock, at, kind):
    till.double.faults.append(Fault(kind, at))
    hold = hold_visit(provider, client, start, clock.now)
    first = pay(till, hold, client, clock.now).outcome.state
    assert first == ("booked" if at == "capture" else "waiting")
    job(till, clock.advance(minutes=2))
    assert pay_again(till, hold, client, clock.now) == "booked"
    job(till, clock.advance(minutes=2))
    assert (len(visits()), till.double.captured(), visits()[0].paid_cents) == (1, 16_720, 16_720)


def pay_again(till, hold, client, now):
    return pay(till, hold, client, now).outcome.state


def test_return_webhook_and_job_at_once_book_once(app, till, provider, client, start, clock):
    checkout = begin(hold_visit(provider, client, start, clock.now), client, clock.now, ACTING)
    bring_on(till.port, checkout, BASE_URL, clock.now)
    till.double.act(db.session.scalars(select(Payment.intent)).one())
    db.session.rollback()
    now = clock.now
    deeds = [partial(bring_on, till.port, checkout, BASE_URL, now)] * 3 + [partial(finish_open, now, BASE_URL)] * 2
    assert race(app, deeds) == {"done": 5}
    job(till, clock.advance(minutes=1))
    assert (len(visits()), till.double.captured(), count(CardTerms), count(Letter, Letter.kind == "visit_booked")) == (1, 16_720, 1, 1)


def test_two_tabs_with_two_cards_are_one_visit_and_one_charge(app, till, provider, client, start, clock):
    hold = hold_visit(provider, client, start, clock.now)
    wanted, now = booking_of(hold, client, clock.now, payment_method="card"), clock.now

    def tab(card):
        bring_on(till.port, begin_paying(CardBooking(wanted, card), client.id, WHO, now), BASE_URL, now)

    race(app, [partial(tab, card) for card in (GOOD, "pm_card_mastercard", GOOD)])
    job(till, clock.advance(minutes=1))
    assert len(visits()) == 1
    assert till.double.captured() - till.double.refunded() == 16_720


def test_finishing_twice_answers_the_same(till, provider, client, start, clock):
    checkout = begin(hold_visit(provider, client, start, clock.now), client, clock.now)
    made = bring_on(till.port, checkout, BASE_URL, clock.now).outcome.made
    again = finish_paying(checkout, BASE_URL, clock.now)
    assert (again.state, again.made.booked.appointment.id) == ("booked", made.booked.appointment.id)


def test_a_foreign_hold_is_not_paid_for(till, provider, client, start, clock):
    hold = hold_visit(provider, client, start, clock.now)
    other = PersonFactory()
    with pytest.raises(NotFound):
        begin_paying(CardBooking(booking_of(hold, other, clock.now, payment_method="card"), GOOD), other.id, WHO, clock.now)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({}, "nothing was agreed"),
        ({"kind": "card_on_file", "card": "removed"}, "relies on a card that is not kept"),
        ({"kind": "card_on_file", "card": "kept"}, None),
        ({"kind": "prepaid", "amount_cents": 16_720, "card": "kept"}, "has no payment of the 16720 cents"),
        ({"kind": "prepaid", "amount_cents": 16_720, "card": "kept", "charge_at": timedelta(hours=-2)}, "was to be charged and was not"),
        ({"kind": "prepaid", "amount_cents": 16_720, "card": "kept", "charge_at": timedelta(hours=2)}, None),
    ],
)
def test_the_check_finds_what_was_agreed_and_is_not_there(till, visit, clock, made, says):
    row = db.session.get_one(Appointment, visit.id)
    row.payment_method = "card"
    if made := dict(made):
        card = SavedCardFactory(person_id=row.person_id, person=None, state=made.pop("card"))
        due = made.pop("charge_at", None)
        CardTermsFactory(appointment_id=row.id, appointment=None, card=card, charge_at=due and clock.now + due, **made)
    db.session.commit()
    found = list(agreed_findings(db.session(), clock.now))
    assert [says in one for one in found] == [True] if says else found == []
