"""A checkout that is paid by card, inside the caller's transaction: what is asked, how it stands, what was agreed once it is booked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from booking.appointments.changes.booking import Booking, PlaceOfVisit, Together
from booking.appointments.changes.pairing import find_couple
from booking.appointments.changes.timing import accept_start
from booking.appointments.models import Appointment, CardCheckout, Hold
from booking.appointments.queries import wish_of
from booking.appointments.rules import paying
from booking.appointments.rules.holding import hold_ends_at
from booking.appointments.rules.paying import HeldTime, Plan, Standing, plan_from_list
from booking.appointments.rules.states import CONFIRMED
from booking.giftcards.queries import pays_of_hold
from booking.openings.rules.asking import Wish
from booking.payments.changes import ordering
from booking.payments.changes.keeping import let_go_of_card
from booking.payments.changes.ordering import DEPOSIT, Back, order_capture, order_payment, order_refund, order_release
from booking.payments.changes.telling import lock_payment
from booking.payments.models import CardTerms, Payment, SavedCard
from booking.payments.queries import find_by_cause
from booking.payments.rules.keeping import KEPT, ON_PAGE, OPEN_CARDS
from booking.payments.rules.states import ACTION, ASKED, AUTHORISED, CANCELLED, CAPTURED, CAPTURING, FAILED, RELEASING
from marketplace.kernel.errors import Limited
from providers.profiles.rules import MOBILE
from providers.schedule.changes import HOLD, claim_time, release_claim, turn_claim
from providers.schedule.models import Claim

# Of these Stripe is asked by whoever orders; the client's own steps are waited for.
FRESH = (ASKED, CAPTURING, RELEASING)
UNSETTLED = (*FRESH, ACTION)
OPEN, BOOKED, NOT_PAID, ENDED = "open", "booked", "failed", "ended"
TOO_LATE = "The payment came after the time had been let go, so all of it goes back."
TRIES = "Too many cards were tried in the last hour. Wait an hour, or choose a visit that is paid at the visit."


def held_times(session: Session, holds: Iterable[Hold]) -> list[HeldTime]:
    """Held times as far as paying goes; whoever is brought along pays at the visit."""
    holds = tuple(holds)
    couple = find_couple(session, holds[0].id) if holds else None
    own = [hold for hold in holds if couple is None or hold.id != couple.second.id]
    return [_held_time(session, hold) for hold in own]


def _held_time(session: Session, hold: Hold) -> HeldTime:
    total = hold.quote["total_cents"]
    by_gift = pays_of_hold(session, hold.id, total)
    return HeldTime(hold.id, hold.terms["payment"], hold.terms.get("deposit_percent"), total, hold.starts_at, by_gift)


def booking_to_dict(wanted: Booking) -> dict[str, Any]:
    """A booking in plain JSON, as a checkout keeps it, sealed."""
    return asdict(wanted)


def booking_from_dict(kept: dict[str, Any]) -> Booking:
    """Read back what `booking_to_dict` wrote."""
    place = PlaceOfVisit(**kept["place"]) if kept.get("place") else None
    return Booking(**{**kept, "place": place, "consent_sections": tuple(kept["consent_sections"])})


def check_tries(session: Session, hold: Hold, now: datetime) -> None:
    """Five cards that came to nothing in an hour, of one person or from one address, are enough. Raises Limited `too_many_cards`."""
    own = CardCheckout.person_id == hold.person_id
    whose = own if hold.origin is None else or_(own, Hold.origin == hold.origin)
    tried = select(func.count()).select_from(CardCheckout).join(Hold, Hold.id == CardCheckout.hold_id)
    since = now - paying.ATTEMPTS_WITHIN
    if (session.scalar(tried.where(whose, CardCheckout.state == NOT_PAID, CardCheckout.created_at > since)) or 0) >= paying.ATTEMPTS:
        raise Limited("too_many_cards", TRIES)


def keep_while_paying(session: Session, holds: Iterable[Hold], now: datetime) -> None:
    """Held times stay held while their client is at Stripe's page or at their bank."""
    for hold in holds:
        until = paying.paying_until(hold.created_at, hold.expires_at, now)
        if until != hold.expires_at:
            hold.expires_at = until
            turn_claim(session, session.get_one(Claim, hold.claim_id), HOLD, expires_at=until)


def cause_of(checkout: CardCheckout, hold_id: int) -> str:
    """The name of a payment that makes it happen once."""
    return f"checkout:{checkout.public_id}:{hold_id}"


def payments_of(session: Session, checkout: CardCheckout) -> Sequence[Payment]:
    """The payments of a checkout, the first one first."""
    mine = select(Payment).where(Payment.cause.startswith(f"checkout:{checkout.public_id}:")).order_by(Payment.id)
    return session.scalars(mine.execution_options(populate_existing=True)).all()


def order_sums(session: Session, checkout: CardCheckout, holds: Sequence[Hold], now: datetime) -> None:
    """Write down what is asked of the bank before anything is booked: to be kept for us, not to be taken."""
    plan, by_id = plan_from_list(checkout.plan), {hold.id: hold for hold in holds}
    card = session.get(SavedCard, checkout.card_id) if checkout.card_id else None
    for part in plan.now_parts:
        hold = by_id[part.hold_id]
        wanted = ordering.Wish(
            cause=cause_of(checkout, hold.id),
            purpose=DEPOSIT,
            label=f"{'Deposit, ' if part.kind == paying.DEPOSIT else ''}{hold.service_name}"[:120],
            person_id=checkout.person_id,
            provider_id=hold.provider_id,
            amount_cents=part.amount_cents,
            payment_method=str(card.payment_method) if card is not None else checkout.payment_method,
            capture_later=True,
            off_session=len(plan.now_parts) > 1,
            by=checkout.actor,
            hold_id=hold.id,
            customer=card.customer if card is not None else None,
        )
        order_payment(session, wanted, now)


def judge(session: Session, checkout: CardCheckout) -> tuple[str, str | None]:
    """How a checkout stands (`rules.paying`), and why a card was not good."""
    asked, plan = [], plan_from_list(checkout.plan)
    card = session.get(SavedCard, checkout.card_id, populate_existing=True) if checkout.card_id else None
    if card is not None:
        asked.append(Standing(card.state, card.failure_code, card.tries, on_page=card.payment_method == ON_PAGE))
    sums = payments_of(session, checkout)
    asked += [Standing(one.state, one.failure_code, one.tries, on_page=one.payment_method == ON_PAGE) for one in sums]
    verdict = paying.judge_checkout(asked, complete=len(sums) == len(plan.now_parts) and (card is not None or bool(sums)))
    return verdict, next((one.failure for one in asked if one.failure), None)


def wants_sums(session: Session, checkout: CardCheckout) -> bool:
    """Whether the card is kept now and the sums of the plan are still to be asked of it."""
    card = session.get(SavedCard, checkout.card_id, populate_existing=True) if checkout.card_id else None
    missing = len(payments_of(session, checkout)) < len(plan_from_list(checkout.plan).now_parts)
    return checkout.state == OPEN and card is not None and card.state == KEPT and missing


def let_go(session: Session, checkout: CardCheckout, state: str, code: str | None, now: datetime) -> None:
    """Nothing comes of a checkout: what a bank keeps for it is let go of, what was taken goes back. A card that is kept stays kept."""
    checkout.state, checkout.failure_code, checkout.changed_at, checkout.wanted = state, code, now, None
    for one in payments_of(session, checkout):
        payment = lock_payment(session, one.public_id)
        if payment.state == CAPTURED:
            if payment.refunded_cents < payment.captured_cents:
                cents = payment.captured_cents - payment.refunded_cents
                order_refund(session, payment, Back(cents, "too_late", TOO_LATE, checkout.actor, held=True), now)
        elif payment.state not in {FAILED, CANCELLED, RELEASING}:
            order_release(session, payment, checkout.actor, now)
    card = session.get(SavedCard, checkout.card_id) if checkout.card_id else None
    if card is not None and card.state != KEPT:
        let_go_of_card(session, card, checkout.actor, now)


def revive(session: Session, holds: Iterable[Hold], now: datetime) -> None:
    """Times that had run out while their client was paying are held again, at the price they had, where they are still free.

    Raises Conflict `slot_taken`, or Refused with the code of the rule that says no.
    """
    for hold in holds:
        claim = session.get_one(Claim, hold.claim_id)
        if hold.state == "live" and claim.live and now < hold.expires_at:
            continue
        if claim.live:
            release_claim(session, claim)
        zip_code, added = hold.zip if hold.setting in MOBILE else None, tuple(one["code"] for one in hold.add_ons or ())
        sent = Wish(hold.service_code, hold.minutes, hold.setting, zip_code, add_ons=added)
        wish = wish_of(session, sent, hold.provider_id, hold.person_id)
        accepted = accept_start(session, hold.provider_id, wish, hold.starts_at, now, beside_claim_id=claim.id)
        hold.expires_at, hold.state = hold_ends_at(now), "live"
        hold.claim_id = claim_time(session, hold.provider_id, HOLD, accepted.claim, expires_at=hold.expires_at).id
    session.flush()


def agree(session: Session, checkout: CardCheckout, made: Together, now: datetime) -> None:
    """What was agreed about cards is kept with each visit, and what the bank keeps is taken for those that are confirmed."""
    for part in plan_from_list(checkout.plan).parts:
        visit = made.by_hold[part.hold_id].booked.appointment
        payment = find_by_cause(session, cause_of(checkout, part.hold_id))
        session.add(
            CardTerms(
                appointment_id=visit.id,
                kind=part.kind,
                amount_cents=part.amount_cents,
                card_id=checkout.card_id,
                payment_id=payment.id if payment is not None else None,
                charge_at=part.charge_at,
                created_at=now,
            )
        )
        if payment is not None:
            payment.appointment_id = visit.id
            payment.label = f"Visit {visit.reference}"
            take_agreed(session, visit, payment, checkout.actor, now)
    asked = {part.hold_id for part in plan_from_list(checkout.plan).parts}
    for hold_id, one in made.by_hold.items():
        if hold_id not in asked:
            one.booked.appointment.payment_method = paying.AT_VISIT
    checkout.state, checkout.changed_at, checkout.wanted = BOOKED, now, None
    session.flush()


def take_agreed(session: Session, visit: Appointment, payment: Payment, by: str, now: datetime) -> bool:
    """What the bank keeps for a confirmed visit is taken; nothing before somebody's yes."""
    if visit.status != CONFIRMED or payment.state != AUTHORISED:
        return False
    order_capture(session, payment, payment.amount_cents, by, now)
    return True


def plan_of(session: Session, holds: Sequence[Hold], method: str, now: datetime) -> Plan:
    """What is asked of a card for these times."""
    return paying.plan_card(held_times(session, holds), method, now)


def open_checkouts(session: Session) -> Sequence[str]:
    """Checkouts whose client is paying by card."""
    return session.scalars(select(CardCheckout.public_id).where(CardCheckout.state == "open").order_by(CardCheckout.id)).all()


def find_checkout_of(session: Session, thing: str, person_id: int | None) -> CardCheckout | None:
    """A person's checkout by the public id of a payment or of a card that it asked for."""
    mine = select(CardCheckout).where(CardCheckout.person_id == person_id).order_by(CardCheckout.id.desc())
    card = session.scalar(select(SavedCard.id).where(SavedCard.public_id == thing))
    cause = session.scalar(select(Payment.cause).where(Payment.public_id == thing)) or ""
    by = CardCheckout.card_id == card if card is not None else CardCheckout.public_id == [*cause.split(":"), ""][1]
    return session.scalar(mine.where(by).limit(1))


def get_visit_of(session: Session, payment: Payment) -> str | None:
    """The public id of the visit that a payment is for, where it did not begin at a checkout."""
    if payment.appointment_id is None or payment.cause.startswith("checkout:"):
        return None
    return session.get_one(Appointment, payment.appointment_id).public_id


def things_of_checkout(session: Session, public_id: str, *, fresh: bool) -> tuple[str | None, Sequence[str]]:
    """Public ids of the card and the payments of a checkout about which Stripe is to be asked; with `fresh` those it was never told of."""
    states = FRESH if fresh else UNSETTLED
    cards = select(SavedCard.public_id).join(CardCheckout, CardCheckout.card_id == SavedCard.id)
    wanted = cards.where(CardCheckout.public_id == public_id, SavedCard.state.in_((ASKED,) if fresh else OPEN_CARDS))
    sums = select(Payment.public_id).where(Payment.cause.startswith(f"checkout:{public_id}:"), Payment.state.in_(states))
    return session.scalar(wanted), session.scalars(sums.order_by(Payment.id)).all()


def payment_state(terms: CardTerms, payment: Payment | None) -> str:
    """Where a visit's card payment stands, in a word: on_file, scheduled, or the payment's own state."""
    if payment is not None:
        return payment.state
    return "scheduled" if terms.charge_at is not None else "on_file"
