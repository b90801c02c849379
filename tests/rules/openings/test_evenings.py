"""The mark for full-time evenings: by the policy's hours, by what can really be booked, and since when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.catalogue import rules_by
from booking.openings.forms.explaining import explain
from booking.openings.rules.asking import open_time
from booking.openings.rules.evenings import evenings_of
from booking.openings.rules.evidencing import evening_page
from marketplace.kernel.walltime import wall_minute_of_day
from providers.credentials.catalogue import first_policy, kinds
from providers.credentials.rules.policies import Policies
from providers.schedule.rules.hours import (
    ClinicHours,
    DateException,
    HoursStated,
    Shift,
    WeeklyRange,
    stated_from_list,
    stated_to_list,
)
from tests.support.worlds import TODAY, random_provider

HOUSE = rules_by(first_policy())
HOME, CLINIC = frozenset({"home"}), frozenset({"clinic"})


def house(evening=19 * 60, morning=7 * 60, effective_from=date(2020, 1, 1)):
    later = replace(kinds(), version=2, effective_from=effective_from, evening_from_minute=evening, morning_from_minute=morning)
    return rules_by(Policies((kinds(), later)))


def hours(opens, closes, word="full_time", weekday=1, settings=HOME, place=None):
    return WeeklyRange(weekday, opens * 60, closes * 60, settings, place, word)


def stated(on, *weekly):
    return HoursStated(datetime(on.year, on.month, on.day, 17, tzinfo=UTC), weekly)


PLAIN = random_provider(Random(1), 1)
PERSON = replace(
    PLAIN,
    services=(replace(PLAIN.services[0], settings=HOME | CLINIC),),
    places=(),
    weekly=(),
    exceptions=(),
    clinic_hours=(),
    rules=replace(PLAIN.rules, horizon_days=30),
)


def of(*weekly, house=HOUSE, **more):
    return evenings_of(replace(PERSON, weekly=weekly, **more), house, TODAY)


@pytest.mark.parametrize(
    "sentence, weekly, word",
    [
        ("an evening", [hours(18, 22)], "full_time"),
        ("the hour is the policy's, not five o'clock", [hours(16, 19)], None),
        ("half an hour is an evening too", [WeeklyRange(1, 960, 1170, HOME, None, "part_time")], "part_time"),
        ("by day the word does not matter", [hours(18, 22), hours(9, 17, "rotating", weekday=2)], "full_time"),
        ("two words", [hours(18, 22), hours(18, 22, "rotating", weekday=2)], "mixed"),
        ("one is not said", [hours(18, 22), hours(18, 22, None, weekday=2)], "mixed"),
        ("nothing is said", [hours(18, 22, None)], None),
        ("the night belongs to it", [hours(18, 22), hours(2, 6, "part_time", weekday=3)], "mixed"),
        ("past midnight", [hours(20, 26, "rotating")], "rotating"),
        ("an early start is no evening", [hours(6, 14)], None),
        ("hours for nothing that is offered", [hours(18, 22), hours(18, 22, "rotating", 2, frozenset({"hotel"}))], "full_time"),
        ("no hours", [], None),
    ],
)
def test_the_word(sentence, weekly, word):
    assert of(*weekly).staffing == word


def test_the_word_follows_the_policy_of_the_day():
    early = hours(16, 19)
    assert of(early, house=house(evening=18 * 60)).staffing == "full_time"
    assert of(early, house=house(evening=18 * 60, effective_from=TODAY + timedelta(days=1))).from_minute == 19 * 60
    assert of(hours(18, 22), house=house(evening=22 * 60)).staffing is None
    assert of(hours(18, 22), hours(5, 8, "rotating"), house=house(morning=5 * 60)).staffing == "full_time"


def test_dates_that_differ_count_as_far_as_they_can_be_booked():
    other = DateException(TODAY + timedelta(days=3), False, 18 * 60, 22 * 60, HOME, None, "rotating")
    assert of(hours(18, 22), exceptions=(other,)).staffing == "mixed"
    assert of(hours(18, 22), exceptions=(replace(other, on=TODAY + timedelta(days=31)),)).staffing == "full_time"
    assert of(hours(18, 22), exceptions=(replace(other, on=TODAY - timedelta(days=7)),)).staffing == "full_time"


def at_clinic(**more):
    places = (replace(random_provider(Random(3), 3).places[0], id=7),)
    return {"places": places, "clinic_hours": (ClinicHours(7, **more),)}


def test_a_clinic_that_closes_by_day_has_no_evenings():
    closing = at_clinic(weekly=tuple(WeeklyRange(day, 540, 18 * 60, frozenset()) for day in range(7)))
    assert of(hours(12, 22, settings=CLINIC, place=7), **closing).staffing is None


def test_a_roster_speaks_for_its_clinic():
    shifts = (Shift(TODAY + timedelta(days=1), 16 * 60, 22 * 60, "full_time"),)
    found = of(hours(18, 22, "rotating", settings=CLINIC, place=7), **at_clinic(rostered=True, shifts=shifts))
    assert (found.staffing, found.since) == ("full_time", None)


SPRING, SUMMER = date(2026, 3, 2), date(2026, 7, 6)


@pytest.mark.parametrize(
    "sentence, before, since",
    [
        ("as it was stated first", [(SPRING, [hours(18, 22)])], SPRING),
        ("more evenings break nothing", [(SPRING, [hours(18, 21)]), (SUMMER, [hours(18, 22)])], SPRING),
        ("another word does", [(SPRING, [hours(18, 22)]), (date(2026, 5, 1), [hours(18, 22, "part_time")]), (SUMMER, [hours(18, 22)])], SUMMER),
        ("no evenings do too", [(SPRING, [hours(18, 22)]), (date(2026, 5, 1), [hours(9, 17)]), (SUMMER, [hours(18, 22)])], SUMMER),
        ("so does nothing said", [(SPRING, [hours(18, 22, None)]), (SUMMER, [hours(18, 22)])], SUMMER),
        ("early starts are no evenings", [(SPRING, [hours(6, 12)]), (SUMMER, [hours(18, 22)])], SUMMER),
        ("nobody noted it", [], None),
    ],
)  # fmt: skip
def test_since_when(sentence, before, since):
    assert of(hours(18, 22), statements=tuple(stated(on, *weekly) for on, weekly in before)).since == since


def test_there_is_no_date_without_the_word():
    assert of(hours(18, 22, "part_time"), statements=(stated(SPRING, hours(18, 22)),)).since is None


def test_the_date_follows_the_policy_too():
    told = (stated(SPRING, hours(12, 18)), stated(SUMMER, hours(12, 22)))
    assert of(hours(12, 22), statements=told).since == SUMMER
    assert of(hours(12, 22), statements=told, house=house(evening=17 * 60)).since == SPRING


def test_a_roster_dates_itself_by_the_shifts_worked():
    shifts = [
        Shift(TODAY + timedelta(days=day), 16 * 60, 22 * 60, word)
        for day, word in ((-30, "rotating"), (-20, "full_time"), (2, "full_time"))
    ]
    rostered = at_clinic(rostered=True, shifts=tuple(shifts))
    assert of(**rostered).since == TODAY - timedelta(days=20)
    assert of(hours(18, 22), statements=(stated(TODAY - timedelta(days=5), hours(18, 22)),), **rostered).since == TODAY - timedelta(days=5)
    assert of(hours(18, 22), statements=(stated(SPRING, hours(18, 22)),), **rostered).since == TODAY - timedelta(days=20)


def test_a_week_is_kept_and_read_whole():
    weekly = (hours(18, 22), hours(9, 17, None, 2, CLINIC, 7))
    assert set(stated_from_list(stated_to_list(weekly))) == set(weekly)
    assert stated_to_list(weekly[::-1]) == stated_to_list(weekly)
    assert stated_to_list([hours(18, 22, settings=frozenset())]) == []


@given(st.integers(0, 2**32), st.integers(15, 23), st.integers(0, 9))
def test_the_word_is_what_a_walk_through_the_bookable_minutes_finds(seed, evening, morning):
    """Twin: every quarter of an hour that can be booked, asked one by one for its wall time and its word."""
    facts = random_provider(Random(seed), 1)
    facts = replace(facts, rules=replace(facts.rules, horizon_days=8))
    words, evenings = set(), False
    for setting in facts.settings:
        for span in open_time(facts, setting, TODAY, TODAY + timedelta(days=8)):
            for minute in range(span.begin_minute, span.end_minute, 15):
                wall = wall_minute_of_day(minute)
                if wall >= evening * 60 or wall < morning * 60:
                    words.add(span.staffing)
                evenings |= wall >= evening * 60
    expected = ("mixed" if len(words) > 1 else next(iter(words))) if words and evenings else None
    found = evenings_of(facts, house(evening * 60, morning * 60), TODAY)
    assert found.staffing == expected


@pytest.mark.parametrize("evening, words", [(19 * 60, "7\u00a0PM"), (18 * 60 + 30, "6:30\u00a0PM")])
def test_the_page_says_the_hour_of_the_policy(evening, words):
    page = evening_page(of(hours(18, 22), house=house(evening=evening)))
    assert words in explain(page).asked
    assert words in explain(page).means
    assert (page.status, page.in_force) == ("stated", True)
