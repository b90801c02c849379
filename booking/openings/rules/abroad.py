"""What visits at the client's place ask for besides: no start too late, and the day's first and last way within the hours."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking.openings.rules.question import DayEnds, Question, TravelMinutes
from marketplace.kernel.intervals import Span, merge
from marketplace.kernel.walltime import DAY_MINUTES, local_day, wall_minute_of_day, wall_spans

NIGHT_ENDS_MINUTE = 5 * 60
"""Until then the night still belongs to the evening before it."""

LOOKED_AT_MINUTES = (0, 30, 60, 90, 120)
"""Before the end of hours: the way back is planned as slow as it is at the slowest of these."""


def too_late(question: Question, low: int, high: int) -> list[Span]:
    """The starts in [low, high) that lie after the last one of an evening."""
    if question.last_start is None or low >= high:
        return []
    days = local_day(low, question.zone).toordinal() - 1, local_day(high - 1, question.zone).toordinal()
    return list(_late_nights(*days, question.last_start, question.zone))


@lru_cache(maxsize=512)
def _late_nights(first: int, last: int, latest: int, zone: ZoneInfo) -> tuple[Span, ...]:
    days = range(first, last + 1)
    return tuple(span for day in days for span in wall_spans(date.fromordinal(day), latest + 1, DAY_MINUTES + NIGHT_ENDS_MINUTE, zone))


def too_near_the_edges(question: Question) -> list[Span]:
    """The starts from which the way from the base to the visit, or from the visit to where the day ends, would not lie within the hours.

    Each stretch of hours begins at the base and ends where the day ends. Between two visits nobody goes there: whoever fits between them
    is reached through them, and that takes no less than the straight way (a test looks at all of them).
    """
    ends, travel, zip_code = question.day_ends, question.travel, question.visit.zip
    if ends is None or travel is None or zip_code is None:
        return []
    before, to_end = question.visit.before_minutes, question.visit.minutes + question.visit.after_minutes
    known: dict[tuple[int, int], tuple[int, int]] = {}
    found: list[Span] = []
    for begin, end in merge(
        (span.begin_minute if span.anchor_minute is None else span.anchor_minute, span.end_minute) for span in ends.hours
    ):
        key = wall_minute_of_day(begin, question.zone), wall_minute_of_day(end, question.zone)
        ways = known.get(key)
        if ways is None:
            ways = known[key] = _ways(ends, travel, zip_code, begin, end)
        found.append((begin, begin + ways[0] + before))
        found.append((end - to_end - ways[1] + 1, end))
    return found


def _ways(ends: DayEnds, travel: TravelMinutes, zip_code: str, begin: int, end: int) -> tuple[int, int]:
    """Minutes there and back, from and to the farthest place that may be meant."""
    there = max((travel(here, zip_code, begin) for here in ends.leaves_from), default=0)
    leaving = [end - minutes for minutes in LOOKED_AT_MINUTES]
    return there, max((travel(zip_code, home, minute) for home in ends.returns_to for minute in leaving), default=0)
