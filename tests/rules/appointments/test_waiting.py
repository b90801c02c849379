"""Which free start is offered on the waitlist, and for how long it is kept: rows, and a twin that walks every minute."""

from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.waiting import MOST_OFFERS, Wait, known_parts, offer_ends_at, offerable, state_of, window_fault
from marketplace.kernel.walltime import from_minute, to_minute

NEW_YORK = ZoneInfo("America/New_York")
TODAY = date(2027, 1, 12)
HOURS = {"morning": range(5, 12), "afternoon": range(12, 17), "evening": range(17, 21), "late": (21, 22, 23, 0, 1, 2, 3, 4)}


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        ("2027-01-12T12:00", "2027-01-15T12:00", "2027-01-12T16:00"),
        ("2027-01-12T12:00", "2027-01-12T20:00", "2027-01-12T14:00"),
        ("2027-01-12T12:00", "2027-01-12T12:40", "2027-01-12T12:15"),
        ("2027-01-12T19:00", "2027-01-15T12:00", "2027-01-13T09:00"),
        ("2027-01-12T23:30", "2027-01-15T12:00", "2027-01-13T09:00"),
        ("2027-01-13T03:00", "2027-01-15T12:00", "2027-01-13T09:00"),
        ("2027-01-12T19:00", "2027-01-13T11:59", "2027-01-12T23:00"),
        ("2027-01-12T19:00", "2027-01-13T12:00", "2027-01-13T09:00"),
        ("2027-03-13T20:00", "2027-03-15T12:00", "2027-03-14T09:00"),
    ],
    ids=[
        "four hours when the visit is far",
        "a quarter of what is left",
        "a quarter of an hour at least",
        "an evening's offer lives until nine",
        "so does one made before midnight",
        "and one made after it",
        "unless the visit begins within three hours of nine",
        "three hours are enough",
        "nine by the clock of a changed night",
    ],
)
def test_how_long_an_offer_keeps_the_time(now, starts, ends):
    assert offer_ends_at(at(now), at(starts)) == at(ends)


@given(st.integers(0, 14 * 1440 * 60), st.integers(30, 30 * 1440))
def test_an_offer_ends_before_its_visit_and_not_at_night_without_need(seconds, lead):
    now = at("2027-03-07T00:00") + timedelta(seconds=seconds)
    starts = now + timedelta(minutes=lead)
    ends = offer_ends_at(now, starts)
    assert now + timedelta(minutes=15) <= ends < starts
    assert ends - now <= timedelta(hours=15)
    clock = ends.astimezone(NEW_YORK)
    if clock.hour >= 22 or clock.hour < 8:
        nine = clock.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1 if clock.hour >= 22 else 0)
        assert starts - timedelta(hours=3) < nine


def fits_minute_by_minute(wait, start, passed, own, now):
    shown = from_minute(start).astimezone(NEW_YORK)
    if not wait.from_on <= shown.date() <= wait.until_on or from_minute(start) < now + timedelta(minutes=30):
        return False
    if wait.parts and not any(shown.hour in HOURS[part] for part in wait.parts):
        return False
    return not any(low <= minute < high for minute in range(start, start + wait.minutes) for low, high in (*passed, *own))


@given(st.integers(0, 2**32))
def test_what_is_offered_is_what_the_minutes_say(seed):
    random = Random(seed)
    first = random.choice((date(2027, 1, 12), date(2027, 3, 13), date(2027, 11, 6)))
    now = datetime.combine(first, datetime.min.time(), NEW_YORK) + timedelta(minutes=random.randrange(0, 1440, 5))
    wait = Wait(
        random.choice((30, 60, 90)),
        first,
        first + timedelta(days=random.randrange(3)),
        frozenset(random.sample(list(HOURS), random.randrange(4))),
    )
    begin = to_minute(now) - 600
    starts = [begin + random.randrange(0, 4 * 1440, 15) for _ in range(40)]
    spans = [
        [(low, low + random.choice((45, 60))) for low in (begin + random.randrange(0, 4 * 1440, 15) for _ in range(3))] for _ in range(2)
    ]
    expected = [start for start in sorted(set(starts)) if fits_minute_by_minute(wait, start, *spans, now)]
    assert offerable(wait, starts, *spans, now) == expected


@pytest.mark.parametrize(
    ("left", "until_on", "offers", "state"),
    [
        (False, TODAY, (), "waiting"),
        (False, TODAY, ("expired", "released"), "waiting"),
        (False, TODAY, ("expired", "live"), "offered"),
        (False, TODAY, ("expired",) * MOST_OFFERS, "resting"),
        (False, TODAY, ("expired",) * (MOST_OFFERS - 1) + ("live",), "offered"),
        (False, date(2027, 1, 11), (), "over"),
        (True, TODAY, ("released",), "left"),
        (True, TODAY, ("booked",), "booked"),
        (False, date(2027, 1, 11), ("booked",), "booked"),
    ],
)
def test_how_a_wish_stands(left, until_on, offers, state):
    assert state_of(left=left, until_on=until_on, today=TODAY, offers=offers) == state


@pytest.mark.parametrize(
    ("from_on", "until_on", "words"),
    [
        (TODAY, TODAY, None),
        (date(2027, 1, 1), TODAY, None),
        (TODAY, date(2027, 3, 12), None),
        (TODAY, date(2027, 3, 13), "at most 60 days"),
        (date(2027, 3, 1), date(2027, 4, 1), "at most 60 days"),
        (date(2027, 1, 1), date(2027, 1, 11), "are over"),
        (date(2027, 1, 14), date(2027, 1, 13), "must not come before"),
    ],
)
def test_days_that_can_be_waited_for(from_on, until_on, words):
    fault = window_fault(from_on, until_on, TODAY)
    assert fault is None if words is None else words in fault


def test_every_part_of_the_day_is_any_time():
    assert known_parts(HOURS) == frozenset()
    assert known_parts(["evening"]) == {"evening"}
