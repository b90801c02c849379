"""The linter finds what is wrong: a good file with one fault put in, fault by fault."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.calendars.ics import feed_file, visit_file
from booking.calendars.rules import VisitEvent
from tests.support.ical import Rising, Seen, lint

NOON = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
EVENTS = [
    VisitEvent(
        f"{name}@x",
        1,
        status,
        NOON,
        NOON + timedelta(hours=1),
        NOON,
        "Visit, of; one",
        "East Village",
        "https://x.test/a",
        "Words",
        alarm=True,
    )
    for name, status in (("one", "confirmed"), ("two", "cancelled"))
]
FEED = feed_file("Visits", EVENTS)
REQUEST = visit_file(
    VisitEvent("u@x", 0, "confirmed", NOON, NOON + timedelta(hours=1), NOON, "Visit", organizer="a@x.test", attendee="b@x.test"), "REQUEST"
)


def test_good_files_are_good():
    assert (lint(FEED), lint(REQUEST)) == ([], [])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"\r\nSUMMARY", b"\nSUMMARY", "something else than CRLF"),
        (b"END:VCALENDAR\r\n", b"END:VCALENDAR", "last line"),
        (b"LOCATION:East Village", b"LOCATION:" + b"E" * 70, "octets"),
        (b"LOCATION:East", b"LOCATION:\x07East", "control character"),
        (b"LOCATION:East", "LOCATION:\u2028East".encode(), "control character"),
        (b"LOCATION:East", b"LOCATION:\xffEast", "not UTF-8"),
        (b"LOCATION:East Village", b"Ring twice", "no property"),
        (b"UID:two@x", b"UID:one@x", "two events have the UID one@x"),
        (b"UID:one@x\r\n", b"", "VEVENT lacks UID"),
        (b"DTSTAMP:20270112T170000Z\r\n", b"", "VEVENT lacks DTSTAMP"),
        (b"DTSTAMP:20270112T170000Z", b"DTSTAMP:20270112T170000", "DTSTAMP is not in UTC"),
        (b"STATUS:CONFIRMED", b"STATUS:MAYBE", "STATUS is 'MAYBE'"),
        (b"STATUS:CONFIRMED", b"STATUS:CANCELLED", "an alarm of what is cancelled"),
        (b"SEQUENCE:1", b"SEQUENCE:-1", "SEQUENCE is no number"),
        (b"SEQUENCE:1\r\n", b"SEQUENCE:1\r\nSEQUENCE:2\r\n", "stands 2 times"),
        (b"Visit\\, of", b"Visit, of", "badly escaped"),
        (b"Visit\\, of", b"Visit\\x of", "badly escaped"),
        (b"DTSTART;TZID=America/New_York", b"DTSTART;TZID=America/Chicago", "no VTIMEZONE"),
        (b"DTSTART;TZID=America/New_York", b"DTSTART", "neither in UTC nor in a zone"),
        (b"DTSTART;TZID=America/New_York:20270112T120000", b"DTSTART:20270112T170000Z", "two kinds"),
        (b"DTEND;TZID=America/New_York:20270112T130000", b"DTEND;TZID=America/New_York:20270112T120000", "ends before it begins"),
        (b"DTSTART;TZID=America/New_York:20270112T120000", b"DTSTART;TZID=America/New_York:20271107T013000", "comes twice"),
        (b"DTSTART;TZID=America/New_York:20270112T120000", b"DTSTART;TZID=America/New_York:20270314T023000", "twice or never"),
        (b"TRIGGER:-PT1H", b"TRIGGER:soon", "TRIGGER is no duration"),
        (b"ACTION:DISPLAY\r\n", b"", "VALARM lacks ACTION"),
        (b"REFRESH-INTERVAL;VALUE=DURATION", b"REFRESH-INTERVAL", "VALUE=DURATION"),
        (b"X-PUBLISHED-TTL:PT30M\r\n", b"", "a feed lacks X-PUBLISHED-TTL"),
        (b"NAME:Visits\r\n", b"", "a feed lacks"),
        (b"VERSION:2.0\r\n", b"", "VCALENDAR lacks VERSION"),
        (b"END:VALARM\r\n", b"", "ends something else"),
        (b"BEGIN:VALARM", b"BEGIN:VTODO", "ends something else"),
        (b"SUMMARY", b"ATTACH:x\r\nSUMMARY", "ATTACH does not belong there"),
        (b"SUMMARY", b"ORGANIZER:mailto:a@x.test\r\nSUMMARY", "a feed has ORGANIZER"),
        (b"END:VCALENDAR", b"END:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR", "not one whole"),
        (b"TZOFFSETTO:-0400\r\n", b"", "DAYLIGHT lacks TZOFFSETTO"),
    ],
)
def test_a_fault_in_a_feed_is_found(old, new, words):
    assert old in FEED
    assert any(words in fault for fault in lint(FEED.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"METHOD:REQUEST", b"METHOD:PUBLISH", "PUBLISH with ATTENDEE"),
        (b"METHOD:REQUEST", b"METHOD:CANCEL", "CANCEL of what is CONFIRMED"),
        (b"STATUS:CONFIRMED", b"STATUS:CANCELLED", "REQUEST of what is CANCELLED"),
        (b'ORGANIZER;CN="Licensed Hands":mailto:a@x.test\r\n', b"", "REQUEST without ORGANIZER"),
        (b"mailto:b@x.test", b"b", "ATTENDEE is no address"),
    ],
)
def test_a_fault_in_an_invitation_is_found(old, new, words):
    assert old in REQUEST
    assert any(words in fault for fault in lint(REQUEST.replace(old, new, 1)))


def seen(sequence, status="CONFIRMED", starts_at=NOON):
    return Seen("u@x", sequence, status, starts_at, starts_at + timedelta(hours=1), "Visit", None, 1, "")


def test_a_sequence_that_falls_or_stays_is_found():
    rising = Rising()
    assert rising.look([seen(1)]) == []
    assert rising.look([seen(1)]) == []
    assert rising.look([seen(2, starts_at=NOON + timedelta(days=1))]) == []
    assert rising.look([seen(2, "CANCELLED", NOON + timedelta(days=1))]) == ["u@x: changed and SEQUENCE stayed 2"]
    assert rising.look([seen(1, "CANCELLED", NOON + timedelta(days=1))]) == ["u@x: SEQUENCE fell from 2 to 1"]
