"""What counts against a therapist, line by line and each with its why; nothing is hidden, what does not count is a line too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from booking.appointments.rules.attention import PAUSED
from booking.appointments.rules.cancellation import ILLNESS, WAIVABLE
from booking.appointments.rules.couples import BOTH_OR_NONE
from booking.appointments.rules.requests import ANSWER_DUE, is_declined
from booking.reliability.rules.lateness import Said, counted_minutes, waits_until
from booking.reliability.rules.policies import Figures
from marketplace.kernel.walltime import local_day, to_minute

CANCELLED, UNANSWERED, LATE = "cancelled", "unanswered", "late"
KINDS = (CANCELLED, UNANSWERED, LATE)

WHYS = {
    "cancelled": "A confirmed visit was canceled.",
    "cancelled_late": "A confirmed visit was canceled at late notice.",
    "unanswered": "A request ran out without an answer.",
    "late": "The visit began late.",
    "very_late": "The visit began very late.",
    "paused": "Paused until a physician has looked: that never counts.",
    "declined": "A request that was declined: a no is an answer.",
    "two_together": "Two visits side by side that were never confirmed.",
    "not_confirmed": "It was a request: nothing was agreed yet.",
    "lapsed": "Not everything that is required was in force for it, and the client had been told.",
    "illness": "Illness never counts: nobody should work while ill.",
    "outside": "An outside cause, within what a year allows.",
    "waited_for_others": "It waited for the client’s papers or answers too.",
    "not_late": "Less late than what counts.",
    "answer_open": "The client says so. It counts once the therapist agrees, or has not answered in time.",
}
"""Why a line counts, or does not, in words."""


@dataclass(frozen=True)
class Happened:
    """Something that may count, as the history has it.

    `at` is when (a visit's start, of lateness), `confirmed` whether the visit had been, `lapsed` whether its client had been told that
    the therapist has no standing for it, `waited_for` what a request that ran out was waiting for.
    """

    kind: str
    at: datetime
    visit: str
    reference: str
    starts_at: datetime
    confirmed: bool = True
    lapsed: bool = False
    reason: str | None = None
    waited_for: tuple[str, ...] = ()
    provider_said: Said | None = None
    client_said: Said | None = None


@dataclass(frozen=True)
class Line:
    """One line of a record. `points` 0 does not count; `counts_until_on` is the last New York day on which it does."""

    kind: str
    at: datetime
    on: date
    visit: str
    reference: str
    why: str
    points: int
    counts_until_on: date
    minutes: int | None = None

    @property
    def counts(self) -> bool:
        """Whether it counts at all."""
        return self.points > 0


def write_lines(happened: Iterable[Happened], figures: Figures, now: datetime) -> tuple[Line, ...]:
    """Every line, the oldest first. Of the outside reasons of a New York year the earliest are excused, each reason for itself."""
    used: Counter[tuple[int, str]] = Counter()
    lines = []
    for one in sorted(happened, key=lambda each: (each.at, each.visit, each.kind)):
        line = _line(one, figures, now)
        reason = one.reason or ""
        if line.counts and one.kind == CANCELLED and reason in WAIVABLE:
            used[line.on.year, reason] += 1
            if used[line.on.year, reason] <= figures.excused_a_year:
                line = replace(line, why="outside", points=0)
        lines.append(line)
    return tuple(lines)


def in_window(lines: Iterable[Line], figures: Figures, today: date) -> tuple[Line, ...]:
    """The lines whose day lies in the window that ends today."""
    return tuple(line for line in lines if window_from(figures, today) <= line.on <= today)


def window_from(figures: Figures, today: date) -> date:
    """The first day of the window that ends today."""
    return today - timedelta(days=figures.window_days - 1)


def _line(one: Happened, figures: Figures, now: datetime) -> Line:
    why = {CANCELLED: _why_cancelled, UNANSWERED: _why_unanswered, LATE: _why_late}[one.kind](one, figures, now)
    on = local_day(to_minute(one.at))
    until = on + timedelta(days=figures.window_days - 1)
    minutes = counted_minutes(one.provider_said, one.client_said, figures, now) if one.kind == LATE else None
    return Line(one.kind, one.at, on, one.visit, one.reference, why, figures.points.get(why, 0), until, minutes)


def _why_cancelled(one: Happened, figures: Figures, _now: datetime) -> str:
    """The first reason that holds, the strongest first."""
    free = {
        PAUSED: one.reason == PAUSED,
        "declined": is_declined(one.reason),
        "two_together": one.reason == BOTH_OR_NONE,
        "not_confirmed": not one.confirmed,
        "lapsed": one.lapsed,
        "illness": one.reason == ILLNESS,
    }
    late = one.starts_at - one.at < timedelta(hours=figures.late_notice_hours)
    return next((why for why, holds in free.items() if holds), "cancelled_late" if late else "cancelled")


def _why_unanswered(one: Happened, _figures: Figures, _now: datetime) -> str:
    return "unanswered" if one.waited_for == (ANSWER_DUE,) else "waited_for_others"


def _why_late(one: Happened, figures: Figures, now: datetime) -> str:
    if waits_until(one.provider_said, one.client_said, figures, now) is not None:
        return "answer_open"
    minutes = counted_minutes(one.provider_said, one.client_said, figures, now)
    if minutes < figures.late_from_minutes:
        return "not_late"
    return "very_late" if minutes >= figures.very_late_from_minutes else "late"
