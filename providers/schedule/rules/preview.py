"""The coming days as clients will find them: open time as instants, before anything is booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from marketplace.kernel.intervals import merge
from marketplace.kernel.walltime import day_span, from_minute
from providers.schedule.rules.hours import ANY_HOURS, Asked, ClinicHours, DateException, WeeklyRange
from providers.schedule.rules.opening import open_spans


@dataclass(frozen=True)
class OpenDay:
    """One date with its open time, [from, until) each; a night's tail is shown on the day on which it opens."""

    on: date
    open_times: tuple[tuple[datetime, datetime], ...]


def coming_days(
    weekly: Sequence[WeeklyRange],
    exceptions: Sequence[DateException],
    first_day: date,
    days: int = 7,
    clinics: Sequence[ClinicHours] = (),
    asked_for: Asked = ANY_HOURS,
) -> tuple[OpenDay, ...]:
    """The next days in order, closed ones too."""
    last_day = first_day + timedelta(days=days - 1)
    spans = open_spans(weekly, exceptions, first_day, last_day, None, clinics=clinics, asked_for=asked_for)
    merged = merge([(span.begin_minute, span.end_minute) for span in spans])
    return tuple(
        OpenDay(day, tuple((from_minute(begin), from_minute(end)) for begin, end in merged if low <= begin < high))
        for day, (low, high) in ((day, day_span(day)) for day in (first_day + timedelta(days=number) for number in range(days)))
    )


def week_letter(day: date, week_a_from: date | None) -> str:
    """Whether hours for weeks "a" or those for weeks "b" hold on a day. Without a word the calendar's first Monday began a week "a"."""
    monday = date.min if week_a_from is None else week_a_from
    return "a" if (day - monday).days // 7 % 2 == 0 else "b"
