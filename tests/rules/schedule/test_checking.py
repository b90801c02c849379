"""What the hours editor says about hours that cannot be meant, field by field."""

from datetime import date

import pytest

from providers.schedule.rules.checking import check_weekly
from providers.schedule.rules.hours import DateException, WeeklyRange

CLINIC = frozenset({"clinic"})
DAY = date(2027, 6, 7)


def range_(weekday=0, opens=540, closes=720, settings=CLINIC, place=1, staffing=None):
    return WeeklyRange(weekday, opens, closes, settings, place, staffing)


def fields(ranges=(), exceptions=()):
    return [fault.field for fault in check_weekly(ranges, exceptions)]


@pytest.mark.parametrize(
    "sentence, hours",
    [
        ("a morning", range_()),
        ("a night into the next day", range_(opens=1320, closes=1560)),
        ("a whole day", range_(opens=0, closes=1440)),
        ("the longest night", range_(opens=1439, closes=2879)),
        ("hours kept but not offered", range_(settings=frozenset())),
        ("known staffing", range_(staffing="full_time")),
        ("nowhere in particular", range_(place=None)),
    ],
)
def test_hours_that_are_fine(sentence, hours):
    assert check_weekly([hours]) == []


@pytest.mark.parametrize(
    "sentence, hours, field",
    [
        ("no eighth day", range_(weekday=7), "weekday"),
        ("no day before Monday", range_(weekday=-1), "weekday"),
        ("opens on another day", range_(opens=1440, closes=1500), "opens"),
        ("opens before the day", range_(opens=-1), "opens"),
        ("closes when it opens", range_(opens=540, closes=540), "closes"),
        ("closes before it opens", range_(opens=540, closes=480), "closes"),
        ("longer than a day", range_(opens=540, closes=540 + 1441), "closes"),
        ("an unknown setting", range_(settings=frozenset({"clinic", "boat"})), "settings"),
        ("an unknown staffing", range_(staffing="casual"), "staffing"),
    ],
)
def test_one_fault_beside_its_field(sentence, hours, field):
    assert fields([range_(weekday=3), hours]) == [f"weekly[1].{field}"]


@pytest.mark.parametrize(
    "sentence, one, other, clash",
    [
        ("overlapping at two places", range_(), range_(opens=660, closes=780, place=2), True),
        ("touching at two places", range_(), range_(opens=720, closes=780, place=2), False),
        ("overlapping at one place", range_(), range_(opens=660, closes=780), False),
        ("overlapping on the road", range_(), range_(opens=660, closes=780, place=None), False),
        ("on different days", range_(), range_(weekday=1, place=2), False),
        ("a night into the next morning", range_(opens=1320, closes=1560), range_(weekday=1, opens=60, closes=300, place=2), True),
        ("Sunday's night into Monday", range_(weekday=6, opens=1320, closes=1560), range_(opens=60, closes=300, place=2), True),
        ("Monday before Sunday's night", range_(opens=60, closes=300, place=2), range_(weekday=6, opens=1320, closes=1560), True),
    ],
)
def test_nobody_works_at_two_places_at_once(sentence, one, other, clash):
    assert fields([one, other]) == (["weekly[1].place"] if clash else [])


def closed(on=DAY, **more):
    return DateException(on, closed=True, **more)


def on_date(opens=540, closes=720, on=DAY, settings=CLINIC, place=1, staffing=None):
    return DateException(on, False, opens, closes, settings, place, staffing)


@pytest.mark.parametrize(
    "sentence, exceptions, expected",
    [
        ("a closed day", [closed()], []),
        ("hours on a date", [on_date()], []),
        ("two hours on a date", [on_date(), on_date(780, 900)], []),
        ("closed on two dates", [closed(), closed(on=date(2027, 6, 8))], []),
        ("closed, yet with hours", [closed(opens_minute=540)], ["exceptions[0].closed"]),
        ("no opening time", [on_date(opens=None)], ["exceptions[0].opens"]),
        ("no closing time", [on_date(closes=None)], ["exceptions[0].closes"]),
        ("closes before it opens", [on_date(720, 540)], ["exceptions[0].closes"]),
        ("an unknown setting", [on_date(settings=frozenset({"boat"}))], ["exceptions[0].settings"]),
        ("an unknown staffing", [on_date(staffing="casual")], ["exceptions[0].staffing"]),
        ("a known staffing", [on_date(staffing="rotating")], []),
        ("closed after hours", [on_date(), closed()], ["exceptions[1].on"]),
        ("hours after closed", [closed(), on_date()], ["exceptions[1].on"]),
        ("closed twice", [closed(), closed()], ["exceptions[1].on"]),
        ("two places at once", [on_date(), on_date(660, 900, place=2)], ["exceptions[1].place"]),
        ("two places one after the other", [on_date(), on_date(720, 900, place=2)], []),
    ],
)
def test_exceptions(sentence, exceptions, expected):
    assert fields((), exceptions) == expected


def test_all_faults_are_said_at_once_each_in_a_sentence():
    faults = check_weekly([range_(weekday=9, opens=700, closes=600, staffing="casual")], [on_date(closes=None)])
    assert len(faults) == 4
    assert all(fault.message.endswith(".") for fault in faults)
