"""Each thing that keeps a visit from beginning, as spans of starts: the list and the judgement both stand on these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from booking.openings.rules.question import Question, Taken, Visit
from marketplace.kernel.intervals import Span, merge
from marketplace.kernel.walltime import day_begin, day_span, local_day, to_minute, to_minute_up

# So many free calls a provider gives on one day: nobody can fill a day with them.
CALLS_A_DAY = 4


def earliest_start(question: Question) -> int:
    """The first minute that gives the provider their notice, in elapsed time."""
    return to_minute_up(question.now) + question.rules.notice_minutes


def latest_start(question: Question) -> int:
    """The minute after the last one within the horizon, whose last day is whole."""
    today = local_day(to_minute(question.now), question.zone)
    return day_begin(today + timedelta(days=question.rules.horizon_days + 1), question.zone)


def standing_starts(standing: Sequence[Span], minutes: int) -> list[Span]:
    """Starts from which a visit lies wholly in time in which the credentials are in force."""
    return [(begin, end - minutes + 1) for begin, end in merge(standing) if begin + minutes <= end]


def taken_starts(taken: Sequence[Taken], visit: Visit) -> list[Span]:
    """Starts from which the visit with its pads would meet a claim with its pads. Neither sorted nor merged."""
    reach = visit.minutes + visit.after_minutes - 1
    before = visit.before_minutes
    return [(claim.begin_minute - claim.before_minutes - reach, claim.end_minute + claim.after_minutes + before) for claim in taken]


def full_days(question: Question) -> list[Span]:
    """The days on which as many visits begin as the provider takes on one; calls are counted apart, against a most of their own."""
    calls = question.visit.is_call
    most = CALLS_A_DAY if calls else question.rules.max_per_day
    if most is None:
        return []
    if most <= 0:
        return [(earliest_start(question), latest_start(question))]
    days = sorted(local_day(claim.begin_minute, question.zone) for claim in question.taken if (claim.is_call if calls else claim.is_visit))
    return [day_span(day, question.zone) for day, visits in groupby(days) if len(list(visits)) >= most]
