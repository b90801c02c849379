"""Requests: what a visit that is not confirmed waits for, until when, and whether its therapist may still answer.

A request may wait for a physician's clearance, for its therapist's yes, or for both. Its time is kept until the first of the deadlines.
Of two visits side by side one may wait for its client's health answers, and either for the other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.appointments.rules.holding import clearance_due_at
from booking.appointments.rules.states import PROVIDER, REQUESTED
from providers.services.rules.requests import ByRequest, answer_due_at

# The signs on a request, kept with it: what it waits for.
CLEARANCE_DUE, ANSWER_DUE, HEALTH_DUE, OTHER_DUE = "clearance_due", "answer_due", "health_due", "other_due"
WAITS = (CLEARANCE_DUE, ANSWER_DUE, HEALTH_DUE, OTHER_DUE)

# How long whoever is brought along has for the health questions, and how long before the visit they must be in at the latest.
HEALTH_WITHIN, HEALTH_BEFORE = timedelta(hours=24), timedelta(hours=2)

# Why a request was declined, as a code: one of these behind "declined", so that it can be told from a visit that was called off.
DECLINE_REASONS = ("time", "distance", "technique", "full", "other")
DECLINED = "declined"
LONGEST_WORDS = 500


@dataclass(frozen=True)
class AnswerVerdict:
    """Whether a request may be answered now. Codes: open; forbidden, wrong_state, not_asked, answer_over."""

    allowed: bool
    code: str
    sentence: str


def respond_by_at(
    waits: Collection[str], asked_at: datetime, starts_at: datetime, now: datetime, *, rule: ByRequest, notice_minutes: int
) -> datetime | None:
    """Until when a request keeps its time: the first of the deadlines of what it waits for; None where it waits for nothing."""
    ends = []
    if CLEARANCE_DUE in waits:
        ends.append(clearance_due_at(now, starts_at, asked_at=asked_at))
    if ANSWER_DUE in waits:
        ends.append(answer_due_at(asked_at, starts_at, rule, notice_minutes, now))
    if HEALTH_DUE in waits:
        ends.append(health_due_at(asked_at, starts_at))
    return min(ends, default=None)


def health_due_at(asked_at: datetime, starts_at: datetime) -> datetime:
    """Until when somebody who is brought along answers the health questions: a day, but two hours before the visit at the latest.

    Of a visit less than four hours away they have half of what is left.
    """
    left = starts_at - asked_at
    return asked_at + min(HEALTH_WITHIN, max(left / 2, left - HEALTH_BEFORE))


def assess_answer(
    status: str, waits: Collection[str], respond_by: datetime | None, actor: str, now: datetime, *, kept: bool = True
) -> AnswerVerdict:
    """Whether `actor` may accept or decline now. `kept` is False where the minutes were given back already.

    Until the very second of the deadline, not at it; and only the therapist, who alone knows whether they will come.
    """
    if actor != PROVIDER:
        return AnswerVerdict(False, "forbidden", "Only the therapist answers a request.")
    if status != REQUESTED:
        return AnswerVerdict(False, "wrong_state", f"This visit is {status.replace('_', ' ')}, so there is nothing to answer.")
    if ANSWER_DUE not in waits:
        return AnswerVerdict(False, "not_asked", "This request waits for its clients, not for you.")
    if respond_by is None or now >= respond_by or not kept:
        return AnswerVerdict(False, "answer_over", "The time for an answer is over, so this request has run out.")
    return AnswerVerdict(True, "open", "")


def decline_code(reason: str | None) -> str:
    """How a declined request keeps its reason."""
    return f"{DECLINED}_{reason}" if reason else DECLINED


def is_declined(cancel_reason: str | None) -> bool:
    """Whether a visit that is off was a request that its therapist declined."""
    return cancel_reason is not None and cancel_reason.partition("_")[0] == DECLINED
