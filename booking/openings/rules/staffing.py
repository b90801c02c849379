"""Evening and night: a start at these hours is full-time staff's alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from booking.openings.rules.question import LateHours, Question
from marketplace.kernel.intervals import Span, intersect
from marketplace.kernel.walltime import DAY_MINUTES, local_day, wall_spans
from providers.schedule.rules.hours import NOT_FULL_TIME

Barred = Mapping[int | None, Sequence[Span]]


def barred_starts(question: Question) -> Barred:
    """By place the evening and night starts from which the visit would meet time that is staffed part time or in rotation.

    The whole visit counts, so that nobody is handed over in the middle of a late one. A visit that begins by day may run into the evening.
    """
    barred: dict[int | None, list[Span]] = defaultdict(list)
    if question.late is not None:
        for span in question.spans:
            if span.staffing in NOT_FULL_TIME:
                reach = span.begin_minute - question.visit.minutes + 1, span.end_minute
                barred[span.place_id] += late_spans(*reach, question.late, question.zone)
    return barred


def late_spans(low: int, high: int, late: LateHours, zone: ZoneInfo) -> list[Span]:
    """The epoch minutes in [low, high) at which the wall clock shows an evening or night hour, sorted and disjoint."""
    found: list[Span] = []
    for number in range(local_day(low, zone).toordinal(), local_day(high - 1, zone).toordinal() + 1):
        day = date.fromordinal(number)
        evening_from, morning_from = late(day)
        found += wall_spans(day, 0, morning_from, zone)
        found += wall_spans(day, evening_from, DAY_MINUTES, zone)
    return intersect(found, [(low, high)])
