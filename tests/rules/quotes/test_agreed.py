"""Terms on one visit: cut-offs to the second, elapsed hours, and what was agreed survives being stored."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.quotes.rules.agreed import AgreedTerms, agreed_from_dict, agreed_to_dict, fee_stretches, whole_second
from providers.services.rules.terms import DEFAULT_TERMS, Step, Terms

NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 12, 4, 23, 30, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def wall(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold)


def agreed(booked_at=None, base=13000, terms=DEFAULT_TERMS, starts_at=START):
    return AgreedTerms(terms, base, starts_at, booked_at)


@pytest.mark.parametrize(
    "before, fee",
    [
        (30 * HOUR, 0),
        (24 * HOUR, 0),
        (24 * HOUR - SECOND, 6500),
        (23 * HOUR + timedelta(minutes=59), 6500),
        (12 * HOUR, 6500),
        (12 * HOUR - SECOND, 13000),
        (11 * HOUR + timedelta(minutes=59), 13000),
        (timedelta(0), 13000),
    ],
)
def test_the_default_on_130_dollars(before, fee):
    terms = agreed()
    assert terms.fee_cents(terms.percent_at(START - before)) == fee


def test_the_whole_second_belongs_to_the_client():
    cut = START - 24 * HOUR
    assert agreed().percent_at(cut + timedelta(microseconds=999_999)) == 0
    assert agreed().percent_at(cut + SECOND) == 50
    assert whole_second(cut + timedelta(microseconds=999_999)) == cut


@pytest.mark.parametrize("seconds, free", [(0, True), (599, True), (600, True), (601, False)])
def test_ten_minutes_of_grace_after_booking(seconds, free):
    booked = START - 5 * HOUR
    terms = agreed(booked_at=booked)
    assert terms.in_grace(booked + timedelta(seconds=seconds)) is free
    assert terms.percent_at(booked + timedelta(seconds=seconds)) == (0 if free else 100)


def test_grace_counts_from_the_second_of_booking_and_only_once_booked():
    booked = START - 5 * HOUR + timedelta(microseconds=700_000)
    assert agreed(booked_at=booked).grace_until_at == START - 5 * HOUR + timedelta(minutes=10)
    assert agreed().grace_until_at is None
    assert agreed().in_grace(START - 5 * HOUR) is False
    assert agreed().at_booking(booked).booked_at == booked


@pytest.mark.parametrize(
    "start, free_until, why",
    [
        ("2027-03-14T12:00", "2027-03-13T11:00", "spring: a day before is only 23 hours"),
        ("2027-11-07T12:00", "2027-11-06T13:00", "autumn: a day before is 25 hours"),
        ("2027-11-08T12:00", "2027-11-07T12:00", "a day later nothing is odd"),
    ],
)
def test_the_free_time_ends_so_many_elapsed_hours_before(start, free_until, why):
    for starts_at in (wall(start), wall(start).astimezone(UTC)):
        terms = agreed(starts_at=starts_at)
        cut = wall(free_until).astimezone(UTC)
        assert fee_stretches(terms)[0].until_at == cut, why
        assert (terms.percent_at(cut), terms.percent_at(cut + SECOND)) == (0, 50)
        assert terms.percent_at(wall(free_until)) == 0


@pytest.mark.parametrize("fold, hours", [(0, 24), (1, 25)])
def test_each_pass_of_a_repeated_hour_has_its_own_cut(fold, hours):
    start = wall("2027-11-07T01:30", fold)
    cut = fee_stretches(agreed(starts_at=start))[0].until_at
    assert cut == start.astimezone(UTC) - 24 * HOUR
    assert cut.astimezone(NEW_YORK) == wall("2027-11-06T01:30") + (hours - 24) * HOUR


@pytest.mark.parametrize(
    "booked, ends",
    [
        (None, [(0, 24), (50, 12), (100, 0)]),
        (72, [(0, 24), (50, 12), (100, 0)]),
        (24, [(0, 24 - 1 / 6), (50, 12), (100, 0)]),  # booked at the cut: the grace runs past it
        (20, [(0, 20 - 1 / 6), (50, 12), (100, 0)]),
        (12, [(0, 12 - 1 / 6), (100, 0)]),
        (5, [(0, 5 - 1 / 6), (100, 0)]),
        (1 / 12, [(0, 0)]),  # five minutes before the start
    ],
)
def test_the_stretches_of_a_visit_booked_so_many_hours_ahead(booked, ends):
    booked_at = None if booked is None else START - booked * HOUR
    found = [(stretch.fee_percent, stretch.until_at) for stretch in fee_stretches(agreed(booked_at=booked_at))]
    assert found == [(percent, START - timedelta(seconds=round(hours * 3600))) for percent, hours in ends]


def test_stretches_follow_one_another():
    first, second, third = fee_stretches(agreed())
    assert first.from_at is None
    assert (second.from_at, third.from_at) == (first.until_at, second.until_at)
    assert [one.fee_cents for one in (first, second, third)] == [0, 6500, 13000]


def test_steps_with_the_same_fee_are_one_stretch():
    terms = Terms((Step(48, 0), Step(24, 0), Step(12, 100), Step(0, 100)), 0, 100, 15, 1, "at_visit")
    assert [(one.fee_percent, one.until_at) for one in fee_stretches(agreed(terms=terms))] == [(0, START - 24 * HOUR), (100, START)]


@pytest.mark.parametrize("base, percent, fee", [(16500, 50, 8250), (9995, 50, 4998), (1, 50, 1), (1, 49, 0), (0, 100, 0), (16500, 0, 0)])
def test_a_fee_is_rounded_half_up(base, percent, fee):
    assert agreed(base=base).fee_cents(percent) == fee


def test_what_was_agreed_survives_being_stored():
    kept = agreed(booked_at=START - 20 * HOUR)
    stored = json.loads(json.dumps(agreed_to_dict(kept, "the words")))
    assert agreed_from_dict(stored) == kept
    assert stored["summary"] == "the words"
    assert stored["grace_until"] == "2026-12-03T22:40:00-05:00"
    assert stored["booked_at"] == "2026-12-03T22:30:00-05:00"


def test_a_quote_dates_the_grace_as_if_it_were_booked_now():
    stored = agreed_to_dict(agreed(), "", if_booked_at=START - 20 * HOUR)
    assert stored["grace_until"] == "2026-12-03T22:40:00-05:00"
    assert stored["booked_at"] is None
    assert agreed_from_dict(stored).booked_at is None
    assert agreed_to_dict(agreed(), "")["grace_until"] is None


def test_deposits_and_versions_are_kept():
    terms = Terms((Step(0, 100),), 0, 80, 20, 0, "deposit", 30, version=12)
    assert agreed_from_dict(agreed_to_dict(agreed(terms=terms), "")).terms == terms


def test_a_move_takes_the_terms_along():
    kept = agreed(booked_at=START - 50 * HOUR)
    moved = kept.moved_to(START + 48 * HOUR)
    assert (moved.terms, moved.fee_base_cents, moved.booked_at) == (kept.terms, kept.fee_base_cents, kept.booked_at)
    assert [one.until_at for one in fee_stretches(moved)] == [one.until_at + 48 * HOUR for one in fee_stretches(kept)]


@st.composite
def any_agreed(draw):
    hours = sorted(draw(st.sets(st.integers(1, 100), max_size=4)), reverse=True)
    percents = sorted(draw(st.lists(st.integers(0, 100), min_size=len(hours) + 1, max_size=len(hours) + 1)))
    steps = tuple(Step(hour, percent) for hour, percent in zip([*hours, 0], percents, strict=True))
    terms = Terms(steps, draw(st.integers(0, 120)), 100, 15, 1, "at_visit")
    start = draw(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1))).replace(second=0, microsecond=0, tzinfo=UTC)
    booked = draw(st.none() | st.integers(0, 200 * 3600).map(lambda seconds: start - timedelta(seconds=seconds)))
    return AgreedTerms(terms, draw(st.integers(0, 50_000)), start, booked)


@given(any_agreed(), st.data())
def test_the_stretches_say_what_each_second_says(kept, data):
    """A brute-force twin: the fee at any second is that of the first stretch that has not ended."""
    earliest = kept.booked_at or kept.starts_at - timedelta(hours=120)
    span = int((kept.starts_at - earliest).total_seconds())
    now = earliest + timedelta(seconds=data.draw(st.integers(0, span)))
    stretch = next(one for one in fee_stretches(kept) if now <= one.until_at)
    assert stretch.fee_percent == kept.percent_at(now)


@given(any_agreed())
def test_stretches_are_in_order_end_at_the_start_and_never_get_cheaper(kept):
    found = fee_stretches(kept)
    assert found[-1].until_at == kept.starts_at
    assert [one.until_at for one in found] == sorted({one.until_at for one in found})
    assert [one.fee_percent for one in found] == sorted({one.fee_percent for one in found})


@given(any_agreed())
def test_any_agreement_survives_being_stored(kept):
    assert agreed_from_dict(json.loads(json.dumps(agreed_to_dict(kept, "")))) == kept
