"""Whose an event is, and many calendar objects read as one calendar."""

from dataclasses import replace

import pytest

from providers.calendars.ics import read_calendar
from tests.rules.calendars.texts import HEAD, YEAR_2027, calendar, event, utc

TIME = ("DTSTART:20270105T150000Z", "DURATION:PT1H")
OURS = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Licensed Hands//Visits//EN")
MINE = replace(YEAR_2027, own=("mine@licensedhands",))

WHOSE = {
    "one's own visit": (MINE, HEAD, ("UID:mine@licensedhands",), 0),
    "one's own visit, its UID in other letters": (MINE, HEAD, ("UID:MINE@LicensedHands",), 0),
    "one's own visit under a UID that the server gave it": (
        MINE,
        HEAD,
        ("UID:4711@server", "X-LICENSED-HANDS-VISIT:mine@licensedhands"),
        0,
    ),
    "a visit with somebody else here": (MINE, HEAD, ("UID:theirs@licensedhands",), 1),
    "a visit with somebody else, in a feed of ours": (MINE, OURS, ("UID:theirs@licensedhands",), 1),
    "a copy of somebody else's visit": (MINE, HEAD, ("UID:4711@server", "X-LICENSED-HANDS-VISIT:theirs@licensedhands"), 1),
    "an event that only says it is of this house": (MINE, HEAD, ("UID:x@licensedhands",), 1),
    "nobody in particular asks": (YEAR_2027, HEAD, ("UID:theirs@licensedhands",), 0),
    "nobody in particular asks about a feed of ours": (YEAR_2027, OURS, ("UID:whatever",), 0),
}


@pytest.mark.parametrize("case", WHOSE)
def test_whose_events_take_time(case):
    window, head, lines, taken = WHOSE[case]
    reading = read_calendar(calendar(event(*lines, *TIME), head=head), window)
    assert (len(reading.busy), reading.own) == (taken, 1 - taken)


def objects(*contents):
    return read_calendar(b"".join(contents), replace(MINE, objects=tuple(map(len, contents))))


def zone(offset):
    return "\r\n".join(
        (
            "BEGIN:VTIMEZONE",
            "TZID:Mine",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            f"TZOFFSETFROM:{offset}",
            f"TZOFFSETTO:{offset}",
            "END:STANDARD",
            "END:VTIMEZONE",
        )
    )


def test_each_object_has_zones_of_its_own():
    one = calendar(zone("-0500"), event("UID:a", "DTSTART;TZID=Mine:20270105T100000", "DURATION:PT1H"))
    two = calendar(zone("+0100"), event("UID:b", "DTSTART;TZID=Mine:20270105T100000", "DURATION:PT1H"))
    assert utc(objects(one, two)) == ["0105T0900-1000", "0105T1500-1600"]


def test_an_object_that_cannot_be_read_costs_the_others_nothing_and_is_counted():
    reading = objects(calendar(event("UID:a", *TIME)), b"<html>", calendar(event("UID:b", "DTSTART:20270105T1700", "DTEND:soon")), b"")
    assert utc(reading)[0] == "0105T1500-1600"
    assert reading.unplaced == 2
    assert [warning.split(":")[0] for warning in reading.warnings] == ["Event 2", "Event 3", "Event 4"]


def test_a_collection_without_objects_says_nothing():
    assert objects().busy == ()
