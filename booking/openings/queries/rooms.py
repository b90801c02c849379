"""Which treatment rooms of shared clinics are taken, read for the engine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.openings.rules.asking import NEVER_FULL, Full
from booking.openings.rules.limits import claims_around
from marketplace.kernel.intervals import Span
from providers.profiles.rules import MOBILE, ProviderFacts
from providers.schedule.queries import as_use, room_key_of, rooms_wanted
from providers.schedule.rules.rooms import counted_at, full_spans
from providers.services.rules.calls import PHONE


def load_full(
    session: Session, facts: ProviderFacts, setting: str, window: Span, now: datetime,
    *, beside_claim_id: int | None = None, others: bool = False,
) -> Full:  # fmt: skip
    """When around a window of epoch minutes the clinics of a provider's places have no room left, by place.

    One or two statements, and none where no clinic has said how many rooms it has or the visit is elsewhere. The claim of
    `beside_claim_id` and what shares its room do not count; with `others` nothing of the provider's own does.
    """
    counted = [place for place in facts.places if place.rooms is not None and place.clinic_id is not None]
    if not counted or setting in MOBILE or setting == PHONE:
        return NEVER_FULL
    low, high = claims_around(*window, whole_weeks=False)
    key = None if beside_claim_id is None else room_key_of(session, beside_claim_id)
    rows = [
        row
        for row in session.execute(rooms_wanted({place.clinic_id for place in counted if place.clinic_id}, low, high))
        if row.key != key and not (others and row.provider_id == facts.id)
    ]
    uses = {
        place.clinic_id: counted_at((as_use(row) for row in rows if row.clinic_id == place.clinic_id), low, high, now) for place in counted
    }
    return {place.id: full_spans(uses[place.clinic_id], place.rooms or 0) for place in counted}
