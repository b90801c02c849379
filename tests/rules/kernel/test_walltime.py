"""Wall time and instants: change days, other zones, odd offsets, and no trace of the process's own zone."""

import itertools
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import walltime
from marketplace.kernel.walltime import (
    NEW_YORK,
    day_span,
    eras,
    from_minute,
    local_day,
    offset_minutes,
    steady_offset,
    to_minute,
    to_minute_up,
    wall_instant,
    wall_minute_of_day,
    wall_spans,
)

ABROAD = [
    ZoneInfo(key)
    for key in ("Europe/London", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata", "Pacific/Chatham", "America/Santiago")
]
SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)
HOURS = [(540, 1080), (1080, 1560), (1320, 1800), (60, 300), (90, 300), (0, 1440), (135, 165), (0, 90), (60, 120), (120, 180), (1410, 2880)]
minutes = st.integers(to_minute(datetime(1999, 1, 1, tzinfo=UTC)), to_minute(datetime(2090, 1, 1, tzinfo=UTC)))
zones = st.sampled_from([NEW_YORK, *ABROAD])


def utc(text):
    return to_minute(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.fixture(params=["America/New_York", "UTC", "Asia/Tokyo", "Australia/Lord_Howe"])
def process_zone(request):
    """The process pretends to live elsewhere, with nothing remembered from before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        walltime._block.cache_clear()
        walltime.day_begin.cache_clear()
        yield request.param
    time.tzset()


def change_days(zone, years):
    days = [date(year, 1, 1) + timedelta(days=n) for year in years for n in range(365)]
    return [day for day in days if len({offset_at(day, zone), offset_at(day + timedelta(days=1), zone)}) == 2]


def offset_at(day, zone):
    return datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()


def check_every_minute(day, zone):
    """Walks from the noon before with zoneinfo and holds every function against what it shows."""
    midnight = (day.toordinal() - date(1970, 1, 1).toordinal()) * 1440
    spans = [wall_spans(day, *hours, zone) for hours in HOURS]
    begin, end = day_span(day, zone)
    for minute in range(midnight - 720, midnight + 2880 + 720):
        wall = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).astimezone(zone)
        of_day = wall.hour * 60 + wall.minute
        assert wall_minute_of_day(minute, zone) == of_day
        assert offset_minutes(minute, zone) == wall.utcoffset() // timedelta(minutes=1)
        assert local_day(minute, zone) == wall.date()
        assert (wall.date() == day) == (begin <= minute < end)
        shown = (wall.date() - day).days * 1440 + of_day
        for (opens, closes), open_spans in zip(HOURS, spans, strict=True):
            assert (opens <= shown < closes) == any(low <= minute < high for low, high in open_spans), (minute, opens, closes)


def test_every_minute_of_new_yorks_change_days_until_2037_in_any_process_zone(process_zone):
    days = change_days(NEW_YORK, range(2026, 2038))
    assert len(days) == 24
    for day in days:
        check_every_minute(day, NEW_YORK)


@pytest.mark.parametrize("zone", ABROAD, ids=str)
def test_every_minute_of_change_days_elsewhere(zone):
    for day in [*change_days(zone, range(2026, 2030)), date(2027, 6, 1)]:
        check_every_minute(day, zone)


@pytest.mark.parametrize(
    "day, hours",
    [(SPRING, 23), (AUTUMN, 25), (date(2027, 6, 1), 24), (date(2026, 3, 8), 23), (date(2026, 11, 1), 25)],
)
def test_new_york_days_have_23_24_or_25_hours(day, hours):
    begin, end = day_span(day)
    assert end - begin == hours * 60


@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2026, 11, 1), date(2027, 6, 1)])
def test_the_instant_of_every_time_of_a_day(day):
    """Held against a walk through the day: the minutes that show the time, or the first that shows a later one."""
    begin, end = day_span(day)
    shown = [(wall_minute_of_day(minute), minute) for minute in range(begin, end)]
    for wanted in range(1440):
        here = [minute for wall, minute in shown if wall == wanted] or [next(minute for wall, minute in shown if wall > wanted)]
        assert (wall_instant(day, wanted), wall_instant(day, wanted, second=True)) == (here[0], here[-1])


def test_lord_howes_day_is_half_an_hour_longer():
    begin, end = day_span(date(2027, 4, 4), ZoneInfo("Australia/Lord_Howe"))
    assert end - begin == 24 * 60 + 30


def test_the_day_that_samoa_skipped_is_empty():
    apia = ZoneInfo("Pacific/Apia")
    begin, end = day_span(date(2011, 12, 30), apia)
    assert begin == end
    assert wall_spans(date(2011, 12, 30), 0, 1440, apia) == []


@pytest.mark.parametrize(
    "sentence, day, opens, closes, spans",
    [
        ("a plain evening past midnight", date(2027, 6, 1), 1080, 1560, [("2027-06-01T22:00", "2027-06-02T06:00")]),
        ("the hour that does not exist", SPRING, 120, 180, []),
        ("opening inside the missing hour", SPRING, 150, 300, [("2027-03-14T07:00", "2027-03-14T09:00")]),
        ("closing inside the missing hour", SPRING, 60, 150, [("2027-03-14T06:00", "2027-03-14T07:00")]),
        ("across the missing hour", SPRING, 60, 240, [("2027-03-14T06:00", "2027-03-14T08:00")]),
        ("the repeated hour counts twice", AUTUMN, 60, 120, [("2027-11-07T05:00", "2027-11-07T07:00")]),
        (
            "opening inside it: both 01:30s",
            AUTUMN,
            90,
            300,
            [("2027-11-07T05:30", "2027-11-07T06:00"), ("2027-11-07T06:30", "2027-11-07T10:00")],
        ),
        (
            "closing inside it: both 01:30s",
            AUTUMN,
            0,
            90,
            [("2027-11-07T04:00", "2027-11-07T05:30"), ("2027-11-07T06:00", "2027-11-07T06:30")],
        ),
        (
            "the night before reaches into it",
            date(2027, 11, 6),
            1320,
            1530,
            [("2027-11-07T02:00", "2027-11-07T05:30"), ("2027-11-07T06:00", "2027-11-07T06:30")],
        ),
        ("the evening after is on winter time", AUTUMN, 1080, 1260, [("2027-11-07T23:00", "2027-11-08T02:00")]),
        ("nothing", AUTUMN, 600, 600, []),
    ],
)
def test_hours_on_the_wall(sentence, day, opens, closes, spans):
    assert wall_spans(day, opens, closes) == [(utc(begin), utc(end)) for begin, end in spans]


@pytest.mark.parametrize("text, down, up", [("12:00:00", 0, 0), ("12:00:01", 0, 1), ("12:00:59.999999", 0, 1), ("12:01:00", 1, 1)])
def test_instants_round_down_or_up_to_the_minute(text, down, up):
    noon = utc("2027-06-01T12:00")
    instant = datetime.fromisoformat(f"2027-06-01T{text}").replace(tzinfo=UTC)
    assert (to_minute(instant) - noon, to_minute_up(instant) - noon) == (down, up)


def test_minutes_before_1970_round_the_same_way():
    instant = datetime(1969, 12, 31, 23, 59, 30, tzinfo=UTC)
    assert (to_minute(instant), to_minute_up(instant)) == (-1, 0)


@pytest.mark.parametrize("turn", [to_minute, to_minute_up])
def test_an_instant_without_a_zone_is_refused(turn):
    with pytest.raises(TypeError):
        turn(datetime(2027, 6, 1, 12))


def test_the_zone_an_instant_is_written_in_does_not_matter():
    assert to_minute(datetime(2027, 11, 7, 1, 30, fold=0, tzinfo=NEW_YORK)) == utc("2027-11-07T05:30")
    assert to_minute(datetime(2027, 11, 7, 1, 30, fold=1, tzinfo=NEW_YORK)) == utc("2027-11-07T06:30")


@given(minutes)
def test_minutes_come_back(minute):
    assert to_minute(from_minute(minute)) == to_minute_up(from_minute(minute)) == minute
    assert from_minute(minute).utcoffset() == timedelta()


@given(minutes, zones)
def test_any_minute_of_a_century_shows_what_zoneinfo_shows(minute, zone):
    wall = from_minute(minute).astimezone(zone)
    assert local_day(minute, zone) == wall.date()
    assert wall_minute_of_day(minute, zone) == wall.hour * 60 + wall.minute


@given(st.dates(date(1999, 1, 1), date(2090, 1, 1)), zones)
def test_days_follow_one_another_without_a_gap(day, zone):
    assert day_span(day, zone)[1] == day_span(day + timedelta(days=1), zone)[0]


@given(minutes, st.integers(1, 800_000), zones)
def test_eras_cover_a_stretch_of_time_and_change_only_between_them(low, length, zone):
    found = eras(low, low + length, zone)
    assert sum(end - begin for begin, end, _ in found) == length
    for begin, end, offset in found:
        assert offset_minutes(begin, zone) == offset_minutes(end - 1, zone) == offset
    for one, other in itertools.pairwise(found):
        assert one[1] == other[0]
        assert one[2] != other[2]


@given(minutes, st.integers(1, 60_000), zones)
def test_a_steady_offset_holds_all_through(wall, length, zone):
    offset = steady_offset(wall, wall + length, zone)
    if offset is not None:
        assert {offset_minutes(wall - offset + part, zone) for part in range(0, length, 97)} == {offset}
        assert len(eras(wall - offset, wall - offset + length, zone)) == 1
