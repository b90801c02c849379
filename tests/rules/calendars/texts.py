"""Short ways to write calendar files and to read what came of them."""

from datetime import date, datetime

from marketplace.kernel.walltime import day_begin, from_minute
from providers.calendars.ics import read_calendar
from providers.calendars.rules.reading import Reading, Window

HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//Calendar//EN")
TAIL = ("END:VCALENDAR", "")
YEAR_2027 = Window(day_begin(date(2027, 1, 1)), day_begin(date(2028, 1, 1)), "America/New_York")


def event(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def calendar(*parts: str, head: tuple[str, ...] = HEAD) -> bytes:
    return "\r\n".join((*head, *parts, *TAIL)).encode()


def read(*parts: str, window: Window = YEAR_2027) -> Reading:
    return read_calendar(calendar(*parts), window)


def utc(reading: Reading) -> list[str]:
    """Busy times as `0105T1500-1600` (UTC; the year left out, the end's day where it is another)."""
    return [_words(from_minute(begin), from_minute(end)) for begin, end in reading.busy]


def _words(begin: datetime, end: datetime) -> str:
    return f"{begin:%m%dT%H%M}-{end:%H%M}" if begin.date() == end.date() else f"{begin:%m%dT%H%M}-{end:%m%dT%H%M}"
