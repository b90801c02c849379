"""Money at the visit: paid to the therapist, a slip corrected, a fee let go of. Nothing is ever edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_receipt
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.changes.money import let_go, note_of, paper_of, settle, write_money
from booking.appointments.queries import Booked
from booking.appointments.rules.money import check_amount
from booking.ledger.changes import counter_post, issue_receipt
from booking.ledger.models import Receipt
from booking.ledger.queries import count_groups, entries_of, find_receipt_for
from booking.ledger.rules.entries import paid_at_visit, visit_key
from marketplace.db import transaction
from marketplace.kernel.errors import Refused, Stale
from marketplace.kernel.money import format_usd


@dataclass(frozen=True)
class Payment:
    """What the client gave: how (cash, terminal, check, other) and how much; and what was due when the page was shown, if it was."""

    how: str
    amount_cents: int
    expected_due_cents: int | None = None


@dataclass(frozen=True)
class Settled:
    """A visit after money moved, and the paper about it."""

    booked: Booked
    receipt: Receipt


def record_payment(public_id: str, payment: Payment, doer: Doer, base_url: str, now: datetime) -> Settled:
    """The client paid the therapist, in whole or in part; they get a numbered receipt.

    Raises NotFound, Conflict `wrong_state` or `nothing_due`, Refused `above_due` or `unknown_way`, Stale `due_changed` where something
    else is due than was shown.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        sums = settle(session, visit)
        if payment.expected_due_cents not in {None, visit.due_cents}:
            raise Stale("due_changed", f"Now {format_usd(visit.due_cents)} is due. Look again.", details={"due_cents": visit.due_cents})
        check_amount(visit.status, sums, payment.amount_cents)
        number = count_groups(session, visit.id, visit_key(public_id, "paid:")) + 1
        group = paid_at_visit(public_id, number, payment.how, payment.amount_cents)
        write_money(session, visit, group, doer, now)
        facts = {"amount_cents": payment.amount_cents, "how": payment.how, "due_cents": visit.due_cents}
        write_history(session, visit, "paid", doer, now, facts)
        paper = paper_of(booked, group.key, payment.amount_cents, payment.how, settle(session, visit), now)
        receipt = issue_receipt(session, paper, now)
        write_receipt(session, booked, receipt, Sending(base_url), now)
        return Settled(booked, receipt)


def correct_payment(public_id: str, number: int, reason: str, doer: Doer, base_url: str, now: datetime) -> Settled:
    """The `number`th payment of a visit was recorded by mistake: counter it and void its receipt by a credit note.

    Raises NotFound, Refused `unknown_payment`, Conflict `already_corrected`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        key = visit_key(public_id, f"paid:{number}")
        wrong = find_receipt_for(session, key) or _late_receipt(session, booked, key, now)
        group = counter_post(session, key, reason, doer.name, now)
        sums = settle(session, visit)
        write_history(session, visit, "payment_corrected", doer, now, {"amount_cents": wrong.amount_cents, "due_cents": visit.due_cents})
        note = issue_receipt(session, note_of(wrong, group.key, reason, sums, now), now, voids=wrong)
        write_receipt(session, booked, note, Sending(base_url), now)
        return Settled(booked, note)


def _late_receipt(session: Session, booked: Booked, key: str, now: datetime) -> Receipt:
    """A payment from before there were receipts gets its own, so that there is something to void."""
    rows = entries_of(session, key)
    if not rows:
        raise Refused("unknown_payment", "No payment with that number was recorded for this visit.")
    cents = sum(row.amount_cents for row in rows)
    sums = settle(session, booked.appointment)
    return issue_receipt(session, paper_of(booked, key, cents, rows[0].memo.removeprefix("paid_"), sums, now), now)


def waive(public_id: str, amount_cents: int | None, reason: str, doer: Doer, now: datetime) -> Booked:
    """Let go of what is due, or of a part: who, why and when stay on record beside the fee itself.

    Raises NotFound, Conflict `wrong_state` or `nothing_due`, Refused `above_due`.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        sums = settle(session, visit)
        cents = max(0, sums.due) if amount_cents is None else amount_cents
        check_amount(visit.status, sums, cents)
        let_go(session, visit, cents, reason, doer, now)
        write_history(session, visit, "fee_waived", doer, now, {"amount_cents": cents, "due_cents": visit.due_cents})
        return booked
