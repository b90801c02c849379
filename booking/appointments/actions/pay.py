"""Booking what is paid by card: written down first, asked of the card, booked when the card is good, whoever hears of it first, once.

`begin_paying` orders, Stripe is asked outside of any transaction (`payments.actions`), `finish_paying` books or lets go.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.booking import Asking, Booking, Made, book_held
from booking.appointments.changes.card_letters import write_too_late
from booking.appointments.changes.history import Doer
from booking.appointments.changes.paying import (
    BOOKED,
    ENDED,
    NOT_PAID,
    OPEN,
    agree,
    booking_from_dict,
    booking_to_dict,
    check_tries,
    judge,
    keep_while_paying,
    let_go,
    order_sums,
    plan_of,
    revive,
    wants_sums,
)
from booking.appointments.changes.together import check_held, lock_checkout
from booking.appointments.models import CardCheckout, Hold
from booking.appointments.queries import get_of_hold
from booking.appointments.rules.paying import CARD, FAILED, READY, plan_to_list
from booking.appointments.rules.states import CLIENT
from booking.payments.changes.keeping import CardWish, order_card
from booking.payments.queries import find_kept_card
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, NotFound, Refusal, Refused
from providers.schedule.models import Claim

NOTHING_TO_PAY = "Nothing is taken by card for this visit. Book it without one."
REPLACED = "replaced"
__all__ = ["Asking", "Booking", "CardBooking", "Outcome", "ask_rest", "begin_paying", "finish_paying"]


@dataclass(frozen=True)
class CardBooking:
    """A booking and the card that pays for it: Stripe's name for one, our id of a kept one, or `ON_PAGE`."""

    booking: Booking
    card: str


@dataclass(frozen=True)
class Outcome:
    """How a checkout stands: `booked`, `action` (the client must act), `waiting` (Stripe did not answer), `failed`, `ended` (too late)."""

    state: str
    made: Made | None = None
    failure_code: str | None = None


class _Tried(Exception):
    """Everything that is asked of a booking holds: what was written to find out is taken back."""


def begin_paying(wanted: CardBooking, person_id: int, who: Asking, now: datetime) -> str:
    """Write down what is asked of a card for everything that is held together, and keep the time meanwhile. Gives the checkout's id.

    All that a booking is refused for is refused here, before anybody's card is touched. The same card again gives the checkout that is
    under way, and one that is booked already. Raises what `book_held` does, Refused `nothing_to_pay`, Limited `too_many_cards`.
    """
    done = _find_done(wanted.booking.hold, person_id)
    if done is not None:
        return done
    _try_out(wanted.booking, person_id, who, now)
    with transaction() as session:
        locked = lock_checkout(session, wanted.booking.hold, person_id)
        for one in locked.together:
            check_held(one, session.get_one(Claim, one.claim_id), now)
        under_way = _find_open(session, locked.together[0])
        if under_way is not None and not _replace(session, under_way, wanted.card, now):
            return under_way.public_id
        check_tries(session, locked.hold, now)
        plan = plan_of(session, locked.together, CARD, now)
        if not plan.parts:
            raise Refused("nothing_to_pay", NOTHING_TO_PAY)
        known = find_kept_card(session, person_id, wanted.card)
        checkout = CardCheckout(
            person_id=person_id,
            hold_id=locked.together[0].id,
            wanted=booking_to_dict(wanted.booking),
            plan=plan_to_list(plan),
            payment_method=wanted.card,
            actor=who.doer.name,
            created_at=now,
            changed_at=now,
        )
        if known is not None:
            checkout.card_id = known.id
        elif plan.keeps_card:
            checkout.card_id = order_card(session, CardWish(person_id, wanted.card, who.doer.name), now).id
        session.add(checkout)
        session.flush()
        if not plan.keeps_card:
            order_sums(session, checkout, locked.together, now)
        keep_while_paying(session, locked.together, now)
        details = {"now_cents": plan.now_cents, "later_cents": plan.later_cents, "visits": len(plan.parts)}
        audit.record(session, audit.Deed(now, who.doer.name, "card_checkout.begun", "card_checkout", checkout.public_id, details))
        return checkout.public_id


def _find_done(hold_id: str, person_id: int) -> str | None:
    """The card checkout by which a hold was booked already: asked again, it answers the same."""
    with transaction() as session:
        holds = select(Hold).where(Hold.public_id == hold_id, Hold.person_id == person_id, Hold.state == "booked")
        hold = session.scalar(holds)
        if hold is None:
            return None
        mine = select(CardCheckout).where(CardCheckout.person_id == person_id, CardCheckout.state == BOOKED)
        for checkout in session.scalars(mine.order_by(CardCheckout.id.desc())):
            if any(part["hold"] == hold.id for part in checkout.plan):
                return checkout.public_id
        return None


def _try_out(wanted: Booking, person_id: int, who: Asking, now: datetime) -> None:
    """Book, and take it all back: whatever would be refused is refused before a card is asked."""
    with suppress(_Tried), transaction() as session:
        book_held(session, wanted, person_id, who, now)
        raise _Tried


def _find_open(session: Session, lead: Hold) -> CardCheckout | None:
    return session.scalar(select(CardCheckout).where(CardCheckout.hold_id == lead.id, CardCheckout.state == OPEN).with_for_update())


def _replace(session: Session, checkout: CardCheckout, card: str, now: datetime) -> bool:
    """Another card instead of one that waits for its client: the first is let go of. One that is good already stays."""
    verdict, _ = judge(session, checkout)
    if verdict == READY or (checkout.payment_method == card and verdict != FAILED):
        return False
    let_go(session, checkout, NOT_PAID, REPLACED, now)
    session.flush()
    return True


def ask_rest(public_id: str, now: datetime) -> bool:
    """The card is kept: what is asked of it for each visit is written down now. Whether there was anything to write."""
    with transaction() as session:
        checkout = _get(session, public_id)
        locked = lock_checkout(session, session.get_one(Hold, checkout.hold_id).public_id, checkout.person_id)
        session.refresh(checkout, with_for_update=True)
        if not wants_sums(session, checkout):
            return False
        order_sums(session, checkout, locked.together, now)
        return True


def finish_paying(public_id: str, base_url: str, now: datetime) -> Outcome:
    """Book what is paid for, once, by whoever comes first: the client's return, a webhook, the job.

    A card that was not good lets the time be held as before. A payment that came too late is booked where the time is still free, else
    nothing of it is kept, and the client gets a letter.
    """
    try:
        return _finish(public_id, base_url, now)
    except (Conflict, Refused, NotFound) as refusal:
        return _end(public_id, refusal, base_url, now)


def _finish(public_id: str, base_url: str, now: datetime) -> Outcome:
    with transaction() as session:
        checkout, holds = _lock(session, public_id)
        if checkout.state != OPEN:
            return _outcome(session, checkout)
        if any(hold.state in {"released", "booked"} for hold in holds):
            raise Conflict("hold_used", "This time was let go of, or booked in another way.")
        verdict, code = judge(session, checkout)
        if verdict == FAILED:
            let_go(session, checkout, NOT_PAID, code, now)
            return Outcome(FAILED, failure_code=code)
        if verdict != READY:
            return Outcome(verdict)
        revive(session, holds, now)
        made = book_held(session, booking_from_dict(checkout.wanted), checkout.person_id, _who(checkout, base_url), now)
        agree(session, checkout, made, now)
        return Outcome(BOOKED, made.named)


def _end(public_id: str, refusal: Refusal, base_url: str, now: datetime) -> Outcome:
    """What is paid for cannot be booked any more."""
    with transaction() as session:
        checkout, holds = _lock(session, public_id)
        if checkout.state != OPEN:
            return _outcome(session, checkout)
        verdict, _ = judge(session, checkout)
        let_go(session, checkout, ENDED, refusal.code, now)
        if verdict == READY:
            write_too_late(session, checkout, holds, base_url, now)
        audit.record(session, audit.Deed(now, checkout.actor, "card_checkout.ended", "card_checkout", public_id, {"code": refusal.code}))
        return Outcome(ENDED, failure_code=refusal.code)


def _lock(session: Session, public_id: str) -> tuple[CardCheckout, tuple[Hold, ...]]:
    """A checkout with its holds, locked in the order in which every checkout is."""
    checkout = _get(session, public_id)
    locked = lock_checkout(session, session.get_one(Hold, checkout.hold_id).public_id, checkout.person_id)
    session.refresh(checkout, with_for_update=True)
    return checkout, tuple(locked.together)


def _get(session: Session, public_id: str) -> CardCheckout:
    found = session.scalar(select(CardCheckout).where(CardCheckout.public_id == public_id))
    if found is None:
        raise NotFound("not_found", "There is no such checkout.")
    return found


def _outcome(session: Session, checkout: CardCheckout) -> Outcome:
    """How a checkout that is over ended. A guest's secret is known to whoever booked, and to the letter."""
    if checkout.state == BOOKED:
        return Outcome(BOOKED, Made(get_of_hold(session, checkout.hold_id), None))
    return Outcome(FAILED if checkout.state == NOT_PAID else ENDED, failure_code=checkout.failure_code)


def _who(checkout: CardCheckout, base_url: str) -> Asking:
    return Asking(Doer(CLIENT, checkout.actor), base_url)
