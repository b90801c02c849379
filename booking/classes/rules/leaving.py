"""What leaving a class costs, by the terms agreed when the seat was booked: the same clock as that of a visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from booking.appointments.rules.attention import PROVIDER_LAPSED
from booking.appointments.rules.cancellation import WAIVED, Verdict, VisitFacts, assess_cancellation, assess_no_show
from booking.appointments.rules.states import CANCELLED, COMPLETED, CONFIRMED
from booking.appointments.rules.states import NO_SHOW as VISIT_NO_SHOW
from booking.classes.rules.seats import BOOKED, CAME, NO_SHOW
from booking.quotes.rules.agreed import AgreedTerms

# A seat's state as the graph of visits knows it.
_AS_VISIT = {BOOKED: CONFIRMED, CAME: COMPLETED, NO_SHOW: VISIT_NO_SHOW}
_WORDS = {
    "wrong_state": "This seat is not booked any more, so this step is not possible.",
    "already_started": "The class has begun, so it cannot be canceled any more.",
    "provider_cancels": "Your therapist calls the class off, so you pay nothing.",
    "late": "It is late notice: {percent}% of the price is due.",
    "class_moved": "The class was moved after you booked, so there is no fee.",
    "provider_lapsed": "Your therapist cannot give this class as planned, so there is no fee.",
}


MOVED = "class_moved"


def assess_leaving(
    agreed: AgreedTerms, state: str, *, actor: str, now: datetime, reason: str | None = None, lapsed: bool = False, moved: bool = False
) -> Verdict:
    """What it costs `actor` to leave now. Illness is always free, and so is leaving a class that was `moved` after the seat was booked.

    The yearly waivers are for visits alone.
    """
    facts = VisitFacts(agreed, _AS_VISIT.get(state, CANCELLED), lapsed=lapsed or moved)
    return _worded(assess_cancellation(facts, actor=actor, now=now, reason=reason), agreed, moved=moved and not lapsed)


def assess_absence(agreed: AgreedTerms, state: str, *, now: datetime, lapsed: bool = False, moved: bool = False) -> Verdict:
    """What somebody who did not come owes, nothing where the class was `moved`; allowed once the agreed wait after the start is over."""
    facts = VisitFacts(agreed, _AS_VISIT.get(state, CANCELLED), lapsed=lapsed or moved)
    return _worded(assess_no_show(facts, now=now), agreed, moved=moved and not lapsed)


def _worded(verdict: Verdict, agreed: AgreedTerms, *, moved: bool) -> Verdict:
    if moved and verdict.reason == PROVIDER_LAPSED:
        verdict = replace(verdict, reason=MOVED, tier=WAIVED)
    said = _WORDS.get(verdict.reason)
    return verdict if said is None else replace(verdict, sentence=said.format(percent=agreed.percent_at(verdict.as_of)))
