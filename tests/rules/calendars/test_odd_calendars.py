"""A corpus of odd calendars: what programs in the wild write, and what is made of it. Times are UTC; winter in New York is UTC-5."""

from datetime import date

import pytest

from marketplace.kernel.walltime import day_begin
from providers.calendars.ics import read_calendar
from providers.calendars.rules.reading import Unreadable, Window
from tests.rules.calendars.texts import HEAD, YEAR_2027, calendar, event, read, utc

TEN = "DTSTART;TZID=America/New_York:20270105T100000"
HOUR = "DURATION:PT1H"
OUTLOOK_ZONE = "BEGIN:VTIMEZONE\r\nTZID:Customized Time Zone\r\nBEGIN:STANDARD\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"  # fmt: skip
FIXED_ZONE = "BEGIN:VTIMEZONE\r\nTZID:Ship\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:-0330\r\nTZOFFSETTO:-0330\r\nEND:STANDARD\r\nEND:VTIMEZONE"  # fmt: skip
ENDLESS_ZONE = FIXED_ZONE.replace("TZOFFSETFROM", "RRULE:FREQ=SECONDLY\r\nTZOFFSETFROM")

UNDERSTOOD = {
    "a zone by its IANA name": ([event(TEN, "DTEND;TZID=America/New_York:20270105T113000")], ["0105T1500-1630"]),
    "the end in another zone": ([event(TEN, "DTEND;TZID=Europe/Berlin:20270105T170000")], ["0105T1500-1600"]),
    "a Windows zone": ([event("DTSTART;TZID=Eastern Standard Time:20270105T100000", HOUR)], ["0105T1500-1600"]),
    "a Windows zone in quotes": ([event('DTSTART;TZID="W. Europe Standard Time":20270105T100000', HOUR)], ["0105T0900-1000"]),
    "small letters": (["begin:vevent\r\ndtstart;tzid=america/new_york:20270105t100000\r\nduration:pt1h\r\nend:vevent"], ["0105T1500-1600"]),
    "a zone behind a vendor's name": ([event("DTSTART;TZID=/freeassociation.sourceforge.net/America/New_York:20270105T100000", HOUR)], ["0105T1500-1600"]),
    "a zone as menus show it": ([event('DTSTART;TZID="(UTC-05:00) Eastern Time (US & Canada)":20270105T100000', HOUR)], ["0105T1500-1600"]),
    "an offset as a zone": ([event("DTSTART;TZID=GMT-0500:20270105T100000", HOUR)], ["0105T1500-1600"]),
    "Outlook's word for UTC": ([event("DTSTART;TZID=tzone://Microsoft/Utc:20270105T150000", HOUR)], ["0105T1500-1600"]),
    "a zone of its own since 1601, winter": ([OUTLOOK_ZONE, event("DTSTART;TZID=Customized Time Zone:20270105T100000", HOUR)], ["0105T1500-1600"]),
    "a zone of its own since 1601, summer": ([OUTLOOK_ZONE, event("DTSTART;TZID=Customized Time Zone:20270705T100000", HOUR)], ["0705T1400-1500"]),
    "a zone that stands after its events": ([event("DTSTART;TZID=Ship:20270105T100000", HOUR), FIXED_ZONE], ["0105T1330-1430"]),
    "a floating time": ([event("DTSTART:20270105T100000", HOUR)], ["0105T1500-1600"]),
    "a time in UTC": ([event("DTSTART:20270105T150000Z", "DTEND:20270105T153000Z")], ["0105T1500-1530"]),
    "a whole day": ([event("DTSTART;VALUE=DATE:20270105", "DTEND;VALUE=DATE:20270106")], ["0105T0500-0106T0500"]),
    "a whole day without an end": ([event("DTSTART;VALUE=DATE:20270105")], ["0105T0500-0106T0500"]),
    "a whole day whose end is its beginning": ([event("DTSTART;VALUE=DATE:20270105", "DTEND;VALUE=DATE:20270105")], ["0105T0500-0106T0500"]),
    "a day of 23 hours": ([event("DTSTART;VALUE=DATE:20270314")], ["0314T0500-0315T0400"]),
    "a day of 25 hours": ([event("DTSTART;VALUE=DATE:20271107")], ["1107T0400-1108T0500"]),
    "a time in the missing hour counts on from before": ([event("DTSTART;TZID=America/New_York:20270314T023000", HOUR)], ["0314T0730-0830"]),
    "the first pass of the repeated hour": ([event("DTSTART;TZID=America/New_York:20271107T013000", "DURATION:PT15M")], ["1107T0530-0545"]),
    "an end in the second pass": ([event("DTSTART;TZID=America/New_York:20271107T014500", "DTEND;TZID=America/New_York:20271107T011500")], ["1107T0545-0615"]),
    "a beginning in the missing hour lasts as long as it is written": ([event("DTSTART;TZID=America/New_York:20270314T023000", "DTEND;TZID=America/New_York:20270314T033000")], ["0314T0730-0830"]),
    "a beginning in the missing hour, an end later": ([event("DTSTART;TZID=America/New_York:20270314T020000", "DTEND;TZID=America/New_York:20270314T040000")], ["0314T0700-0900"]),
    "all of it in the missing hour": ([event("DTSTART;TZID=America/New_York:20270314T020000", "DTEND;TZID=America/New_York:20270314T024500")], ["0314T0700-0745"]),
    "a beginning long before there were zones ends when it says": ([event("DTSTART;TZID=America/New_York:18000101T000000", "DTEND;TZID=America/New_York:20270105T100000")], ["0101T0500-0105T1500"]),
    "an end in the missing hour": ([event("DTSTART;TZID=America/New_York:20270314T010000", "DTEND;TZID=America/New_York:20270314T023000")], ["0314T0600-0730"]),
    "an end on the wall's second pass of a beginning in UTC": ([event("DTSTART:20271107T053000Z", "DTEND;TZID=America/New_York:20271107T013000")], ["1107T0530-0630"]),
    "a day's length over a change counts on the wall": ([event("DTSTART;TZID=America/New_York:20270313T100000", "DURATION:P1D")], ["0313T1500-0314T1400"]),
    "24 hours over a change count exactly": ([event("DTSTART;TZID=America/New_York:20270313T100000", "DURATION:PT24H")], ["0313T1500-0314T1500"]),
    "an evening that repeats keeps its hour over the change": ([event("DTSTART;TZID=America/New_York:20271106T200000", HOUR, "RRULE:FREQ=DAILY;COUNT=2")], ["1107T0000-0100", "1108T0100-0200"]),
    "no end takes no time": ([event(TEN)], []),
    "weeks": ([event("DTSTART;VALUE=DATE:20270105", "DURATION:P1W")], ["0105T0500-0112T0500"]),
    "transparent": ([event(TEN, HOUR, "TRANSP:TRANSPARENT")], []),
    "cancelled": ([event(TEN, HOUR, "STATUS:CANCELLED")], []),
    "tentative is busy": ([event(TEN, HOUR, "STATUS:TENTATIVE")], ["0105T1500-1600"]),
    "free in Outlook's own words": ([event(TEN, HOUR, "X-MICROSOFT-CDO-BUSYSTATUS:FREE")], []),
    "seconds are rounded outward": ([event("DTSTART:20270105T150030Z", "DTEND:20270105T153001Z")], ["0105T1500-1531"]),
    "touching events are one": ([event(TEN, HOUR), event("DTSTART:20270105T160000Z", HOUR)], ["0105T1500-1700"]),
    "taken out by EXDATE": ([event(TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=America/New_York:20270106T100000")], ["0105T1500-1600", "0107T1500-1600"]),
    "taken out in UTC": ([event(TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20270106T150000Z")], ["0105T1500-1600", "0107T1500-1600"]),
    "taken out by a day": ([event(TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20270106")], ["0105T1500-1600", "0107T1500-1600"]),
    "several taken out in one line": ([event(TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=America/New_York:20270106T100000,20270107T100000")], ["0105T1500-1600", "0108T1500-1600"]),
    "further dates": ([event(TEN, HOUR, "RDATE;TZID=America/New_York:20270110T100000,20270112T120000")], ["0105T1500-1600", "0110T1500-1600", "0112T1700-1800"]),
    "a further period": ([event(TEN, HOUR, "RDATE;VALUE=PERIOD:20270110T150000Z/PT3H")], ["0105T1500-1600", "0110T1500-1800"]),
    "an override moves one date": ([event("UID:a", TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=3"), event("UID:a", "RECURRENCE-ID;TZID=America/New_York:20270106T100000", "DTSTART;TZID=America/New_York:20270106T180000", HOUR)], ["0105T1500-1600", "0106T2300-0107T0000", "0107T1500-1600"]),
    "an override before its series": ([event("UID:a", "RECURRENCE-ID:20270106T150000Z", "DTSTART:20270106T230000Z", HOUR), event("UID:a", TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=2")], ["0105T1500-1600", "0106T2300-0107T0000"]),
    "one date cancelled": ([event("UID:a", TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=3"), event("UID:a", "RECURRENCE-ID;TZID=America/New_York:20270106T100000", "DTSTART;TZID=America/New_York:20270106T100000", "STATUS:CANCELLED")], ["0105T1500-1600", "0107T1500-1600"]),
    "one date free": ([event("UID:a", TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=2"), event("UID:a", "RECURRENCE-ID;TZID=America/New_York:20270106T100000", "DTSTART;TZID=America/New_York:20270106T100000", HOUR, "TRANSP:TRANSPARENT")], ["0105T1500-1600"]),
    "this and future": ([event("UID:a", TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=4"), event("UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/New_York:20270107T100000", "DTSTART;TZID=America/New_York:20270107T120000", "DURATION:PT2H")], ["0105T1500-1600", "0106T1500-1600", "0107T1700-1900", "0108T1700-1900"]),
    "an override without its series": ([event("UID:a", "RECURRENCE-ID:20270106T150000Z", "DTSTART:20270106T230000Z", HOUR)], ["0106T2300-0107T0000"]),
    "UNTIL as a day holds the whole day": ([event(TEN, HOUR, "RRULE:FREQ=DAILY;UNTIL=20270106")], ["0105T1500-1600", "0106T1500-1600"]),
    "whole days that repeat": ([event("DTSTART;VALUE=DATE:20270105", "RRULE:FREQ=WEEKLY;COUNT=2")], ["0105T0500-0106T0500", "0112T0500-0113T0500"]),
    "busy times without events": (["BEGIN:VFREEBUSY\r\nFREEBUSY;FBTYPE=BUSY:20270105T150000Z/PT1H,20270105T170000Z/20270105T180000Z\r\nFREEBUSY;FBTYPE=FREE:20270105T200000Z/PT1H\r\nEND:VFREEBUSY"], ["0105T1500-1600", "0105T1700-1800"]),
    "a to-do takes no time": (["BEGIN:VTODO\r\nDTSTART:20270105T150000Z\r\nDUE:20270105T160000Z\r\nEND:VTODO"], []),
    "an alarm's own length is not the event's": ([event(TEN, HOUR, "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDURATION:PT9H\r\nREPEAT:2\r\nEND:VALARM")], ["0105T1500-1600"]),
    "folded in the middle of a word": (["BEGIN:VEVENT\r\nDTSTART;TZID=America/Ne\r\n w_York:2027010\r\n\t5T100000\r\nDURATION:PT1H\r\nEND:VEVENT"], ["0105T1500-1600"]),
    "a note broken without folding": ([event("DESCRIPTION:first", "second line, 10 o'clock", TEN, HOUR)], ["0105T1500-1600"]),
    "empty lines in between": ([event(TEN, "", "", HOUR)], ["0105T1500-1600"]),
    "dashes and colons": ([event("DTSTART:2027-01-05T10:00:00-05:00", "DTEND:2027-01-05T11:00:00-05:00")], ["0105T1500-1600"]),
    "a whole day in UTC to its last minute": ([event("DTSTART:20270105T000000Z", "DTEND:20270105T240000Z")], ["0105T0000-0106T0000"]),
    "a rule that names no day at all": ([event(TEN, HOUR, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")], ["0105T1500-1600"]),
    "over the end of the window": ([event("DTSTART:20271231T000000Z", "DTEND:20280301T000000Z")], ["1231T0000-0101T0500"]),
    "over all of the window": ([event("DTSTART:19990101T000000Z", "DTEND:20990101T000000Z")], ["0101T0500-0101T0500"]),
    "before the window": ([event("DTSTART:19260101T000000Z", "DTEND:19270101T000000Z")], []),
}  # fmt: skip


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_what_is_understood(name):
    parts, expected = UNDERSTOOD[name]
    reading = read(*parts)
    assert utc(reading) == expected
    assert reading.warnings == ()


IN_DOUBT = {
    "an end that cannot be read": ([event(TEN, "DTEND:soon")], ["0105T1500-0106T0500"]),
    "an end before its beginning": ([event(TEN, "DTEND;TZID=America/New_York:20270105T090000")], ["0105T1500-0106T0500"]),
    "a length that cannot be read": ([event(TEN, "DURATION:an hour")], ["0105T1500-0106T0500"]),
    "one end of two that cannot be read": ([event(TEN, "DTEND:20270107T010000Z", "DURATION:PTYH")], ["0105T1500-0107T0100"]),
    "a damaged BEGIN that runs into the END before": ([event(TEN, HOUR) + "\r\n:VEVENT\r\nUID:b\r\nDTSTART:20270106T150000Z\r\nDURATION:PT1H\r\nEND:VEVENT"], ["0105T1500-1600", "0106T1500-1600"]),
    "a negative length": ([event(TEN, "DURATION:-PT1H")], ["0105T1500-0106T0500"]),
    "a beginning that names its day alone": ([event("DTSTART:2027/01/05 at ten", HOUR)], ["0105T0500-0106T0500"]),
    "a beginning that is lost": ([event("DTSTXRT:20270105T100000", "DTEND:20270106T110000Z")], ["0106T0500-0107T0500"]),
    "a day that does not exist": ([event("DTSTART:20270230T100000", "DTEND:20270302T110000Z")], ["0302T0500-0303T0500"]),
    "a zone nobody knows": ([event("DTSTART;TZID=Mars/Phobos:20270105T100000", HOUR)], ["0105T0500-0106T0500"]),
    "a zone whose rules never end": ([ENDLESS_ZONE, event("DTSTART;TZID=Ship:20270105T100000", HOUR)], ["0105T0500-0106T0500"]),
    "a zone without rules": (["BEGIN:VTIMEZONE\r\nTZID:Ship\r\nEND:VTIMEZONE", event("DTSTART;TZID=Ship:20270105T100000", HOUR)], ["0105T0500-0106T0500"]),
    "an interval of nothing": ([event(TEN, HOUR, "RRULE:FREQ=WEEKLY;INTERVAL=0;COUNT=2")], ["0105T1500-1600", "0112T1500-1600"]),
    "an interval that is a word": ([event(TEN, HOUR, "RRULE:FREQ=WEEKLY;INTERVAL=two;COUNT=2")], ["0105T1500-1600", "0112T1500-1600"]),
    "a frequency nobody knows": ([event(TEN, HOUR, "RRULE:FREQ=FORTNIGHTLY;UNTIL=20270107T150000Z")], ["0105T1500-1600", "0106T1500-1600", "0107T1500-1600"]),
    "hours that cannot be read": ([event(TEN, HOUR, "RRULE:FREQ=DAILY;BYHOUR=noon;UNTIL=20270106T235959Z")], ["0105T0500-0107T0500"]),
    "a day taken out that cannot be read": ([event(TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:tomorrow")], ["0105T1500-1600", "0106T1500-1600"]),
    "which date it replaces cannot be read": ([event("UID:a", TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=2"), event("UID:a", "RECURRENCE-ID:x", "DTSTART:20270106T200000Z", HOUR)], ["0105T1500-1600", "0106T1500-1600", "0106T2000-2100"]),
    "a replacement whose beginning is lost leaves the date": ([event("UID:a", TEN, HOUR, "RRULE:FREQ=DAILY;COUNT=2"), event("UID:a", "RECURRENCE-ID;TZID=America/New_York:20270106T100000", "DTSTART:?", HOUR)], ["0105T1500-1600", "0106T0500-0107T0500"]),
    "no END between two events": ([f"BEGIN:VEVENT\r\n{TEN}\r\n{HOUR}\r\nBEGIN:VEVENT\r\nDTSTART:20270106T150000Z\r\n{HOUR}\r\nEND:VEVENT"], ["0105T1500-1600", "0106T1500-1600"]),
    "no BEGIN": ([f"{TEN}\r\n{HOUR}\r\nEND:VEVENT", event("DTSTART:20270106T150000Z", HOUR)], ["0105T1500-1600", "0106T1500-1600"]),
    "a damaged BEGIN": ([f"BEGIN:VEVXNT\r\n{TEN}\r\n{HOUR}\r\nEND:VEVXNT"], ["0105T1500-1600"]),
    "two beginnings": ([event(TEN, HOUR, "DTSTART:20270106T150000Z")], ["0105T1500-1600", "0106T1500-1600"]),
    "a rule whose name is damaged": ([event(TEN, HOUR, "RRVLE:FREQ=DAILY;COUNT=2")], ["0105T1500-1600", "0106T1500-1600"]),
    "every second for ever": ([event("DTSTART:20271231T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY")], ["1231T0000-0101T0500"]),
    "a thousand million times": ([event("DTSTART:20271231T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY;COUNT=1000000000")], ["1231T0000-0101T0500"]),
    "every second of all days by parts": ([event("DTSTART:20271231T000000Z", "DURATION:PT1S", "RRULE:FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60))) + ";BYSECOND=" + ",".join(map(str, range(60))))], ["1231T0000-0101T0500"]),
}  # fmt: skip
QUIET = {"a rule whose name is damaged"}


@pytest.mark.parametrize("name", IN_DOUBT)
def test_what_is_in_doubt_takes_more_time_and_says_so(name):
    parts, expected = IN_DOUBT[name]
    reading = read(*parts)
    assert utc(reading) == expected
    assert bool(reading.warnings) == (name not in QUIET)


@pytest.mark.parametrize("name", IN_DOUBT)
def test_a_bad_event_costs_the_others_nothing(name):
    parts, expected = IN_DOUBT[name]
    expected = ["0601T1400-1500", *expected] if "1231T0000-0101T0500" in expected else [*expected, "0601T1400-1500"]
    assert utc(read(*parts, event("UID:good", "DTSTART:20270601T140000Z", HOUR))) == expected
    assert utc(read(event("UID:good", "DTSTART:20270601T140000Z", HOUR), *parts)) == expected


def test_an_event_without_any_day_is_counted_and_told():
    reading = read(event("DTSTART:nobody knows", "DTEND:either"), event(TEN, HOUR))
    assert (utc(reading), reading.unplaced) == (["0105T1500-1600"], 1)
    assert reading.warnings == ("Event 1: its beginning cannot be read and it names no day; it is left out.",)


REFUSED = {
    "nothing": (b"", "empty"),
    "blanks": (b" \r\n\r\n", "empty"),
    "a page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "html"),
    "a page after blanks": (b"\r\n <html>", "html"),
    "words": (b"Not Found", "no_calendar"),
    "an event alone": (event(TEN, HOUR).encode(), "no_calendar"),
    "broken off": (calendar(event(TEN, HOUR))[:-20], "truncated"),
    "broken off in an event": (calendar(event(TEN, HOUR))[:90], "truncated"),
    "two calendars": (calendar(event(TEN, HOUR)) * 2, "two_calendars"),
    "a calendar in a calendar": (calendar("BEGIN:VCALENDAR"), "two_calendars"),
    "half a UTF-16 letter": (calendar(event(TEN)).decode().encode("utf-16")[:-1], "undecodable"),
    "more than five megabytes": (calendar(event("DESCRIPTION:" + "x" * 5_300_000)), "too_large"),
    "too many events": (calendar("BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 50_001), "too_many_events"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trusted_is_refused(name):
    content, reason = REFUSED[name]
    with pytest.raises(Unreadable) as refused:
        read_calendar(content, YEAR_2027)
    assert refused.value.code == reason


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"])
@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r"])
def test_any_encoding_and_any_line_end(codec, breaks):
    text = calendar(event("SUMMARY:Café", TEN, HOUR)).decode().replace("\r\n", breaks)
    assert utc(read_calendar(text.encode(codec), YEAR_2027)) == ["0105T1500-1600"]


def test_a_calendar_without_events_is_one():
    assert read().busy == ()


def test_our_own_visits_are_left_out_whoever_sends_them_back():
    ours = event("UID:abc@licensedhands", TEN, HOUR)
    theirs = event("UID:abc@example.com", "DTSTART:20270106T150000Z", HOUR)
    reading = read(ours, theirs)
    assert (utc(reading), reading.own) == (["0106T1500-1600"], 1)
    head = (HEAD[0], HEAD[1], "PRODID:-//Licensed Hands//Visits//EN")
    assert read_calendar(calendar(theirs, head=head), YEAR_2027).busy == ()


def test_a_zone_for_times_without_one():
    window = Window(YEAR_2027.from_minute, YEAR_2027.until_minute, "Europe/Berlin")
    assert utc(read(event("DTSTART:20270105T100000", HOUR), window=window)) == ["0105T0900-1000"]


def test_what_goes_on_after_the_window_is_said():
    assert read(event(TEN, HOUR, "RRULE:FREQ=YEARLY")).endless
    assert not read(event(TEN, HOUR, "RRULE:FREQ=YEARLY;UNTIL=20270601T000000Z")).endless
    assert not read(event(TEN, HOUR)).endless
    assert read(event("DTSTART:20300101T000000Z", HOUR, "RRULE:FREQ=DAILY")).endless


def test_places_come_along():
    reading = read(event(TEN, HOUR, "LOCATION:120 E 56th St\\, New York\\, NY 10022"))
    assert [one.location for one in reading.located] == ["120 E 56th St, New York, NY 10022"]


def test_an_old_series_is_followed_into_the_window():
    week = Window(day_begin(date(2027, 6, 7)), day_begin(date(2027, 6, 9)), "America/New_York")
    reading = read(event("DTSTART;TZID=America/New_York:19980105T200000", HOUR, "RRULE:FREQ=DAILY"), window=week)
    assert utc(reading) == ["0608T0000-0100", "0609T0000-0100"]
