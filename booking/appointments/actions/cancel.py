"""Leaving a visit, for the fee that the agreed terms give at this second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.changes.cards import close_cards
from booking.appointments.changes.couples import end_beside
from booking.appointments.changes.credit import give_credit
from booking.appointments.changes.discounts import give_code_back
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_cancelled
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.changes.money import charge_fee
from booking.appointments.changes.waivers import assess_leaving, lock_waivers
from booking.appointments.queries import Booked
from booking.appointments.rules.cancellation import NOTICE_PASSED, Verdict, verdict_to_dict
from booking.appointments.rules.states import CANCELLED
from booking.ledger.rules.entries import LATE_CANCEL
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused, Stale
from marketplace.kernel.money import format_usd
from providers.registry.changes import note_change
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim


@dataclass(frozen=True)
class Cancelling:
    """Why somebody leaves, the fee they were shown and what of it the reason waives; None agrees to whatever it is now."""

    expected_fee_cents: int | None = None
    reason: str | None = None
    note: str | None = None
    expected_waived_cents: int | None = None


def cancel(public_id: str, wanted: Cancelling, doer: Doer, base_url: str, now: datetime) -> tuple[Booked, Verdict]:
    """Cancel, freeing the time at once; the visit and its history stay.

    Of two side by side that are not confirmed yet the other one ends with it; of two that are, the other one stays.

    Raises NotFound, Refused `notice_passed`, Conflict with the verdict's other reasons, Stale `fee_changed` with the new figures.
    """
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        lock_waivers(session, visit.person_id)
        verdict = assess_leaving(session, visit, doer.part, now, wanted.reason)
        if not verdict.allowed:
            kind = Refused if verdict.reason == NOTICE_PASSED else Conflict
            raise kind(verdict.reason, verdict.sentence)
        if wanted.expected_fee_cents not in {None, verdict.fee_cents} or wanted.expected_waived_cents not in {None, verdict.waived_cents}:
            raise Stale("fee_changed", _changed(verdict), details=verdict_to_dict(verdict))
        was, visit.status = visit.status, CANCELLED
        visit.cancelled_at, visit.cancelled_by = now, doer.part
        visit.cancel_reason, visit.cancel_note = wanted.reason, wanted.note
        charge_fee(session, visit, doer, now, memo=LATE_CANCEL, fee_cents=verdict.fee_cents, waived_cents=verdict.waived_cents)
        give_code_back(session, visit, now)
        credit = give_credit(session, visit, verdict.credit_cents, doer, now)
        visit.sequence += 1
        visit.attention = []
        close_cards(session, visit, doer, now)
        release_claim(session, session.get_one(Claim, visit.claim_id))
        note_change(session, visit.provider_id)
        facts: dict[str, object] = {"fee_cents": verdict.fee_cents, "refund_cents": verdict.refund_cents, "tier": verdict.tier}
        facts |= {"sequence": visit.sequence, **({"credit_cents": verdict.credit_cents} if credit else {})}
        write_history(session, visit, "cancelled", doer, now, facts)
        write_cancelled(session, booked, Sending(base_url), now, credit)
        end_beside(session, booked, was, doer, base_url, now)
        return booked, verdict


def _changed(verdict: Verdict) -> str:
    if verdict.waived_cents:
        return f"Canceling would now use up a waiver, for a fee of {format_usd(verdict.waived_cents)}. Look again before you cancel."
    return f"The fee is now {format_usd(verdict.fee_cents)}. Look again before you cancel."
