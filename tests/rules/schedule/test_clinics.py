"""Open time at a shared clinic: one's own hours while the clinic is open, or shifts alone. Against walking the minutes, nights and change days included."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from providers.schedule.rules.hours import ClinicHours, DateException, Shift, WeeklyRange
from providers.schedule.rules.opening import open_spans
from tests.rules.schedule.test_opening import CLINIC, MONDAY, TUESDAY, closed, every_day, hours, instead, wall

NEW_YORK = ZoneInfo("America/New_York")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = (date(2027, 3, 14), date(2027, 11, 7), date(2027, 6, 7), date(2027, 3, 13), date(2027, 11, 6), date(2028, 3, 12), date(2028, 11, 5))


def shift(on, opens, closes, staffing="full_time"):
    return Shift(on, opens * 60, closes * 60, staffing)


def house(weekly=(), *shifts, rostered=False, place=1):
    return ClinicHours(place, tuple(weekly), rostered or bool(shifts), shifts)


@pytest.mark.parametrize(
    "sentence, weekly, exceptions, clinic, shown",
    [
        ("a clinic that says nothing is always open", [hours(0, 9, 17)], [], house(), ["Mon 09:00-17:00"]),
        ("inside the clinic's hours", [hours(0, 9, 17)], [], house(every_day(8, 20)), ["Mon 09:00-17:00"]),
        ("cut by the clinic's hours", [hours(0, 9, 17)], [], house(every_day(10, 16)), ["Mon 10:00-16:00"]),
        ("the clinic closes at noon", [hours(0, 9, 17)], [], house([*every_day(8, 12), *every_day(13, 20)]), ["Mon 09:00-12:00", "Mon 13:00-17:00"]),
        ("closed on Mondays", [hours(0, 9, 17)], [], house([hours(1, 8, 20)]), []),
        ("another place is its own matter", [hours(0, 9, 17, place=2)], [], house([hours(1, 8, 20)]), ["Mon 09:00-17:00"]),
        ("hours on a date are cut too", [], [instead(MONDAY, 6, 9)], house(every_day(8, 20)), ["Mon 08:00-09:00"]),
        ("a night, and a clinic open past midnight", [hours(0, 20, 28)], [], house(every_day(8, 26)), ["Mon 20:00-02:00"]),
        ("the tail of a night, and a clinic that opens early", [hours(6, 20, 30)], [], house(every_day(5, 22)), ["Mon 05:00-06:00"]),
        ("a rostered clinic without shifts", [hours(0, 9, 17)], [], house(rostered=True), []),
        ("a shift", [hours(0, 9, 17)], [], house((), shift(MONDAY, 12, 15)), ["Mon 12:00-15:00"]),
        ("a shift is cut by the clinic's hours", [], [], house(every_day(8, 14), shift(MONDAY, 12, 15)), ["Mon 12:00-14:00"]),
        ("a shift on another day", [hours(0, 9, 17)], [], house((), shift(TUESDAY, 12, 15)), []),
        ("a night shift's tail", [], [], house((), shift(MONDAY - timedelta(days=1), 20, 27)), ["Mon 00:00-03:00"]),
        ("a closed day closes shifts", [], [closed(MONDAY)], house((), shift(MONDAY, 12, 15)), []),
        ("and cuts the shift of the night before", [], [closed(TUESDAY)], house((), shift(MONDAY, 20, 27)), ["Mon 20:00-00:00"]),
        ("hours on the date do not touch shifts", [], [instead(MONDAY, 9, 10)], house((), shift(MONDAY, 12, 15)), ["Mon 12:00-15:00"]),
        ("one's own hours elsewhere stay", [hours(0, 9, 11, place=2)], [], house((), shift(MONDAY, 12, 15)), ["Mon 09:00-11:00", "Mon 12:00-15:00"]),
        ("shifts that touch are one stretch", [], [], house((), shift(MONDAY, 9, 12), shift(MONDAY, 12, 15)), ["Mon 09:00-15:00"]),
    ],
)  # fmt: skip
def test_open_time_of_a_monday(sentence, weekly, exceptions, clinic, shown):
    assert wall(open_spans(weekly, exceptions, MONDAY, MONDAY, "clinic", clinics=[clinic])) == shown


def test_the_staffing_of_a_shift_is_the_spans():
    (span,) = open_spans([], [], MONDAY, MONDAY, "clinic", clinics=[house((), shift(MONDAY, 18, 22, "rotating"))])
    assert span.staffing == "rotating"


def test_starts_are_counted_from_where_the_clinic_opens():
    (span,) = open_spans([hours(0, 9, 17)], [], MONDAY, MONDAY, "clinic", clinics=[house(every_day(10, 16))])
    assert span.anchor_minute is None


def random_hours(random):
    opens = random.randrange(0, 1440, random.choice((60, 30, 1)))
    return opens, opens + max(1, min(2880 - opens, random.choice((60, 240, 600, 1440))))


def random_ranges(random, day, most):
    return [
        WeeklyRange((day + timedelta(days=random.choice((-1, 0, 1)))).weekday(), *random_hours(random), CLINIC, random.choice((1, 1, 2)))
        for _ in range(random.randrange(most))
    ]


def shows(on, opens, closes, wall_minute):
    """Whether a wall minute (since the wall's 1970) lies in opens..closes of a date."""
    midnight = (on - date(1970, 1, 1)).days * 1440
    return midnight + opens <= wall_minute < midnight + closes


def open_by_minutes(minute, day, weekly, exceptions, clinic):
    """The places open at an epoch minute, by looking at every range of the days around."""
    wall_clock = (EPOCH + timedelta(minutes=minute)).astimezone(NEW_YORK).replace(tzinfo=None) - datetime(1970, 1, 1)
    wall_minute = wall_clock.days * 1440 + wall_clock.seconds // 60
    around = [day + timedelta(days=days) for days in range(-3, 4)]
    shut = {exception.on for exception in exceptions}
    if date(1970, 1, 1) + timedelta(days=wall_clock.days) in shut:
        return set()
    own = [(on, one) for on in around if on not in shut for one in weekly if one.weekday == on.weekday()]
    places = {one.place_id for on, one in own if shows(on, one.opens_minute, one.closes_minute, wall_minute)}
    if clinic.rostered:
        on_shift = any(shows(one.on, one.opens_minute, one.closes_minute, wall_minute) for one in clinic.shifts if one.on not in shut)
        places = places - {1} | ({1} if on_shift else set())
    if clinic.weekly and not any(
        shows(on, one.opens_minute, one.closes_minute, wall_minute) for on in around for one in clinic.weekly if one.weekday == on.weekday()
    ):
        places -= {1}
    return places


@pytest.mark.parametrize("seed", range(150))
def test_every_minute_of_a_day_is_open_as_the_minutes_say(seed):
    random = Random(seed)
    day = random.choice(DAYS)
    weekly, house_hours = random_ranges(random, day, 4), random_ranges(random, day, 4)
    exceptions = [DateException(day + timedelta(days=random.choice((-1, 0, 1))), closed=True)] if random.random() < 0.2 else []
    days = (day + timedelta(days=random.choice((-1, 0, 0, 1))) for _ in range(random.randrange(3)))
    shifts = tuple(Shift(on, *random_hours(random), random.choice(("full_time", "rotating"))) for on in days)
    clinic = ClinicHours(1, tuple(house_hours), random.random() < 0.5, shifts)
    begin, end = (
        (datetime(one.year, one.month, one.day, tzinfo=NEW_YORK) - EPOCH) // timedelta(minutes=1) for one in (day, day + timedelta(days=1))
    )
    spans = open_spans(weekly, exceptions, day, day, "clinic", clinics=[clinic])
    said = {
        place: {minute for low, high, where, *_ in spans if where == place for minute in range(max(low, begin), min(high, end))}
        for place in (1, 2)
    }
    truth = {minute: open_by_minutes(minute, day, weekly, exceptions, clinic) for minute in range(begin, end)}
    assert said == {place: {minute for minute, places in truth.items() if place in places} for place in (1, 2)}
