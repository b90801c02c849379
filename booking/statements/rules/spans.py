"""The days that a statement is about: half-open spans of New York dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from marketplace.kernel.errors import FieldFault
from marketplace.kernel.walltime import day_begin, from_minute

LINED_DAYS, MOST_DAYS = 31, 366
"""Up to so many days each event has its line, above that each month; more than a year is asked for in parts."""
# What a verb began before midnight is written within this time after it.
SETTLING = timedelta(hours=1)


@dataclass(frozen=True)
class Span:
    """From the first day until just before `after`."""

    first: date
    after: date

    @property
    def last(self) -> date:
        """The last day that counts."""
        return self.after - timedelta(days=1)

    @property
    def begins_at(self) -> datetime:
        """The midnight in New York at which it begins."""
        return from_minute(day_begin(self.first))

    @property
    def ends_at(self) -> datetime:
        """The midnight in New York before which everything of it lies."""
        return from_minute(day_begin(self.after))

    @property
    def lined(self) -> bool:
        """Whether it is short enough for a line an event."""
        return (self.after - self.first).days <= LINED_DAYS

    def is_final(self, now: datetime) -> bool:
        """Whether nothing can be written into it any more."""
        return now >= self.ends_at + SETTLING


def month_of(day: date) -> Span:
    """The month in which a day lies."""
    first = day.replace(day=1)
    return Span(first, (first + timedelta(days=31)).replace(day=1))


def year_of(day: date) -> Span:
    """The year in which a day lies."""
    return Span(date(day.year, 1, 1), date(day.year + 1, 1, 1))


def span_faults(span: Span) -> list[FieldFault]:
    """Why there is no statement of these days."""
    if span.after <= span.first:
        return [FieldFault("until", "The first day after the statement lies after its first day.")]
    if (span.after - span.first).days > MOST_DAYS:
        return [FieldFault("until", f"A statement is about {MOST_DAYS} days at most. Ask for each year.")]
    return []


def months_in(span: Span) -> Iterator[Span]:
    """The span cut where months begin, in order."""
    first = span.first
    while first < span.after:
        after = min(month_of(first).after, span.after)
        yield Span(first, after)
        first = after
