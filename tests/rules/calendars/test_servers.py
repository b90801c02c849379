"""Events of Google and Graph as calendar objects, visits as they take them, and what OAuth gives: no network, no database."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.calendars.ics.reader import read_calendar
from providers.calendars.rules import google, graph
from providers.calendars.rules.copies import Shown, event_id
from providers.calendars.rules.oauth import CONSENT_FOR, Grant, challenge_of, missing_scopes, read_grant
from providers.calendars.rules.reading import Window

FIRST = datetime(2027, 3, 10, tzinfo=UTC)
NOW = datetime(2027, 1, 12, 17, tzinfo=UTC)
SHOWN = Shown(FIRST + timedelta(hours=14), FIRST + timedelta(hours=15), "Visit: Ann", "East Village, 10003", "60 minutes.", 60)
UID = "0123@licensedhands"


def minutes(objects, own=()):
    """What is busy, as hours since midnight (UTC) of the first day."""
    begin = int(FIRST.timestamp()) // 60
    window = Window(begin, begin + 10 * 1440, "America/New_York", own, tuple(map(len, objects)))
    reading = read_calendar(b"".join(objects), window)
    return [((low - begin) / 60, (high - begin) / 60) for low, high in reading.busy], reading.own, reading.unplaced


def at_google(**more):
    return {"id": "abc", "iCalUID": "abc@google.com", "start": {"dateTime": "2027-03-10T09:00:00-05:00"}, "end": {"dateTime": "2027-03-10T10:00:00-05:00"}} | more  # fmt: skip


def at_graph(**more):
    times = {side: {"dateTime": f"2027-03-10T{hour}:00:00.0000000", "timeZone": "UTC"} for side, hour in (("start", 14), ("end", 15))}
    return {"id": "AAMk=", "iCalUId": "0400", "showAs": "busy", "isAllDay": False, "isCancelled": False, "originalStartTimeZone": "Eastern Standard Time"} | times | more  # fmt: skip


@pytest.mark.parametrize(
    ("event", "busy"),
    [
        (at_google(), [(14, 15)]),
        (at_google(transparency="transparent"), []),
        (at_google(transparency="opaque", status="tentative"), [(14, 15)]),
        (at_google(status="cancelled"), []),
        (at_google(attendees=[{"self": True, "responseStatus": "declined"}]), []),
        (at_google(attendees=[{"self": True, "responseStatus": "needsAction"}]), [(14, 15)]),
        (at_google(attendees=[{"responseStatus": "declined"}]), [(14, 15)]),  # somebody else said no
        (at_google(start={"dateTime": "2027-03-10T09:00:00", "timeZone": "America/New_York"}), [(14, 15)]),
        (at_google(start={"date": "2027-03-11"}, end={"date": "2027-03-12"}), [(32, 56)]),  # a day in Los Angeles
        (at_google(start={"date": "2027-03-13"}, end={"date": "2027-03-15"}), [(80, 127)]),  # 47 hours: clocks change there
        (at_google(end={}), [(14, 24)]),  # the rest of the day that its time is told in
        (at_google(end={"dateTime": "later"}), [(14, 24)]),
    ],
)
def test_when_an_event_of_googles_takes_time(event, busy):
    assert minutes(google.read_events([event], "America/Los_Angeles"))[0] == busy


@pytest.mark.parametrize(
    ("event", "busy"),
    [
        (at_graph(), [(14, 15)]),
        (at_graph(showAs="free"), []),
        (at_graph(showAs="tentative"), [(14, 15)]),
        (at_graph(showAs="workingElsewhere"), [(14, 15)]),  # in doubt it takes time
        (at_graph(isCancelled=True), []),
        (at_graph(responseStatus={"response": "declined"}), []),
        (at_graph(responseStatus={"response": "none"}), [(14, 15)]),
        (at_graph(isAllDay=True, originalStartTimeZone="Pacific Standard Time", start={"dateTime": "2027-03-11T00:00:00.0000000", "timeZone": "UTC"}, end={"dateTime": "2027-03-12T00:00:00.0000000", "timeZone": "UTC"}), [(32, 56)]),
        (at_graph(start={"dateTime": "2027-03-10T09:00:00.0000000", "timeZone": "Eastern Standard Time"}), [(14, 15)]),
    ],
)  # fmt: skip
def test_when_an_event_of_graphs_takes_time(event, busy):
    assert minutes(graph.read_events([event]))[0] == busy


@pytest.mark.parametrize(
    "broken", [None, 7, "x", [], {}, {"start": 7, "end": 8}, {"start": {"dateTime": 7}}, {"start": {"dateTime": "soon"}}]
)
def test_one_that_is_broken_is_counted_and_costs_the_others_nothing(broken):
    for objects in (google.read_events([broken, at_google()], "America/New_York"), graph.read_events([broken, at_graph()])):
        assert minutes(objects) == ([(14, 15)], 0, 1)


@pytest.mark.parametrize("mean", ["x\r\nDTSTART:20270311T000000Z", "x\nEND:VEVENT", "x\x00\x85\u2028y", "x" * 5000])
def test_no_word_of_a_strangers_becomes_a_line(mean):
    for objects in (
        google.read_events([at_google(iCalUID=mean, start={"dateTime": "2027-03-10T14:00:00Z", "timeZone": mean})], mean),
        graph.read_events([at_graph(iCalUId=mean, originalStartTimeZone=mean)]),
    ):
        assert minutes(objects)[0] == [(14, 15)]
        assert objects[0].count(b"\r\n") == 11 - (b"STATUS" not in objects[0])
        assert max(map(len, objects[0].split(b"\r\n"))) < 400


def test_ours_are_known_by_our_mark_and_those_of_others_are_not():
    ours = google.visit_body(UID, SHOWN) | {"id": event_id(UID), "iCalUID": "given@google.com"}
    assert minutes(google.read_events([ours], ""), (UID,)) == ([], 1, 0)
    assert minutes(google.read_events([ours], ""), ("another@licensedhands",)) == ([(14, 15)], 0, 0)
    assert minutes(google.read_events([at_google(iCalUID=UID.upper())], ""), (UID,)) == ([], 1, 0)
    told = at_graph(singleValueExtendedProperties=[{"id": graph.PROPERTY, "value": UID}])
    assert minutes(graph.read_events([told]), (UID,)) == ([], 1, 0)
    assert minutes(graph.read_events([told]), ()) == ([(14, 15)], 0, 0)


def test_an_id_is_always_the_same_and_what_google_takes():
    assert event_id(UID) == event_id(UID) != event_id(UID + "x")
    assert set(event_id(UID)) <= set("0123456789abcdefghijklmnopqrstuv")


def test_what_is_written_invites_nobody_and_is_private():
    one, two = google.visit_body(UID, SHOWN), graph.visit_body(UID, SHOWN)
    assert (one["visibility"], two["sensitivity"]) == ("private", "private")
    assert not {"attendees", "guests"} & {*one, *two}
    quiet = Shown(SHOWN.starts_at, SHOWN.ends_at, "Busy")
    assert google.visit_body(UID, quiet)["reminders"] == {"useDefault": False, "overrides": []}
    assert graph.visit_body(UID, quiet)["isReminderOn"] is False


def test_the_proof_is_that_of_the_standard():
    """The example in RFC 7636, appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        ({"access_token": "a", "refresh_token": "r", "expires_in": 3600}, Grant("r", "a", NOW + timedelta(hours=1))),
        ({"access_token": "a", "expires_in": "3600"}, Grant("kept", "a", NOW + timedelta(hours=1))),
        ({"access_token": "a"}, Grant("kept", "a", NOW + timedelta(minutes=1))),
        ({"access_token": "a", "expires_in": -5}, Grant("kept", "a", NOW + timedelta(minutes=1))),
        ({"access_token": "a", "expires_in": 10**8}, Grant("kept", "a", NOW + timedelta(days=1))),
        ({"refresh_token": "r"}, None),
        ({"access_token": "two\nlines"}, None),
        ({"access_token": ["a"]}, None),
        ({"access_token": "a" * 9000}, None),
        ([], None),
        (None, None),
    ],
)
def test_what_an_answer_gives(answer, given):
    assert read_grant(answer, NOW, "kept") == given


def test_an_answer_without_a_token_to_keep_is_none():
    assert read_grant({"access_token": "a"}, NOW) is None


def test_a_token_that_is_nearly_over_is_over():
    grant = Grant("r", "a", NOW)
    assert grant.good_at(NOW - timedelta(minutes=2))
    assert not grant.good_at(NOW - timedelta(minutes=1))
    assert not Grant("r").good_at(NOW)
    assert "r" not in repr(Grant("rrr", "aaa")).replace("Grant", "").replace("access_until", "")
    assert timedelta(minutes=10) <= CONSENT_FOR <= timedelta(minutes=30)


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        ("https://x/auth/one https://x/auth/two", []),
        ("https://x/auth/one", ["https://x/auth/two"]),
        ("openid one TWO", []),
        (None, []),
        ("", []),
        (7, []),
    ],
)
def test_what_was_not_allowed(scope, missing):
    assert missing_scopes({"scope": scope}, ("https://x/auth/one", "https://x/auth/two", "offline_access")) == missing
