"""Evening and night starts: full-time staff only. Rows in New York time; the oracle of the minutes asks the same at random."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.catalogue import rules_by, search_tables
from booking.openings.rules.asking import Wish, ask, days_around, open_time
from booking.openings.rules.judging import NOT_OPEN, NOT_STAFFED, judge_start
from booking.openings.rules.question import Visit
from booking.openings.rules.search import find
from booking.openings.rules.staffing import barred_starts
from booking.openings.rules.starts import find_starts
from marketplace.kernel.walltime import NEW_YORK, from_minute
from providers.credentials.catalogue import first_policy
from tests.rules.openings.test_starts import at, question, rules, said, span
from tests.support.worlds import NOW, random_query, random_world

HOUSE = rules_by(first_policy())
TABLES = search_tables(HOUSE)

HOURLY = rules(step_minutes=60)
PART, ROTATING, FULL = ({"staffing": word} for word in ("part_time", "rotating", "full_time"))


def late(*spans, visit=Visit(60), evening=19 * 60, morning=6 * 60):  # noqa: B008 - a frozen value
    return replace(question(*spans, rules=HOURLY, visit=visit), late=lambda _day: (evening, morning))


@pytest.mark.parametrize(
    "sentence, asked, starts",
    [
        ("nothing said counts as full time", late(span("17:00-22:00")), "17:00 18:00 19:00 20:00 21:00"),
        ("full time", late(span("17:00-22:00", **FULL)), "17:00 18:00 19:00 20:00 21:00"),
        ("part time ends with the day", late(span("17:00-22:00", **PART)), "17:00 18:00"),
        ("so does rotating staff", late(span("17:00-22:00", **ROTATING)), "17:00 18:00"),
        ("the hour itself is evening", late(span("19:00-20:00", **PART)), ""),
        ("a visit of the day may run into the evening", late(span("18:00-21:00", **PART), visit=Visit(180)), "18:00"),
        ("night until the morning", late(span("04:00-08:00", **PART)), "06:00 07:00"),
        ("after midnight of the next day", late(span("22:00-32:00", **ROTATING)), "30:00 31:00"),
        ("full time first, a late visit is not handed over", late(span("17:00-20:00", **FULL), span("20:00-22:00", **PART)), "17:00 18:00 19:00"),
        ("part time first", late(span("17:00-20:00", **PART), span("20:00-22:00", **FULL)), "17:00 18:00 20:00 21:00"),
        ("another place is another matter", late(span("18:00-21:00", **PART), span("18:00-21:00", place=2)), "18:00 19:00 20:00"),
        ("a policy of its own", late(span("12:00-16:00", **PART), evening=14 * 60), "12:00 13:00"),
    ],
)  # fmt: skip
def test_starts(sentence, asked, starts):
    assert said(find_starts(asked)) == starts


def test_where_no_hour_is_called_late_nothing_is_barred():
    assert not barred_starts(question(span("17:00-22:00", **PART)))


def test_the_place_of_a_late_start_is_the_one_with_full_time_staff():
    judged = judge_start(late(span("18:00-21:00", **PART), span("18:00-21:00", place=2, **FULL)), at("19:00"))
    assert (judged.ok, judged.place_id) == (True, 2)


@pytest.mark.parametrize(
    "start, sentence", [("19:00", NOT_STAFFED), ("23:00", NOT_OPEN), ("19:10", NOT_OPEN)], ids=["late", "closed", "beside the grid"]
)
def test_the_refusal_says_why(start, sentence):
    judged = judge_start(late(span("17:00-22:00", **ROTATING)), at(start))
    assert (judged.code, judged.sentence) == ("outside_hours", sentence)


@given(st.integers(0, 2**32))
def test_no_late_start_of_any_calendar_lies_in_part_time_or_rotating_staffing(seed):
    """Search, the list of starts and the judge, on whole providers with clinics, rosters and nights."""
    random = Random(seed)
    query = random_query(random)
    for candidate in random_world(random, 3).candidates():
        facts, days = candidate.facts, days_around(query.from_minute, query.until_minute)
        found = {
            (item.setting, item.place and item.place.id, start)
            for item in find([candidate], query, TABLES, NOW).items
            for start in item.starts
        }
        for service in facts.services:
            wish = Wish(service.code, next(iter(service.prices)), "clinic")
            asked = ask(
                facts, wish, service, HOUSE, taken=(), travel=None, now=NOW, from_minute=query.from_minute, until_minute=query.until_minute
            )
            found |= {("clinic", judge_start(asked, start).place_id, start) for start in find_starts(asked)}
        for setting, place_id, start in found:
            wall_minute = from_minute(start).astimezone(NEW_YORK)
            if not 7 <= wall_minute.hour < 19:
                here = [
                    one
                    for one in open_time(facts, setting, *days)
                    if one.begin_minute <= start < one.end_minute and one.place_id == place_id
                ]
                assert {one.staffing for one in here} <= {None, "full_time"}, (facts, start)
