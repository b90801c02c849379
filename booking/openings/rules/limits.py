"""Each thing that keeps a visit from beginning, as spans of starts: the list and the judgement both stand on these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from booking.openings.rules.question import Question, Taken, Visit
from marketplace.kernel.intervals import Span, merge
from marketplace.kernel.walltime import day_begin, local_day, to_minute, to_minute_up

# So many free calls a provider gives on one day: nobody can fill a day with them.
CALLS_A_DAY = 4
NEIGHBOR_MINUTES = 36 * 60

_WEEK = timedelta(days=7)
_EVER = 2**40


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


def claims_around(from_minute: int, until_minute: int, *, whole_weeks: bool) -> Span:
    """Which claims must be known to judge the starts in [from, until), as epoch minutes.

    A day and a half on both sides comes along: days are counted whole, and the visit before decides about travel and breaks.
    """
    low, high = from_minute - NEIGHBOR_MINUTES, until_minute + NEIGHBOR_MINUTES
    if not whole_weeks:
        return low, high
    last = local_day(max(from_minute, until_minute - 1))
    return min(low, day_begin(_monday(local_day(from_minute)))), max(high, day_begin(_monday(last) + _WEEK))


def full_days(question: Question) -> list[Span]:
    """The days on which no more visits like this one begin; calls are counted apart, against a most of their own."""
    if question.visit.is_call:
        return _full(question, 1, CALLS_A_DAY, None)
    return _full(question, 1, question.rules.max_per_day, question.rules.max_minutes_per_day)


def full_weeks(question: Question) -> list[Span]:
    """The weeks, from Monday on, in which no more visits like this one begin."""
    if question.visit.is_call:
        return []
    return _full(question, 7, question.rules.max_per_week, question.rules.max_minutes_per_week)


def _full(question: Question, days: int, most: int | None, most_minutes: int | None) -> list[Span]:
    """The days (or weeks) with as many visits as the provider takes, or with too many minutes hands-on for one more."""
    if most is None and most_minutes is None:
        return []
    calls, zone, room = question.visit.is_call, question.zone, (most_minutes or 0) - question.visit.minutes
    if (most is not None and most <= 0) or (most_minutes is not None and room < 0):
        return [(earliest_start(question), latest_start(question))]
    minutes: dict[date, list[int]] = defaultdict(list)
    for claim in question.taken:
        if claim.is_call if calls else claim.is_visit:
            day = local_day(claim.begin_minute, zone)
            minutes[day if days == 1 else _monday(day)].append(claim.end_minute - claim.begin_minute)
    return [
        (day_begin(first, zone), day_begin(first + timedelta(days=days), zone))
        for first, ours in minutes.items()
        if (most is not None and len(ours) >= most) or (most_minutes is not None and sum(ours) > room)
    ]


def tiring_starts(question: Question) -> list[Span]:
    """Starts from which more minutes hands-on than the provider gives would follow one another without a break."""
    most, rest = question.rules.run_minutes, question.rules.break_minutes
    if most is None or rest is None or question.visit.is_call:
        return []
    visits = sorted((claim.begin_minute, claim.end_minute) for claim in question.taken if claim.is_visit)
    until, since = _runs(visits, rest), _runs([(-end, -begin) for begin, end in reversed(visits)], rest)[::-1]
    room, minutes = most - question.visit.minutes, question.visit.minutes
    found: list[Span] = []
    for at in range(len(visits) + 1):
        low, run_before = (visits[at - 1][1], until[at - 1]) if at else (-_EVER, 0)
        high, run_after = (visits[at][0] - minutes + 1, since[at]) if at < len(visits) else (_EVER, 0)
        soon, late = (low, min(low + rest, high)), (max(high - rest, low), high)
        if run_before > room:
            found.append(soon)
        if run_after > room:
            found.append(late)
        if run_before + run_after > room:
            found.append((max(soon[0], late[0]), min(soon[1], late[1])))
    return [(begin, end) for begin, end in found if begin < end]


def _runs(visits: Sequence[Span], rest: int) -> list[int]:
    """For each visit, in order, the minutes hands-on of the run that ends with it."""
    runs: list[int] = []
    for at, (begin, end) in enumerate(visits):
        goes_on = at > 0 and begin - visits[at - 1][1] < rest
        runs.append(end - begin + (runs[-1] if goes_on else 0))
    return runs


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
