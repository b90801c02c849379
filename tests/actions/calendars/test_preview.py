"""`flask calendars preview`, and the process that reads strangers' files within its bounds."""

import json
import sys
from datetime import date

import pytest
from flask import Flask

from marketplace.kernel.walltime import day_begin
from marketplace.settings import Settings
from providers.calendars import reader_port
from providers.calendars.reader_port import read_file
from providers.calendars.rules.reading import Unreadable, Window
from tests.rules.calendars.texts import calendar, event
from tests.support.clocks import Clock
from tests.support.databases import Database, environment_of
from wsgi import create_app

WINDOW = Window(day_begin(date(2027, 1, 1)), day_begin(date(2028, 7, 1)), "America/New_York")
GOOD = event("UID:good", "DTSTART:20270105T150000Z", "DTEND:20270105T160000Z")
HOSTILE = {
    "a hundred rules by the second": [event(f"UID:{n}", "DTSTART:20270601T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY") for n in range(100)],
    "a thousand million times": [event("UID:1", "DTSTART:20270601T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY;COUNT=1000000000")],
    "an interval of nothing": [event("UID:1", "DTSTART:20270601T000000Z", "DURATION:PT1S", "RRULE:FREQ=DAILY;INTERVAL=0")],
    "until the year 9999": [event("UID:1", "DTSTART:20270601T000000Z", "DURATION:PT1S", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=99991231T235959Z")],
    "from the year 1": [event("UID:1", "DTSTART:00010101T000000Z", "DURATION:PT1S", "RRULE:FREQ=YEARLY;UNTIL=00100101T000000Z")],
    "a very long line": [event("UID:1", "SUMMARY:" + "x" * 4_000_000)],
    "a very long list of days": [event("UID:1", "DTSTART:20270601T000000Z", "RRULE:FREQ=DAILY;COUNT=1;BYMONTHDAY=" + "1," * 900_000 + "1")],
    "ten thousand levels": ["BEGIN:X-A\r\n" * 10_000 + "END:X-A\r\n" * 10_000],
}  # fmt: skip


@pytest.fixture
def sqlite_app(sqlite_database: Database, clock: Clock) -> Flask:
    return create_app(Settings.from_environment(environment_of(sqlite_database.url) | {"CLOCK_FILE": str(clock.path)}))


def preview(sqlite_app, tmp_path, content: bytes, *more: str):
    file = tmp_path / "some.ics"
    file.write_bytes(content)
    return sqlite_app.test_cli_runner().invoke(
        args=["calendars", "preview", str(file), "--from", "2027-01-01", "--to", "2027-01-31", "--json", *more]
    )


def test_busy_times_in_utc_and_warnings(sqlite_app, tmp_path):
    done = preview(sqlite_app, tmp_path, calendar(GOOD, event("UID:b", "DTSTART:20270131T230000", "DTEND:later")))
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "busy": [["2027-01-05T15:00:00Z", "2027-01-05T16:00:00Z"], ["2027-02-01T04:00:00Z", "2027-02-01T05:00:00Z"]],
        "warnings": ["Event 2: its end cannot be read; the rest of its day is kept busy."],
        "events": 2,
        "own": 0,
    }


def test_a_zone_for_times_that_name_none(sqlite_app, tmp_path):
    done = preview(sqlite_app, tmp_path, calendar(event("UID:a", "DTSTART:20270105T100000", "DURATION:PT1H")), "--tz", "Europe/Berlin")
    assert json.loads(done.stdout)["busy"] == [["2027-01-05T09:00:00Z", "2027-01-05T10:00:00Z"]]
    assert preview(sqlite_app, tmp_path, calendar(), "--tz", "Mars/Phobos").exit_code == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b"<html>Sign in</html>", "html"), (calendar(GOOD)[:60], "truncated"), (calendar() * 2, "two_calendars")],
)
def test_what_cannot_be_trusted_exits_with_2_and_a_reason(sqlite_app, tmp_path, content, code):
    done = preview(sqlite_app, tmp_path, content)
    assert (done.exit_code, done.stdout) == (2, "")
    assert json.loads(done.stderr)["error"] == code


@pytest.mark.parametrize(("first", "last"), [("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31"), ("2027-02-01", "2027-01-31")])
def test_days_that_no_calendar_is_about_are_refused_in_words(sqlite_app, tmp_path, first, last):
    (tmp_path / "some.ics").write_bytes(calendar(GOOD))
    asked = ["calendars", "preview", str(tmp_path / "some.ics"), "--from", first, "--to", last]
    done = sqlite_app.test_cli_runner().invoke(args=asked)
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (2, True)
    assert "--" in done.output


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_stay_inside_the_bounds_and_cost_the_others_nothing(name):
    reading = read_file(calendar(GOOD, *HOSTILE[name]), WINDOW)
    assert reading.busy[0] == (day_begin(date(2027, 1, 5)) + 600, day_begin(date(2027, 1, 5)) + 660)


def test_a_process_that_dawdles_is_killed(monkeypatch):
    monkeypatch.setattr(reader_port, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    with pytest.raises(Unreadable, match="too much time"):
        read_file(calendar(GOOD), WINDOW, seconds=0.2)


LIMITED = "import providers.calendars.ics.__main__ as m; m.reader.read_calendar = lambda *_: {}; m.main()"


@pytest.mark.parametrize("greed", ["bytearray(300 * 1024 * 1024)", "[1 for _ in iter(int, 1)]"])
def test_a_process_that_wants_too_much_is_stopped(monkeypatch, greed):
    monkeypatch.setattr(reader_port, "COMMAND", (sys.executable, "-c", LIMITED.format(greed)))
    with pytest.raises(Unreadable, match="too much time or memory"):
        read_file(calendar(GOOD), WINDOW)


def test_an_answer_that_is_none_is_no_calendar(monkeypatch):
    monkeypatch.setattr(reader_port, "COMMAND", (sys.executable, "-c", "print('hello')"))
    with pytest.raises(Unreadable, match="cannot be read"):
        read_file(calendar(GOOD), WINDOW)
