"""What calendars say of a visit, as rows: how much for whom; local time unless it comes twice; one line of plain text."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.calendars.ics import feed_file, google_feed_link, outlook_feed_link, visit_file, webcal_link
from booking.calendars.rules import (
    BRIEF,
    BUSY,
    CLIENT,
    CLINIC,
    FULL,
    PROVIDER,
    VisitEvent,
    VisitLine,
    block_event,
    calendar_status,
    feed_event,
    fingerprint,
    first_name,
    on_the_wall,
    plain,
    window_at,
)
from marketplace.kernel.walltime import NEW_YORK
from tests.support.ical import lint, read, zone_offsets

NOON = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = "https://hands.test"
LINE = VisitLine(
    "u@licensedhands", "abc", "LH-7QK2M9P", 3, "confirmed", NOON, NOON + HOUR, NOON - HOUR, "clinic", 60, "Renata Solano", "Priya Natarajan",
    "Columbus Avenue Practice", "Columbus Avenue Practice, 410 Columbus Avenue, New York 10024", "Upper West Side, 10024",
)  # fmt: skip
AT_HOME = replace(LINE, setting="home", room_name=None, room=None, area="East Village, 10003")
FOR_TWO, FOR_TWO_AT_HOME = replace(LINE, beside="Ana Ruiz"), replace(AT_HOME, beside="Ana Ruiz")
TWO = "For two: Ana Ruiz gives a visit at the same time, in the same place."
TWO_BRIEF = "For two: Ana gives a visit at the same time, in the same place."
BY_PHONE = replace(LINE, setting="phone", minutes=10, room_name=None, room=None, area=None)


@pytest.mark.parametrize(
    ("line", "audience", "detail", "summary", "location", "words"),
    [
        (LINE, CLIENT, BUSY, "Busy", None, None),
        (LINE, CLIENT, BRIEF, "Visit with Renata", "Upper West Side, 10024", None),
        (LINE, CLIENT, FULL, "Visit with Renata Solano", LINE.room, "60 minutes. Reference LH-7QK2M9P."),
        (AT_HOME, CLIENT, FULL, "Visit with Renata Solano", "East Village, 10003", "60 minutes. Reference LH-7QK2M9P."),
        (LINE, PROVIDER, BUSY, "Busy", None, None),
        (LINE, PROVIDER, BRIEF, "Visit: Priya", "Upper West Side, 10024", None),
        (LINE, PROVIDER, FULL, "Visit: Priya N.", LINE.room, "At the clinic, 60 minutes. Reference LH-7QK2M9P."),
        (AT_HOME, PROVIDER, FULL, "Visit: Priya N.", "East Village, 10003", "At the client’s home, 60 minutes. Reference LH-7QK2M9P."),
        (BY_PHONE, CLIENT, BRIEF, "Call with Renata", None, None),
        (BY_PHONE, PROVIDER, FULL, "Call: Priya N.", None, "By phone, 10 minutes. Reference LH-7QK2M9P."),
        (LINE, CLINIC, BUSY, "Renata Solano: busy", "Columbus Avenue Practice", None),
        (FOR_TWO, CLIENT, BUSY, "Busy", None, None),
        (FOR_TWO, CLIENT, BRIEF, "Visit with Renata", "Upper West Side, 10024", TWO_BRIEF),
        (FOR_TWO, CLIENT, FULL, "Visit with Renata Solano", LINE.room, f"60 minutes. Reference LH-7QK2M9P. {TWO}"),
        (FOR_TWO, PROVIDER, BUSY, "Busy", None, None),
        (FOR_TWO, PROVIDER, BRIEF, "Visit: Priya", "Upper West Side, 10024", TWO_BRIEF),
        (
            FOR_TWO_AT_HOME,
            PROVIDER,
            FULL,
            "Visit: Priya N.",
            "East Village, 10003",
            f"At the client’s home, 60 minutes. Reference LH-7QK2M9P. {TWO}",
        ),
        (FOR_TWO, CLINIC, BUSY, "Renata Solano: busy", "Columbus Avenue Practice", None),
    ],
)
def test_how_much_is_said_to_whom(line, audience, detail, summary, location, words):
    event = feed_event(line, audience, detail, SITE)
    assert (event.summary, event.location, event.words) == (summary, location, words)
    assert (event.uid, event.sequence, event.starts_at, event.ends_at) == (line.uid, 3, NOON, NOON + HOUR)


@pytest.mark.parametrize(("audience", "detail"), [(CLIENT, BUSY), (PROVIDER, BUSY), (CLINIC, BUSY)])
def test_who_is_told_only_that_time_is_taken_gets_no_link_and_no_alarm(audience, detail):
    event = feed_event(LINE, audience, detail, SITE)
    assert (event.link, event.alarm) == (None, False)


def test_links_lead_to_the_readers_own_page():
    assert feed_event(LINE, CLIENT, BRIEF, SITE).link == f"{SITE}/appointments/abc"
    assert feed_event(LINE, PROVIDER, BRIEF, SITE).link == f"{SITE}/provider/appointments/abc"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("requested", "TENTATIVE"), ("confirmed", "CONFIRMED"), ("checked_in", "CONFIRMED"), ("completed", "CONFIRMED"),
        ("cancelled", "CANCELLED"), ("expired", "CANCELLED"), ("no_show", "CANCELLED"),
    ],
)  # fmt: skip
def test_every_status_has_its_word(status, told):
    assert calendar_status(status) == told
    (seen,) = read(feed_file("Visits", [feed_event(replace(LINE, status=status), CLIENT, BRIEF, SITE)]))
    assert (seen.status, seen.alarms) == (told, 0 if told == "CANCELLED" else 1)


@pytest.mark.parametrize(
    ("name", "first"), [("Priya Natarajan", "Priya"), ("  Bo ", "Bo"), ("", "Client"), (" ", "Client"), ("A\u00a0B", "A")]
)
def test_first_names(name, first):
    assert first_name(name) == first


@given(st.text(max_size=200))
def test_text_from_people_is_one_line_without_control_characters(text):
    said = plain(text) or ""
    assert said.isprintable()
    assert said.split() == "".join(char if char.isprintable() else " " for char in text).split()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=120), st.text(st.characters(exclude_categories=["Cs"]), max_size=120))
def test_whatever_people_are_called_the_file_is_well_formed(name, place):
    event = feed_event(replace(LINE, provider_name=name, area=place, beside=place or None), CLIENT, BRIEF, SITE)
    (seen,) = read(feed_file("Visits", [event]))
    assert (seen.summary, seen.location) == (event.summary, event.location)
    assert lint(visit_file(replace(event, organizer="visits@hands.test"))) == []


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        (datetime(2027, 7, 1, 22, 30, tzinfo=UTC), "2027-07-01T18:30:00-04:00"),
        (datetime(2027, 12, 1, 23, 30, tzinfo=UTC), "2027-12-01T18:30:00-05:00"),
        (datetime(2027, 3, 14, 6, 59, tzinfo=UTC), "2027-03-14T01:59:00-05:00"),
        (datetime(2027, 3, 14, 7, 0, tzinfo=UTC), "2027-03-14T03:00:00-04:00"),
        (datetime(2027, 11, 7, 4, 59, tzinfo=UTC), "2027-11-07T00:59:00-04:00"),
        (datetime(2027, 11, 7, 5, 0, tzinfo=UTC), "2027-11-07T05:00:00+00:00"),
        (datetime(2027, 11, 7, 6, 59, tzinfo=UTC), "2027-11-07T06:59:00+00:00"),
        (datetime(2027, 11, 7, 7, 0, tzinfo=UTC), "2027-11-07T02:00:00-05:00"),
    ],
)
def test_local_time_unless_the_wall_shows_it_twice(instant, written):
    (told,) = on_the_wall(instant)
    assert told == instant
    assert told.isoformat() == written


def test_a_visit_that_touches_the_repeated_hour_is_told_in_utc_on_both_ends():
    begin = datetime(2027, 11, 7, 4, 30, tzinfo=UTC)
    assert {one.tzinfo for one in on_the_wall(begin, begin + HOUR)} == {UTC}


@pytest.mark.parametrize("year", range(2026, 2038))
def test_every_quarter_hour_of_both_change_days_is_read_as_it_was_meant(year):
    changes = [
        day
        for day in (date(year, month, number) for month, low in ((3, 8), (11, 1)) for number in range(low, low + 7))
        if day.weekday() == 6
    ]
    events = []
    for day in changes:
        begin = datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)
        events += [
            VisitEvent(
                f"{day}-{nth}@x",
                0,
                "confirmed",
                begin + timedelta(minutes=15 * nth),
                begin + timedelta(minutes=15 * nth + 60),
                NOON,
                "Busy",
            )
            for nth in range(25 * 4)
        ]
    seen = read(feed_file("Visits", events))
    assert [(one.starts_at, one.ends_at) for one in seen] == [(one.starts_at, one.ends_at) for one in events]


def test_the_zone_that_goes_along_says_what_new_york_does():
    days = [datetime(2026, 1, 1, 12) + timedelta(days=number) for number in range(12 * 365 + 3)]
    wanted = [day.replace(tzinfo=NEW_YORK).utcoffset() for day in days]
    assert zone_offsets(feed_file("Visits", []), days) == wanted


def test_a_block_says_that_time_is_taken_and_no_more():
    event = block_event("b1", NOON, NOON + HOUR, NOON)
    assert (event.summary, event.location, event.words, event.link, event.alarm) == ("Busy", None, None, None, False)
    assert (event.sequence, event.status, event.changed_at) == (0, "confirmed", NOON)


def test_a_block_that_was_given_back_is_cancelled_with_a_risen_number():
    event = block_event("b1", NOON, NOON + HOUR, NOON, NOON - HOUR)
    assert (event.summary, event.sequence, event.status, event.changed_at) == ("Busy", 1, "cancelled", NOON - HOUR)


def test_the_window_is_ninety_days_back_and_thirty_for_what_was_cancelled():
    window = window_at(NOON)
    assert (NOON - window.since_at, NOON - window.ended_since_at) == (timedelta(days=90), timedelta(days=30))
    assert window.until_at - NOON > timedelta(days=366)


def test_the_fingerprint_differs_when_anything_differs():
    event = feed_event(LINE, CLIENT, BRIEF, SITE)
    others = [
        replace(event, sequence=4),
        replace(event, summary="Visit with Ana"),
        replace(event, changed_at=NOON),
        replace(event, location=None),
    ]
    marks = {fingerprint("Visits", [one]) for one in (event, *others)} | {fingerprint("Visits", []), fingerprint("Other", [event])}
    assert len(marks) == 7
    assert fingerprint("Visits", [event]) == fingerprint("Visits", [replace(event)])


def test_links_that_subscribe():
    url = "https://hands.test/calendar/abc.ics"
    assert webcal_link(url) == "webcal://hands.test/calendar/abc.ics"
    assert google_feed_link(url) == "https://calendar.google.com/calendar/render?cid=webcal%3A%2F%2Fhands.test%2Fcalendar%2Fabc.ics"
    assert outlook_feed_link(url, "Visits").endswith("url=https%3A%2F%2Fhands.test%2Fcalendar%2Fabc.ics&name=Visits")
