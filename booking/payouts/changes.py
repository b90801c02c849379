"""What verbs do to payouts inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.ledger.changes import Whose, counter_post, post
from booking.ledger.rules.entries import PARKING
from booking.payments.changes.ordering import make_instance
from booking.payments.rules.states import GRACE, wait_after
from booking.payouts.models import Payout, PayoutAccount, PayoutLine
from booking.payouts.queries import cents_back, find_account, visits_by_id
from booking.payouts.rules import FAILED, SENT, Plan, came_back, found_sent, paid_out, parking_line, parking_paid_out, payout_key
from marketplace import audit
from marketplace.outbox.changes import enqueue_letter
from providers.registry.queries import find_address

STRIPE, OTHER = "stripe", "other"
DID_NOT_LEAVE = "The payout could not be sent."


def order_payout(session: Session, account: PayoutAccount, week_on: date, plan: Plan, by: str, now: datetime) -> Payout:
    """Write down that money is to be sent, with its entries: from here on it is nobody else's. The provider must be locked."""
    make_instance(session)
    payout = Payout(
        provider_id=account.provider_id, account=account.account or "", week_on=week_on, amount_cents=plan.total_cents, ordered_by=by,
        made_at=now, changed_at=now, next_try_at=now + GRACE,
    )  # fmt: skip
    session.add(payout)
    session.flush()
    names = visits_by_id(session, [visit for visit, _cents in (*plan.lines, *plan.parking) if visit is not None])
    for visit, cents in plan.lines:
        session.add(PayoutLine(payout_id=payout.id, appointment_id=visit, cents=cents))
        line = OTHER if visit is None else names[visit][0]
        post(session, paid_out(payout.public_id, line, cents), Whose(visit, account.provider_id, None), by, now)
    for visit, cents in plan.parking:
        session.add(PayoutLine(payout_id=payout.id, appointment_id=visit, kind=PARKING, cents=cents))
        post(session, parking_paid_out(payout.public_id, names[visit][0], cents), Whose(visit, account.provider_id, None), by, now)
    audit.record(
        session,
        audit.Deed(
            now, by, "payout.ordered", "payout", payout.public_id, {"cents": plan.total_cents, "lines": len(plan.lines) + len(plan.parking)}
        ),
    )
    return payout


def note_sent(session: Session, payout: Payout, transfer: str, now: datetime) -> None:
    """The money has left: the provider hears of it, once."""
    if payout.state == SENT:
        return
    payout.state, payout.transfer, payout.changed_at, payout.next_try_at, payout.failure_code = SENT, transfer, now, None, None
    audit.record(session, audit.Deed(now, STRIPE, "payout.sent", "payout", payout.public_id, {"cents": payout.amount_cents}))
    _write(session, payout, "payout_sent", {"cents": payout.amount_cents}, now)


def note_failed(session: Session, payout: Payout, code: str, now: datetime) -> None:
    """Stripe refuses for good: the money is the provider's to be paid again, and their account is looked at first."""
    payout.state, payout.changed_at, payout.next_try_at, payout.failure_code = FAILED, now, None, code
    for key in _keys(session, payout):
        counter_post(session, key, DID_NOT_LEAVE, STRIPE, now)
    account = find_account(session, payout.provider_id, lock=True)
    if account is not None:
        account.ready = False
    audit.record(
        session, audit.Deed(now, STRIPE, "payout.failed", "payout", payout.public_id, {"cents": payout.amount_cents, "code": code})
    )
    _write(session, payout, "payout_failed", {"cents": payout.amount_cents}, now)


def note_found(session: Session, payout: Payout, transfer: str, now: datetime) -> bool:
    """A payout that failed by our books has left all the same: it is no longer owed. False where that stands already."""
    whose = Whose(None, payout.provider_id, None)
    if not post(session, found_sent(payout.public_id, payout.amount_cents), whose, STRIPE, now):
        return False
    details = {"cents": payout.amount_cents, "transfer": transfer}
    audit.record(session, audit.Deed(now, STRIPE, "payout.found_sent", "payout", payout.public_id, details))
    return True


def note_back(session: Session, payout: Payout, transfer: str, cents: int, now: datetime) -> int:
    """So much of a payout was called back at Stripe in all: the provider's again; gives how much of it is news."""
    before = cents_back(session, payout.public_id)
    if cents <= before:
        return 0
    post(session, came_back(payout.public_id, before, cents), Whose(None, payout.provider_id, None), STRIPE, now)
    details = {"cents": cents - before, "transfer": transfer}
    audit.record(session, audit.Deed(now, STRIPE, "payout.called_back", "payout", payout.public_id, details))
    return cents - before


def postpone(payout: Payout, why: str, now: datetime) -> None:
    """No answer, or no money at Stripe yet: later and later."""
    payout.tries += 1
    payout.failure_code, payout.next_try_at = why[:64], now + wait_after(payout.tries)


def _keys(session: Session, payout: Payout) -> list[str]:
    lines = [
        (row[0], row[1])
        for row in session.execute(select(PayoutLine.appointment_id, PayoutLine.kind).where(PayoutLine.payout_id == payout.id))
    ]
    names = visits_by_id(session, [visit for visit, _kind in lines if visit is not None])
    keys = []
    for visit, kind in lines:
        name = OTHER if visit is None else names[visit][0]
        keys.append(payout_key(payout.public_id, parking_line(name) if kind == PARKING else name))
    return keys


def _write(session: Session, payout: Payout, kind: str, facts: Mapping[str, object], now: datetime) -> None:
    address = find_address(session, payout.provider_id)
    if address:
        week = {"first": (payout.week_on - timedelta(days=7)).isoformat(), "last": (payout.week_on - timedelta(days=1)).isoformat()}
        key = f"{kind}:{payout.public_id}"
        enqueue_letter(session, key=key, kind=kind, recipient=address, facts={**week, **facts}, now=now, about=payout.public_id)
