"""Card money given back by the platform: what was paid is let go of with it, so that nothing is asked for again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.cards import OVER
from booking.appointments.changes.giftcards import return_cards
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.changes.money import let_go, settle
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.giftcards.queries import paid_for_visit
from booking.ledger.rules.sums import VisitSums
from booking.payments.changes.closing import give_back
from booking.payments.changes.ordering import Back
from booking.payments.models import Payment
from booking.payments.queries import count_refunds, disputed_cents, lock_payments_of_visit
from booking.payments.rules.states import CAPTURED
from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import format_usd


@dataclass(frozen=True)
class Refunding:
    """How much goes back and why, in words for the client; `note` is for the staff alone, `expected_left_cents` what the page showed."""

    amount_cents: int
    reason: str
    note: str | None = None
    expected_left_cents: int | None = None


def refund(public_id: str, wanted: Refunding, doer: Doer, now: datetime) -> Booked:
    """Order a refund of card money of a visit, the newest payment first, then of gift cards; Stripe is asked after the commit.

    Of a visit that is over as much is let go of, beyond what was paid too much. Of a visit to come less is held, and the rest is due then.
    Raises NotFound, Conflict `nothing_paid`, `left_changed`, Refused `refund_too_large` with `left_cents`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        payments = [one for one in lock_payments_of_visit(session, visit.id) if one.state == CAPTURED]
        bound = {one.id: disputed_cents(session, [one.id]) for one in payments}
        _check(sum(_left(one, bound) for one in payments) + paid_for_visit(session, visit.id), wanted)
        if visit.status in OVER:
            _let_go(session, visit, settle(session, visit), wanted, doer, now)
        rest = wanted.amount_cents
        for payment in reversed(payments):
            part = min(rest, _left(payment, bound))
            if part:
                cause = f"refund:{count_refunds(session, payment.id) + 1}"
                give_back(session, payment, Back(part, cause, wanted.reason, doer.name, held=False), now)
                rest -= part
        return_cards(session, visit, rest, doer, now)
        settle(session, visit)
        write_history(session, visit, "refunded", doer, now, {"amount_cents": wanted.amount_cents, "due_cents": visit.due_cents})
        if wanted.note:
            record(session, Deed(now, doer.name, "appointment.refund_note", "appointment", public_id, {"note": wanted.note}))
        return booked


def _left(payment: Payment, bound: Mapping[int, int]) -> int:
    """What a client's bank has taken cannot go back a second time."""
    return max(0, payment.captured_cents - payment.refunded_cents - bound[payment.id])


def _check(left_cents: int, wanted: Refunding) -> None:
    if left_cents == 0:
        raise Conflict("nothing_paid", "Nothing that was paid by card or gift card for this visit is left to be given back.")
    if wanted.expected_left_cents not in {None, left_cents}:
        sentence = f"Now {format_usd(left_cents)} can go back. Look again."
        raise Conflict("left_changed", sentence, details={"left_cents": left_cents})
    if not 0 < wanted.amount_cents <= left_cents:
        sentence = f"Choose an amount from $0.01 to {format_usd(left_cents)}, which is what is left of what was paid by card or gift card."
        raise Refused("refund_too_large", sentence, details={"left_cents": left_cents})


def _let_go(session: Session, visit: Appointment, sums: VisitSums, wanted: Refunding, doer: Doer, now: datetime) -> None:
    """Too much that was paid is not let go of: it was never owed."""
    cents = wanted.amount_cents - max(0, -sums.due)
    if cents > 0:
        let_go(session, visit, cents, wanted.reason, doer, now)
