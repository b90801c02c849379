"""What a visit's verbs write into the ledger, and the appointment's figures brought in line with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.credit import use_credit
from booking.appointments.changes.giftcards import use_cards
from booking.appointments.changes.history import Doer
from booking.appointments.changes.platform import take_platform_fee
from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.attention import UNPAID
from booking.appointments.rules.money import PaperFacts, figures, receipt_content
from booking.ledger.changes import Paper, Whose, post
from booking.ledger.models import Receipt
from booking.ledger.queries import as_entry, count_groups, entries_of, entries_of_visit, visit_sums
from booking.ledger.rules.entries import DEPOSITS, TAX, Group, charge, deposit_used, fee, forgiven, visit_key, waived
from booking.ledger.rules.sums import VisitSums, balances, tax_of_waiver
from booking.packages.changes import spend, spend_on_fee
from booking.quotes.rules.agreed import instant_text


def write_money(session: Session, visit: Appointment, group: Group, doer: Doer, now: datetime) -> None:
    """Post a group about a visit and bring the visit's figures in line."""
    post(session, group, Whose(visit.id, visit.provider_id, visit.person_id), doer.name, now)
    settle(session, visit)


def settle(session: Session, visit: Appointment) -> VisitSums:
    """Let the appointment say what the ledger says; gives the sums."""
    sums = visit_sums(session, visit.id)
    found = figures(visit.status, visit.total_cents, sums)
    visit.paid_cents, visit.due_cents = found.paid_cents, found.due_cents
    visit.fee_cents, visit.waived_cents = found.fee_cents, found.waived_cents
    if not visit.due_cents and set(UNPAID) & set(visit.attention):
        visit.attention = [sign for sign in visit.attention if sign not in UNPAID]
    return sums


def charge_visit(session: Session, visit: Appointment, doer: Doer, now: datetime) -> None:
    """The visit took place: its agreed lines are owed, and gift cards and a deposit held so far count toward them, and then credit."""
    write_money(session, visit, charge(visit.public_id, visit.quote["lines"]), doer, now)
    spend(session, visit.id, doer.name, now)
    take_platform_fee(session, visit, doer.name, now)
    by_gift = use_cards(session, visit, visit.total_cents, doer, now)
    _use_deposit(session, visit, visit.total_cents - by_gift, doer, now)
    settle(session, visit)
    if use_credit(session, visit, visit.due_cents, doer, now):
        settle(session, visit)


def charge_fee(
    session: Session, visit: Appointment, doer: Doer, now: datetime, *, memo: str, fee_cents: int, waived_cents: int = 0
) -> None:
    """The client left late or did not come: the agreed fee, and what a reason of the terms forgave of it, which stays on record."""
    write_money(session, visit, fee(visit.public_id, memo, fee_cents + waived_cents), doer, now)
    if waived_cents:
        write_money(session, visit, forgiven(visit.public_id, waived_cents, visit.cancel_reason or ""), doer, now)
    if fee_cents:
        take_platform_fee(session, visit, doer.name, now)
    prepaid_cents = spend_on_fee(session, visit.id, fee_cents, doer.name, now)
    settle(session, visit)
    by_gift = use_cards(session, visit, fee_cents - prepaid_cents, doer, now)
    _use_deposit(session, visit, fee_cents - prepaid_cents - by_gift, doer, now)


def let_go(session: Session, visit: Appointment, cents: int, reason: str, doer: Doer, now: datetime) -> None:
    """Waive so much of what was charged, with its share of the tax; the charge itself stays on record."""
    sums = visit_sums(session, visit.id)
    number = count_groups(session, visit.id, visit_key(visit.public_id, "waived:")) + 1
    tax = -balances(as_entry(row) for row in entries_of(session, visit_key(visit.public_id, "charge"))).get(TAX, 0)
    write_money(session, visit, waived(visit.public_id, number, cents, tax_of_waiver(sums, tax, cents), reason), doer, now)


def _use_deposit(session: Session, visit: Appointment, most_cents: int, doer: Doer, now: datetime) -> None:
    held = -balances(as_entry(row) for row in entries_of_visit(session, visit.id)).get(DEPOSITS, 0)
    if min(held, most_cents) > 0:
        write_money(session, visit, deposit_used(visit.public_id, min(held, most_cents)), doer, now)


def paper_of(booked: Booked, key: str, cents: int, how: str, sums: VisitSums, now: datetime) -> Paper:
    """The receipt for a payment of a visit."""
    visit, provider = booked.appointment, booked.provider
    facts = PaperFacts(
        provider.slug, provider.name, visit.public_id, visit.reference, visit.status, visit.service_name, visit.minutes, visit.starts_at,
        visit.quote["lines"],
    )  # fmt: skip
    return Paper(key, visit.provider_id, visit.person_id, visit.id, cents, receipt_content(facts, sums, how, cents, now))


def note_of(receipt: Receipt, key: str, reason: str, sums: VisitSums, now: datetime) -> Paper:
    """What a credit note says: which receipt no longer holds, why, and what is left now."""
    content: dict[str, object] = {
        **receipt.content,
        "voids": receipt.name,
        "reason": reason,
        "payment": {**receipt.content["payment"], "at": instant_text(now)},
        "paid_cents": sums.paid,
        "balance_cents": max(0, sums.due),
    }
    return Paper(key, receipt.provider_id, receipt.person_id, receipt.appointment_id, receipt.amount_cents, content)
