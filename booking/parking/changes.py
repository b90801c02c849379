"""What verbs do to claims inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.ledger.changes import Whose, counter_post, post
from booking.ledger.rules.entries import PARKING, parking_paid_back, visit_key
from booking.parking.models import ParkingClaim
from booking.parking.rules.claims import ACCEPTED, TAKEN_BACK, Decision
from marketplace import audit
from marketplace.outbox.changes import enqueue_letter
from providers.registry.queries import find_address

DECIDED = "parking_decided"


def note_decision(session: Session, claim: ParkingClaim, state: str, wanted: Decision, by: str, now: datetime) -> None:
    """Keep what was decided, by whom and why."""
    claim.state, claim.reason, claim.decided_by, claim.decided_at = state, wanted.reason, by, now
    details = {"asked_cents": claim.asked_cents, "accepted_cents": claim.accepted_cents, "reason": wanted.reason}
    audit.record(session, audit.Deed(now, by, f"parking.{state}", "parking", claim.public_id, details))


def move_money(session: Session, claim: ParkingClaim, visit: Appointment, by: str, now: datetime) -> None:
    """What was accepted is the provider's, once a visit, and comes with their next payout; what was taken back is nobody's any more.

    The provider must be locked, and no payout may hold what is taken back.
    """
    if claim.state == ACCEPTED and claim.accepted_cents is not None:
        post(session, parking_paid_back(visit.public_id, claim.accepted_cents), Whose(visit.id, claim.provider_id, None), by, now)
    elif claim.state == TAKEN_BACK:
        counter_post(session, visit_key(visit.public_id, PARKING), claim.reason or "", by, now)


def write_decision(session: Session, claim: ParkingClaim, visit: Appointment, base_url: str, now: datetime) -> None:
    """Tell the therapist what was decided, once for each decision."""
    recipient = find_address(session, claim.provider_id)
    if recipient is None:
        return
    facts = {
        "state": claim.state, "asked_cents": claim.asked_cents, "cents": claim.accepted_cents, "reason": claim.reason,
        "visit_on": claim.visit_on.isoformat(), "reference": visit.reference, "link": f"{base_url}/provider/parking",
    }  # fmt: skip
    key = f"{DECIDED}:{claim.public_id}:{claim.state}"
    enqueue_letter(session, key=key, kind=DECIDED, recipient=recipient, facts=facts, now=now, about=claim.public_id)
