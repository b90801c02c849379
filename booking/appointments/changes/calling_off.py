"""A visit called off by the house at no cost to its client, inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.cards import close_cards
from booking.appointments.changes.couples import end_beside
from booking.appointments.changes.discounts import give_code_back
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_cancelled
from booking.appointments.changes.money import charge_fee
from booking.appointments.queries import Booked
from booking.appointments.rules.attention import PAUSED
from booking.appointments.rules.states import CANCEL, CANCELLED, PROVIDER, next_status
from booking.ledger.rules.entries import LATE_CANCEL
from providers.registry.changes import note_change
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim


def call_off_paused(session: Session, booked: Booked, doer: Doer, base_url: str, now: datetime) -> None:
    """End a paused visit, which must be locked: nothing is due, what was paid goes back, nobody is owed credit, both sides are told."""
    visit = booked.appointment
    was, visit.status = visit.status, next_status(visit.status, CANCEL)
    visit.cancelled_at, visit.cancelled_by, visit.cancel_reason = now, PROVIDER, PAUSED
    charge_fee(session, visit, doer, now, memo=LATE_CANCEL, fee_cents=0)
    give_code_back(session, visit, now)
    visit.sequence += 1
    visit.attention, visit.respond_by_at = [], None
    close_cards(session, visit, doer, now)
    release_claim(session, session.get_one(Claim, visit.claim_id))
    note_change(session, visit.provider_id)
    write_history(session, visit, CANCELLED, doer, now, {"fee_cents": 0, "reason": PAUSED, "sequence": visit.sequence})
    write_cancelled(session, booked, Sending(base_url), now, None)
    end_beside(session, booked, was, doer, base_url, now)
