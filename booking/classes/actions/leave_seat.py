"""Leaving a class, for the fee that the agreed terms give at this second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.changes.history import Doer
from booking.appointments.rules.cancellation import NOTICE_PASSED, Verdict, verdict_to_dict
from booking.classes.changes.letters import write_gone
from booking.classes.changes.locking import judge_leaving, lock_seat, note_seat
from booking.classes.changes.money import write_money
from booking.classes.queries import Seated
from booking.classes.rules.money import fee
from booking.classes.rules.seats import CANCELED
from booking.ledger.rules.entries import LATE_CANCEL
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused, Stale
from marketplace.kernel.money import format_usd


@dataclass(frozen=True)
class Leaving:
    """Why somebody leaves and the fee they were shown; None agrees to whatever it is now."""

    expected_fee_cents: int | None = None
    reason: str | None = None
    note: str | None = None


def leave_seat(public_id: str, wanted: Leaving, doer: Doer, base_url: str, now: datetime) -> tuple[Seated, Verdict]:
    """Cancel a booked seat; it is free at once for somebody else. Who may was decided before.

    Raises NotFound, Refused `notice_passed`, Conflict with the verdict's other reasons, Stale `fee_changed` with the new figures.
    """
    with transaction() as session:
        seated = lock_seat(session, public_id)
        seat = seated.seat
        verdict = judge_leaving(session, seated, doer.part, now, wanted.reason)
        if not verdict.allowed:
            raise (Refused if verdict.reason == NOTICE_PASSED else Conflict)(verdict.reason, verdict.sentence)
        if wanted.expected_fee_cents not in {None, verdict.fee_cents}:
            sentence = f"The fee is now {format_usd(verdict.fee_cents)}. Look again before you cancel."
            raise Stale("fee_changed", sentence, details=verdict_to_dict(verdict))
        seat.state, seat.ended_at = CANCELED, now
        seat.canceled_by, seat.cancel_reason, seat.cancel_note = doer.part, wanted.reason, wanted.note
        seat.sequence += 1
        write_money(session, seat, seated.lesson.provider_id, fee(seat.public_id, LATE_CANCEL, verdict.fee_cents), doer, now)
        note_seat(session, seat, "canceled", doer, now, fee_cents=verdict.fee_cents, tier=verdict.tier, sequence=seat.sequence)
        write_gone(session, seated, base_url, now, tell_provider=True)
        return seated, verdict
