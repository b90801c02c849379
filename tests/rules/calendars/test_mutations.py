"""One event of a calendar is damaged at random: reading never crashes, never walks on for ever, and never frees a minute of the others.

A few thousand cases here, a hundred thousand in `make soak`.
"""

from contextlib import suppress
from random import Random

import pytest

from marketplace.kernel.intervals import covers
from providers.calendars.ics import read_calendar
from providers.calendars.rules.reading import Unreadable
from tests.rules.calendars.texts import HEAD, TAIL, YEAR_2027, calendar, event

ZONE = "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"  # fmt: skip
EVENTS = (
    event("UID:1", "DTSTART;TZID=America/New_York:20270105T100000", "DTEND;TZID=America/New_York:20270105T110000", "SUMMARY:One"),
    event("UID:2", "DTSTART;TZID=Own:20270205T100000", "DURATION:PT90M", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=6", "EXDATE;TZID=Own:20270208T100000"),
    event("UID:3", "DTSTART;VALUE=DATE:20270305", "DTEND;VALUE=DATE:20270307", "TRANSP:OPAQUE"),
    event("UID:4", "DTSTART:20270405T140000Z", "DTEND:20270405T150000Z", "RRULE:FREQ=MONTHLY;BYDAY=1MO;UNTIL=20270901T000000Z", "LOCATION:Somewhere\\, 10022"),
    event("UID:5", "DTSTART;TZID=Eastern Standard Time:20270505T200000", "DTEND;TZID=Eastern Standard Time:20270506T010000", "RDATE;VALUE=PERIOD:20270520T140000Z/PT2H"),
    event("UID:6", "DTSTART:20270605T100000", "DURATION:PT1H", "STATUS:CONFIRMED", "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM"),
)  # fmt: skip
TOKENS = (
    "BEGIN:VEVENT\r\n", "END:VEVENT\r\n", "\r\n", "\r\n ", "\r", "\0", "FREQ=SECONDLY", ";INTERVAL=0", ";COUNT=1000000000", "99991231T235959Z", "00010101T000000",
    "RRULE:FREQ=MINUTELY\r\n", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n", "DTSTART:99991231\r\n", "DURATION:P999999D\r\n", "DURATION:-P1D\r\n", "RDATE:x\r\n", ";TZID=Mars",
    ";VALUE=DATE", "BEGIN:VALARM\r\n", "END:VALARM\r\n", "\u2028", '"', ":", ";", ",", "=", "-", "RECURRENCE-ID;RANGE=THISANDFUTURE:20270405T140000Z\r\n", "é", "\x0c", "\x85",
)  # fmt: skip
ALONE = [read_calendar(calendar(ZONE, one), YEAR_2027).busy for one in EVENTS]


def damage(text: str, luck: Random) -> str:
    """The same text with one to four things wrong."""
    for _ in range(luck.randint(1, 4)):
        at = luck.randrange(len(text) + 1)
        until = min(len(text), at + luck.choice((1, 1, 2, 5, 20)))
        way = luck.randrange(5)
        if way == 0:
            text = text[:at] + text[until:]
        elif way == 1:
            text = text[:at] + luck.choice(TOKENS) + text[at:]
        elif way == 2:
            text = text[:at] + chr(luck.randrange(32, 127)) + text[at + 1 :]
        elif way == 3:
            text = text[:at] + text[at:until] * luck.randint(2, 4) + text[until:]
        else:
            lines = text.split("\r\n")
            lines.insert(luck.randrange(len(lines)), lines.pop(luck.randrange(len(lines))))
            text = "\r\n".join(lines)
    return text


def check_event(seed: int) -> None:
    luck = Random(seed)
    hit = luck.randrange(len(EVENTS))
    parts = [damage(one, luck) if number == hit else one for number, one in enumerate(EVENTS)]
    try:
        reading = read_calendar(calendar(ZONE, *parts), YEAR_2027)
    except Unreadable:
        return
    for number, spans in enumerate(ALONE):
        if number != hit:
            assert all(covers(reading.busy, span) for span in spans), (seed, number, parts[hit])


def check_file(seed: int) -> None:
    luck = Random(seed)
    whole = "\r\n".join((*HEAD, ZONE, *EVENTS, *TAIL))
    content = bytearray(damage(whole, luck).encode("utf-8", "surrogatepass"))
    for _ in range(luck.randrange(4)):
        content[luck.randrange(len(content))] = luck.randrange(256)
    with suppress(Unreadable):
        read_calendar(bytes(content), YEAR_2027)


@pytest.mark.parametrize("block", range(10))
def test_damaged_events(block):
    for seed in range(block * 150, block * 150 + 150):
        check_event(seed)


@pytest.mark.parametrize("block", range(10))
def test_damaged_files(block):
    for seed in range(block * 100, block * 100 + 100):
        check_file(seed)


def test_damage_that_once_freed_a_neighbor():
    check_event(2_000_473)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("block", range(100))
def test_soak_of_damage(block):
    for seed in range(1_000_000 + block * 1000, 1_000_000 + block * 1000 + 1000):
        check_event(seed)
        check_file(seed)
