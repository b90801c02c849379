"""Dates and instants of a window of time."""

from __future__ import annotations

from datetime import datetime, timedelta

from marketplace.kernel.errors import FieldFault, Refused
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import DAY_MINUTES, day_begin, local_day, to_minute_up
from marketplace.webkit.reading import read_date, read_instant

LONGEST_DAYS = 60
USUAL_DAYS = 7
DATE_LENGTH = len("2027-01-15")


def read_window(from_text: str | None, until_text: str | None, now: datetime) -> Span:
    """The epoch minutes [from, until) of two texts, each a date (New York; the last one whole) or an instant with an offset.

    Without a beginning it begins now, without an end it lasts seven days. Raises Malformed `bad_date`, `bad_datetime`, `naive_datetime`;
    Refused `invalid` where the end does not come after the beginning, `too_long` over 60 days, `past` where all of it is over.
    """
    low = to_minute_up(now) if from_text is None else _beginning(from_text)
    high = _usual_end(low, from_text) if until_text is None else _end(until_text)
    if high <= low:
        raise _wrong("invalid", "to", "The end must come after the beginning.")
    if local_day(high - 1) - local_day(low) > timedelta(days=LONGEST_DAYS):
        raise _wrong("too_long", "to", f"Ask for at most {LONGEST_DAYS} days at a time.")
    if high <= to_minute_up(now):
        raise _wrong("past", "to", "This time is over. Choose a day from today on.")
    return low, high


def _wrong(code: str, field: str, sentence: str) -> Refused:
    return Refused(code, sentence, faults=[FieldFault(field, sentence)])


def _beginning(text: str) -> int:
    return to_minute_up(read_instant(text)) if _is_instant(text) else day_begin(read_date(text.strip()))


def _end(text: str) -> int:
    if _is_instant(text):
        return to_minute_up(read_instant(text))
    day = read_date(text.strip())
    return day_begin(day) + DAY_MINUTES if day == day.max else day_begin(day + timedelta(days=1))


def _usual_end(low: int, from_text: str | None) -> int:
    if from_text is None or _is_instant(from_text):
        return low + USUAL_DAYS * DAY_MINUTES
    day = local_day(low)
    return day_begin(day + timedelta(days=min(USUAL_DAYS, (day.max - day).days)))


def _is_instant(text: str) -> bool:
    return "T" in text or len(text.strip()) > DATE_LENGTH
