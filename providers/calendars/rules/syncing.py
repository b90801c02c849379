"""When a calendar is looked at again, which window is asked about, and when a change is too sudden to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from marketplace.kernel.intervals import Span, overlaps
from marketplace.kernel.walltime import day_begin, local_day, to_minute
from providers.calendars.rules.reading import Located, Reading, Window, coarsen
from providers.schedule.rules.outside import OutsideSpan, cut_by_place

LINK, FILE = "link", "file"
LOST_HALF, UNPLACED = "lost_half", "unplaced"
EVERY = timedelta(minutes=30)
FIRST_AGAIN, LAST_AGAIN = timedelta(minutes=5), timedelta(hours=6)
MONTHS_AHEAD = {LINK: 18, FILE: 36}
MOST_KEPT = 4_000
MOST_CALENDARS = 10
MOST_ACCOUNTS = 3
# After the end of what is known everything counts as taken, for as long as anybody could book.
UNKNOWN_DAYS = 800

FLAGS = {
    LOST_HALF: "This calendar suddenly names less than half of its busy times. They stay blocked until you say that this is right.",
    UNPLACED: "This calendar has new events whose time cannot be read. What it blocked stays blocked until you say that this is right.",
}


def window_of(kind: str, now: datetime) -> Window:
    """From yesterday's midnight to the first of a month, 18 months ahead for links and 36 for files, New York days."""
    today = local_day(to_minute(now))
    months = today.year * 12 + today.month - 1 + MONTHS_AHEAD[kind]
    last = date(months // 12, months % 12 + 1, 1)
    return Window(day_begin(today - timedelta(days=1)), day_begin(last), "America/New_York")


def next_look(now: datetime, failures: int) -> datetime:
    """Every half hour; after failures 5, 10, 20 … minutes later, six hours at most."""
    return now + (EVERY if failures == 0 else min(FIRST_AGAIN * 2 ** min(failures - 1, 10), LAST_AGAIN))


def spans_of(reading: Reading, zips: Sequence[tuple[Located, str]], known_until: int | None) -> list[OutsideSpan]:
    """What is kept of a reading: spans that do not meet, with places where they count, and all that is not known as taken."""
    placed = [OutsideSpan(one.begin_minute, one.end_minute, zip_code) for one, zip_code in zips]
    spans = [OutsideSpan(*span) for span in coarsen(reading.busy, MOST_KEPT)]
    if known_until is not None:
        spans.append(OutsideSpan(known_until, known_until + UNKNOWN_DAYS * 1440))
    return cut_by_place([*spans, *placed[:MOST_KEPT]])


def sudden_loss(old: Sequence[Span], new: Sequence[Span]) -> bool:
    """Whether more than half of the coming blocks are gone: fewer than half as many, and most of the old ones free altogether."""
    lost = sum(not any(overlaps(one, other) for other in new) for one in old)
    return len(new) * 2 < len(old) and lost * 2 > len(old)


def coming(spans: Sequence[Span], from_minute: int, until_minute: int | None) -> list[Span]:
    """Those that are not over and begin before what was not known any more."""
    return [span[:2] for span in spans if span[1] > from_minute and (until_minute is None or span[0] < until_minute)]
