"""Random whole calendars, expanded here and by an independent library: the same busy minutes."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel.intervals import merge
from marketplace.kernel.walltime import day_begin, to_minute
from providers.calendars.ics import read_calendar
from providers.calendars.rules.reading import Window
from tests.rules.calendars.texts import calendar, event

FIRST, LAST = date(2027, 1, 1), date(2027, 12, 1)
WINDOW = Window(day_begin(FIRST), day_begin(LAST), "America/New_York")
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe")
# By day and at noon no zone here has a missing or repeated hour: what happens in those is told by rows of their own.
starts = st.builds(
    lambda day, hour, quarter: datetime(2027, 1, 4) + timedelta(days=day, hours=hour, minutes=15 * quarter),
    st.integers(0, 300),
    st.integers(8, 20),
    st.integers(0, 3),
)
rules = st.builds(
    lambda frequency, interval, count, by: f"FREQ={frequency};INTERVAL={interval};COUNT={count}{by.get(frequency, '')}",
    st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")),
    st.integers(1, 4),
    st.integers(1, 12),
    st.fixed_dictionaries({}, optional={"WEEKLY": st.sampled_from((";BYDAY=MO,TH", ";BYDAY=SU;WKST=SU")), "MONTHLY": st.sampled_from((";BYDAY=-1FR", ";BYMONTHDAY=1,-1", ";BYDAY=MO,TU;BYSETPOS=2"))}),
)  # fmt: skip


@st.composite
def series(draw, number: int) -> str:
    start, zone, minutes = draw(starts), draw(st.sampled_from(ZONES)), draw(st.sampled_from((15, 60, 600, 2000)))
    lines = [f"UID:{number}", f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}"]
    end = start + timedelta(minutes=minutes)
    lines.append(f"DTEND;TZID={zone}:{end:%Y%m%dT%H%M%S}" if draw(st.booleans()) and minutes < 600 else f"DURATION:PT{minutes}M")
    parts = []
    if draw(st.booleans()):
        lines.append(f"RRULE:{draw(rules)}")
        taken_out = draw(st.lists(st.integers(0, 30), max_size=3, unique=True))
        lines += [f"EXDATE;TZID={zone}:{start + timedelta(days=days):%Y%m%dT%H%M%S}" for days in taken_out]
        if draw(st.booleans()):
            day = start + timedelta(days=draw(st.integers(31, 60)))
            moved = [
                f"UID:{number}",
                f"RECURRENCE-ID;TZID={zone}:{day:%Y%m%dT%H%M%S}",
                f"DTSTART;TZID={zone}:{day + timedelta(hours=1):%Y%m%dT%H%M%S}",
                "DURATION:PT45M",
            ]
            parts.append((day, event(*moved)))
    whole = event(*lines)
    return "\r\n".join([whole, *(text for day, text in parts if f"{day:%Y%m%d}" in _days(whole))])


def _days(text: str) -> set[str]:
    """Days on which a series really has a start: a replacement of nothing is no replacement."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(calendar(text))).between(date(2026, 12, 1), date(2028, 6, 1))
    return {f"{one['DTSTART'].dt:%Y%m%d}" for one in found}


def _exact(start: datetime, end: datetime) -> tuple[int, int]:
    """The other library adds a duration on the wall; its hours and minutes are exact (RFC 5545 3.3.6), also over a change day."""
    begin = to_minute(start.astimezone(UTC))
    return begin, begin + (end.replace(tzinfo=None) - start.replace(tzinfo=None)) // timedelta(minutes=1)


def by_another(content: bytes) -> list[tuple[int, int]]:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(content)).between(date(2026, 12, 30), date(2027, 12, 5))
    spans = [_exact(one["DTSTART"].dt, one["DTEND"].dt) for one in found]
    return merge((max(begin, WINDOW.from_minute), min(end, WINDOW.until_minute)) for begin, end in spans)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 4))
def test_two_libraries_say_the_same(data, count):
    content = calendar(*(data.draw(series(number)) for number in range(count)))
    assert list(read_calendar(content, WINDOW).busy) == by_another(content)
