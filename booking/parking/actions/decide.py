"""Staff announce terms, look at receipts and decide on them."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.models import Appointment
from booking.parking.changes import move_money, note_decision, write_decision
from booking.parking.models import ParkingTerms
from booking.parking.queries import get_claim, get_photo, paid_in_month
from booking.parking.rules.claims import ACCEPTED, TAKEN_BACK, Decision, accepted_cents, next_state, room_left
from booking.parking.rules.terms import Terms, check_terms
from booking.payouts.queries import paid_out_parking
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict
from marketplace.kernel.walltime import local_day, to_minute
from providers.registry.changes import lock_provider


def announce_terms(wanted: Terms, reason: str, actor: str, now: datetime) -> ParkingTerms:
    """Say what is paid back of visits from a day on. Raises Refused with the fields at fault."""
    check_terms(wanted, local_day(to_minute(now)))
    with transaction() as session:
        made = ParkingTerms(
            starts_on=wanted.starts_on, visit_cents=wanted.visit_cents, month_cents=wanted.month_cents, days=wanted.days, reason=reason,
            made_by=actor, made_at=now,
        )  # fmt: skip
        session.add(made)
        session.flush()
        details = {
            "starts_on": made.starts_on.isoformat(), "visit_cents": made.visit_cents, "month_cents": made.month_cents, "days": made.days,
        }  # fmt: skip
        audit.record(session, audit.Deed(now, actor, "parking.announced", "parking_terms", made.public_id, details))
        return made


def decide_claim(public_id: str, wanted: Decision, actor: str, base_url: str, now: datetime) -> None:
    """Accept the whole or a part, refuse, or take back what was accepted as long as no payout holds it. The therapist is written to.

    Raises NotFound, Refused `invalid`, Conflict `decided_already`, `not_accepted`, `month_used_up`, `paid_out_already`.
    """
    with transaction() as session:
        lock_provider(session, get_claim(session, public_id).provider_id)
        claim = get_claim(session, public_id, lock=True)
        state, visit = next_state(claim.state, wanted), session.get_one(Appointment, claim.appointment_id)
        if state == ACCEPTED:
            terms = session.get_one(ParkingTerms, claim.terms_id).terms
            room = room_left(terms, paid_in_month(session, claim.provider_id, claim.visit_on))
            claim.accepted_cents = accepted_cents(wanted, claim.asked_cents, room)
        if state == TAKEN_BACK and paid_out_parking(session, claim.appointment_id):
            raise Conflict("paid_out_already", "This is in a payout already, so it cannot be taken back here.")
        note_decision(session, claim, state, wanted, actor, now)
        move_money(session, claim, visit, actor, now)
        write_decision(session, claim, visit, base_url, now)


def open_photo(public_id: str, actor: str, now: datetime) -> tuple[str, bytes]:
    """The media type and content of a photo for staff; the look is recorded. Raises NotFound."""
    with transaction() as session:
        media_type, content = get_photo(session, public_id)
        audit.record(session, audit.Deed(now, actor, "parking.photo_opened", "parking", public_id))
    return media_type, content
