"""What leaving a visit costs, from the terms kept with it. Earlier never costs more; illness never costs anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.appointments.rules.attention import PAUSED, PROVIDER_LAPSED
from booking.appointments.rules.states import ADMIN, CANCEL, CLIENT, PROVIDER, REQUESTED, path
from booking.quotes.rules.agreed import SECOND, AgreedTerms, fee_stretches, instant_text, whole_second

ILLNESS = "illness"
NOTICE_PASSED = "notice_passed"
WAIVABLE = ("emergency", "weather", "building_access")
REASONS = (ILLNESS, *WAIVABLE, "other")

PAUSED_WORDS = "This visit is paused until a physician has looked. Resume the plan first."
FREE, GRACE, PART, FULL, WAIVED, PROVIDER_SIDE, CLOSED = "free", "grace", "part", "full", "waived", "provider", "closed"


@dataclass(frozen=True)
class VisitFacts:
    """What the verdicts need to know of one visit: the agreed terms, its status, what was paid.

    `lapsed` says that the provider has lost the standing for it: leaving and moving then cost the client nothing, whenever it is.
    `answer_due` says of a request that it waits for its therapist's yes, `two_due` that it is one of two side by side, of which none is
    confirmed yet. `left_alone` says that the other one of the two was called off by its therapist or the staff. `paused` says that its
    therapist wants a physician to look first: until it is resumed it cannot take place, and leaving and moving are free.
    """

    agreed: AgreedTerms
    status: str
    paid_cents: int = 0
    free_moves_used: int = 0
    lapsed: bool = False
    answer_due: bool = False
    two_due: bool = False
    left_alone: bool = False
    paused: bool = False


@dataclass(frozen=True)
class Verdict:
    """What leaving costs at `as_of`, and until when that holds.

    `reason` is a code, `sentence` the same for a person. `fee_cents` is what the visit costs in all once left; `refund_cents` is what
    goes back of what was paid. `next_change_at` is the last second for which the figure holds, None where nothing changes any more.
    `waived_cents` is the fee that one of the year's waivers forgave; 0 means that none was used up. `credit_cents` is what the client of
    a provider who cancels gets for a later visit.
    """

    allowed: bool
    reason: str
    sentence: str
    fee_cents: int
    refund_cents: int
    tier: str
    as_of: datetime
    next_change_at: datetime | None
    waived_cents: int = 0
    credit_cents: int = 0


def assess_cancellation(
    visit: VisitFacts, *, actor: str, now: datetime, reason: str | None = None, waivers_left: int = 0, must_not_come: bool = False
) -> Verdict:
    """What it costs `actor` to cancel now.

    Free: a visit whose provider has lost the standing for it, or has paused it; illness (a fee would push sick people to come) and
    `must_not_come` (a health rule with a fee waiver turned true after booking); a request that still waits for its clearance or for its
    therapist's yes; the provider's or the platform's own cancelling; and, as long as the client has `waivers_left` this year, an
    emergency, severe weather or a building that lets nobody in. What is free anyway uses up no waiver. With less notice than agreed
    (`cancel_notice_hours`) the client leaves for one of these reasons alone: `notice_passed`.
    """
    refusal = _refusal(visit, actor, now)
    if refusal is not None:
        return _verdict(visit, now, allowed=False, reason=refusal[0], sentence=refusal[1], tier=CLOSED)
    free = _always_free(visit, actor, reason, must_not_come=must_not_come)
    if free is not None:
        tier = PROVIDER_SIDE if actor in {PROVIDER, ADMIN} else PROVIDER_LAPSED if free[0] == PROVIDER_LAPSED else WAIVED
        verdict = _verdict(visit, now, allowed=True, reason=free[0], sentence=free[1], tier=tier)
        owes_credit = actor == PROVIDER and visit.status != REQUESTED and not visit.paused
        return replace(verdict, credit_cents=visit.agreed.credit_cents_at(now)) if owes_credit else verdict
    by_step = _by_step(visit, now)
    if reason in WAIVABLE and waivers_left > 0 and by_step.fee_cents > 0:
        waived = _verdict(visit, now, allowed=True, reason=str(reason), sentence="We waive the fee this time.", tier=WAIVED)
        return replace(waived, waived_cents=by_step.fee_cents)
    until = visit.agreed.cancel_until_at
    if until is not None and whole_second(now) > until:
        hours = visit.agreed.terms.cancel_notice_hours
        spoken = f"{hours} hour" if hours == 1 else f"{hours} hours"
        sentence = f"This visit can be canceled with at least {spoken} of notice. If you are ill, say so: that is always free."
        return _verdict(visit, now, allowed=False, reason=NOTICE_PASSED, sentence=sentence, tier=CLOSED)
    return by_step


def assess_no_show(visit: VisitFacts, *, now: datetime) -> Verdict:
    """What an absent client owes; allowed from the moment the agreed wait after the start is over. Nothing where the provider had
    no standing for the visit.
    """
    opens = visit.agreed.starts_at + timedelta(minutes=visit.agreed.terms.late_minutes)
    if not path(visit.status, "no_show"):
        return _verdict(visit, now, allowed=False, reason="wrong_state", sentence=_wrong_state(visit), tier=CLOSED)
    if visit.paused:
        return _verdict(visit, now, allowed=False, reason=PAUSED, sentence=PAUSED_WORDS, tier=CLOSED)
    if now < opens:
        sentence = f"The client may still come: please wait {visit.agreed.terms.late_minutes} minutes from the start."
        return _verdict(visit, now, allowed=False, reason="too_early", sentence=sentence, tier=CLOSED, until=opens)
    percent = 0 if visit.lapsed else visit.agreed.terms.no_show_percent
    return _verdict(
        visit,
        now,
        allowed=True,
        reason="no_show",
        sentence="The client did not come.",
        tier=_tier(percent),
        fee=visit.agreed.fee_cents(percent),
    )


def verdict_to_dict(verdict: Verdict) -> dict[str, object]:
    """The contract's cancellation answer; instants carry New York's offset."""
    return {
        "allowed": verdict.allowed,
        "reason": verdict.reason,
        "detail": verdict.sentence,
        "fee_cents": verdict.fee_cents,
        "refund_cents": verdict.refund_cents,
        "waived_cents": verdict.waived_cents,
        "credit_cents": verdict.credit_cents,
        "tier": verdict.tier,
        "as_of": instant_text(verdict.as_of),
        "next_change_at": None if verdict.next_change_at is None else instant_text(verdict.next_change_at),
    }


def _refusal(visit: VisitFacts, actor: str, now: datetime) -> tuple[str, str] | None:
    """Why this visit cannot be cancelled at all now, if so. At the very second of the start it still can."""
    if actor not in {CLIENT, PROVIDER, ADMIN}:
        return "forbidden", "This step is not yours to take."
    if not path(visit.status, CANCEL):
        return "wrong_state", _wrong_state(visit)
    if whole_second(now) > visit.agreed.starts_at:
        return "already_started", "The visit has begun, so it cannot be canceled any more."
    return None


def _always_free(visit: VisitFacts, actor: str, reason: str | None, *, must_not_come: bool) -> tuple[str, str] | None:
    """Why no fee is ever due, if so, the strongest reason first."""
    if actor == PROVIDER:
        return "provider_cancels", "Your therapist cancels, so you pay nothing."
    if actor == ADMIN:
        return "platform_cancels", "We cancel this visit, so the client pays nothing."
    if visit.lapsed:
        return PROVIDER_LAPSED, "Your therapist cannot give this visit as planned, so there is no fee."
    if visit.paused:
        return PAUSED, "Your therapist has paused this visit, so there is no fee."
    if reason == ILLNESS:
        return "illness", "Please stay home and get well. There is no fee."
    if must_not_come:
        return "health", "A visit would not be safe now. There is no fee."
    if visit.left_alone:
        return "left_alone", "The visit beside yours was called off, and not by its client. There is no fee."
    return _still_pending(visit) if visit.status == REQUESTED else None


def _still_pending(visit: VisitFacts) -> tuple[str, str]:
    """Why a request costs nothing."""
    if visit.two_due:
        return "two_pending", "Nothing is agreed until both visits are confirmed. There is no fee, and the other visit ends with this one."
    if visit.answer_due:
        return "answer_pending", "Nothing is agreed until your therapist says yes. There is no fee."
    return "clearance_pending", "Nothing is agreed until the clearance is accepted. There is no fee."


def _by_step(visit: VisitFacts, now: datetime) -> Verdict:
    """The fee of the stretch in which `now` lies, and when that stretch ends."""
    agreed = visit.agreed
    here = next(stretch for stretch in fee_stretches(agreed) if whole_second(now) <= stretch.until_at)
    free = here.fee_cents == 0
    in_grace = here.fee_percent == 0 and agreed.terms.percent_at((agreed.starts_at - whole_second(now)) // SECOND) > 0
    reason = "grace" if in_grace else "free" if free else "late"
    sentence = {
        "grace": f"The first {agreed.terms.grace_minutes} minutes after booking are free.",
        "free": "Canceling is free now.",
        "late": f"It is late notice: {here.fee_percent}% of the service price is due.",
    }[reason]
    until = min(here.until_at, agreed.cancel_until_at or here.until_at)
    tier = GRACE if in_grace else _tier(here.fee_percent) if here.fee_cents else FREE
    return _verdict(visit, now, allowed=True, reason=reason, sentence=sentence, tier=tier, fee=here.fee_cents, until=until)


def _tier(percent: int) -> str:
    if percent == 0:
        return FREE
    return FULL if percent == 100 else PART


def _wrong_state(visit: VisitFacts) -> str:
    return f"This visit is {visit.status.replace('_', ' ')}, so this step is not possible."


def _verdict(
    visit: VisitFacts, now: datetime, *, allowed: bool, reason: str, sentence: str, tier: str, fee: int = 0, until: datetime | None = None
) -> Verdict:
    """The verdict with its refund; an allowed one without an end of its own holds until the start."""
    at = whole_second(now)
    ends = until or (visit.agreed.starts_at if allowed and at <= visit.agreed.starts_at else None)
    refund = max(0, visit.paid_cents - fee) if allowed else 0
    return Verdict(allowed, reason, sentence, fee, refund, tier, at, ends)
