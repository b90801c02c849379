"""Noting a dispute that was read from Stripe: what the bank moved, what is lost, each written into the ledger once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.ledger.changes import Whose, counter_post, post
from booking.ledger.queries import entries_of_visit, held_of_visit, visit_sums
from booking.ledger.rules.entries import TAX
from booking.ledger.rules.sums import VisitSums, tax_of_waiver
from booking.payments.changes.ordering import whose
from booking.payments.changes.telling import tell_payment
from booking.payments.models import Dispute, Payment
from booking.payments.queries import find_dispute, standing_loss
from booking.payments.rules.disputes import LOST, Lost, bank_fee, bank_took, is_open, let_go, loss, part_loss
from booking.payments.stripe_port.values import SeenDispute
from marketplace.audit import Deed, record

STRIPE = "stripe"
DECIDED_AGAIN = "The bank decided again."
NOBODYS = Whose(None, None, None)


def note_dispute(session: Session, payment: Payment, seen: SeenDispute, now: datetime) -> None:
    """Keep how a dispute stands, with what it moved. `payment` must be locked by `lock_payment`."""
    known = find_dispute(session, seen.id)
    before = None if known is None else _standing(known)
    if known is None:
        known = Dispute(payment_id=payment.id, stripe_dispute=seen.id, reason=seen.reason, opened_at=seen.created_at, changed_at=now)
        session.add(known)
    known.status, known.amount_cents = seen.status, seen.amount_cents
    known.taken_cents, known.fee_cents = (sum(column) for column in (_taken(seen), _fees(seen)))
    session.flush()
    _write_moves(session, payment, seen, now)
    _write_loss(session, known, payment, now)
    known.settled_at = None if is_open(known.status) else known.settled_at or now
    if before == _standing(known):
        return
    known.changed_at = now
    details = {"dispute": seen.id, "status": seen.status, "taken_cents": known.taken_cents, "fee_cents": known.fee_cents}
    record(session, Deed(now, STRIPE, "payment_disputed", "payment", payment.public_id, details))
    tell_payment(session, payment, now)


def _standing(one: Dispute) -> tuple[object, ...]:
    return one.status, one.amount_cents, one.taken_cents, one.fee_cents, one.settled_at


def _taken(seen: SeenDispute) -> list[int]:
    return [move.taken_cents for move in seen.moves]


def _fees(seen: SeenDispute) -> list[int]:
    return [move.fee_cents for move in seen.moves]


def _write_moves(session: Session, payment: Payment, seen: SeenDispute, now: datetime) -> None:
    """Each move of money between Stripe and the bank, under Stripe's name of it."""
    for move in seen.moves:
        post(session, bank_took(seen.id, move.id, move.taken_cents), whose(payment), STRIPE, now)
        post(session, bank_fee(seen.id, move.id, move.fee_cents), NOBODYS, STRIPE, now)


def _write_loss(session: Session, dispute: Dispute, payment: Payment, now: datetime) -> None:
    """What is lost stands in the ledger while the bank says so, and no longer."""
    wanted = dispute.taken_cents if dispute.status == LOST else 0
    stands = standing_loss(session, dispute.stripe_dispute)
    if stands.cents == wanted:
        return
    for key in stands.keys:
        counter_post(session, key, DECIDED_AGAIN, STRIPE, now)
    if wanted > 0:
        lost, number = _lost(session, payment, wanted), stands.count + 1
        post(session, loss(dispute.stripe_dispute, number, lost), whose(payment), STRIPE, now)
        post(session, let_go(dispute.stripe_dispute, number, lost), whose(payment), STRIPE, now)


def _lost(session: Session, payment: Payment, cents: int) -> Lost:
    """How a loss falls on what was held and what had paid. What was bought without a visit (a package) had paid."""
    if payment.appointment_id is None:
        return Lost(0, cents, cents, 0)
    sums, held = visit_sums(session, payment.appointment_id), held_of_visit(session, payment.appointment_id)
    from_held, paid, free = part_loss(cents, held, sums.due)
    return Lost(from_held, paid, free, _tax(session, payment.appointment_id, sums, free))


def _tax(session: Session, appointment_id: int, sums: VisitSums, cents: int) -> int:
    charged = [row for row in entries_of_visit(session, appointment_id) if row.key.endswith(":charge")]
    tax = sum(row.amount_cents * ((row.credit == TAX) - (row.debit == TAX)) for row in charged)
    return tax_of_waiver(sums, tax, cents)
