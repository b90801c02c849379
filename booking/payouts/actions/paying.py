"""Paying out: an intention and its entries first, then Stripe, then what came of it. A job goes on where a process ended in between."""

from __future__ import annotations

from datetime import date, datetime

from booking.payments.queries import find_instance
from booking.payments.stripe_port.connect import ConnectPort, SeenTransfer, TransferOrder
from booking.payments.stripe_port.values import Declined, Invalid, Missing, Unknown
from booking.payouts.changes import note_failed, note_sent, order_payout, postpone
from booking.payouts.models import Payout
from booking.payouts.queries import disputed_visits, find_account, find_payout, get_payout, moved_of, ready_providers
from booking.payouts.rules import ASKED, monday_of, plan_payout
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.kernel.walltime import local_day, to_minute
from providers.registry.changes import lock_provider

JOB = "job:payouts"
# The money is on its way to the platform's own balance: a later try finds it.
NOT_YET = "balance_insufficient"


def order_due(now: datetime) -> int:
    """Order this week's payout of everyone to whom something is owed and can be sent; counts them."""
    week_on = monday_of(local_day(to_minute(now)))
    return one_by_one("order payouts", ready_providers(db.session()), lambda provider_id: order_for(provider_id, week_on, now) is not None)


def order_for(provider_id: int, week_on: date, now: datetime) -> Payout | None:
    """Order a provider's payout of one week, once. None where there is one, nothing is owed, or there is no account to send it to."""
    with transaction() as session:
        lock_provider(session, provider_id)
        account = find_account(session, provider_id)
        if account is None or not account.ready or find_payout(session, provider_id, week_on) is not None:
            return None
        plan = plan_payout(moved_of(session, provider_id), disputed_visits(session, provider_id))
        return order_payout(session, account, week_on, plan, JOB, now) if plan.total_cents > 0 else None


def send_payout(port: ConnectPort, public_id: str, now: datetime) -> str:
    """Bring a payout as far as it goes now; gives its state. Raises Unknown where Stripe gives no answer: then a job goes on.

    What was sent for it is looked for before it is sent, as Stripe forgets keys after a day.
    """
    payout, instance = get_payout(db.session(), public_id), find_instance(db.session()) or ""
    order = TransferOrder(payout.public_id, instance, payout.amount_cents, payout.account, f"Week before {payout.week_on.isoformat()}")
    state = payout.state
    db.session.rollback()
    if state != ASKED:
        return state
    try:
        sent = next((one for one in port.transfers_of(order.key) if _is_ours(one, order)), None) or port.create_transfer(order)
    except (Invalid, Declined, Missing) as error:
        code = getattr(error, "code", str(error))
        return _end(public_id, None, code, now)
    except Unknown as error:
        _end(public_id, None, NOT_YET, now, why=str(error))
        raise
    if not _is_ours(sent, order):
        return _end(public_id, None, NOT_YET, now, why="another transfer")
    return _end(public_id, sent.id, None, now)


def _is_ours(seen: SeenTransfer, order: TransferOrder) -> bool:
    return (seen.mark.instance, seen.mark.ours, seen.amount_cents, seen.account, seen.currency) == (
        order.instance, order.key, order.amount_cents, order.account, "usd",
    )  # fmt: skip


def _end(public_id: str, transfer: str | None, code: str | None, now: datetime, why: str = "") -> str:
    with transaction() as session:
        lock_provider(session, get_payout(session, public_id).provider_id)
        payout = get_payout(session, public_id, lock=True)
        if payout.state == ASKED:
            if transfer is not None:
                note_sent(session, payout, transfer, now)
            elif code == NOT_YET:
                postpone(payout, why or NOT_YET, now)
            else:
                note_failed(session, payout, code or "refused", now)
        return payout.state
