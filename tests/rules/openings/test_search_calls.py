"""Searching for introductory calls: whoever gives one and works with what is needed, judged quarter by quarter of an hour."""

from dataclasses import replace
from random import Random

import pytest

from booking.openings.rules.asking import Wish, ask
from booking.openings.rules.judging import judge_start
from booking.openings.rules.search import find
from booking.openings.rules.wanted import CALLS, SearchQuery
from booking.openings.rules.widening import widened
from marketplace.kernel.walltime import NEW_YORK, day_begin, from_minute
from providers.profiles.rules import ServiceFacts
from tests.rules.openings.test_search import HOURS, HOUSE, TABLES, matches, needed
from tests.support.worlds import NOW, TECHNIQUES, TODAY, World, quarters, random_query, random_world

CALL = ServiceFacts("intro_call", "Free introductory call", (), (), frozenset({"phone"}), False, None, None, {10: 0}, 1)
NOWHERE = {"place_kinds": frozenset(), "neighborhoods": frozenset(), "first_consult": False, "full_time": False, "near": None}


def with_calls(random):
    """A world in which half of the people give calls."""
    people = [
        (replace(facts, services=(*facts.services, CALL)) if random.random() < 0.5 else facts, claims)
        for facts, claims in random_world(random).people
    ]
    return World(people)


def call_query(random):
    query = random_query(random)
    sort = "soonest" if query.sort == "distance" else query.sort
    return replace(query, settings=CALLS, minutes=10, sort=sort, limit=50, **NOWHERE)


def without_asking_who(query):
    """The same query of everybody: of any kind, whoever they work with, whatever they state of insurers."""
    return replace(query, provider_kinds=frozenset(), collaborates=False, carriers=frozenset(), plans=frozenset())


def call_starts(facts, claims, query):
    """Asks the judge about every quarter of an hour, and about the need of each by all that the person does."""
    everything = replace(
        CALL,
        techniques=tuple({t for s in facts.services for t in s.techniques}),
        conditions=tuple({c for s in facts.services for c in s.conditions}),
    )
    window = {"from_minute": query.from_minute, "until_minute": query.until_minute}
    taken = [held.taken for held in claims if held.expires_at is None or held.expires_at > NOW]
    question = ask(
        facts, Wish("intro_call", 10, "phone"), CALL, HOUSE, taken=taken, travel=TABLES.traveler(facts.travel_mode), now=NOW, **window
    )
    starts = [start for start in quarters(query) if judge_start(question, start).ok and needed(facts, everything, query, start, start + 10)]
    return [
        start
        for start in starts
        if not query.parts or any(from_minute(start).astimezone(NEW_YORK).hour in HOURS[part] for part in query.parts)
    ]


def persons(world, query):
    """Whoever gives calls and is asked for as a person."""
    return [(facts, claims) for facts, claims in world.people if CALL in facts.services and is_asked_for(facts, query)]


def is_asked_for(facts, query):
    return (not query.genders or facts.gender in query.genders) and (not query.languages or query.languages & set(facts.languages))


@pytest.mark.parametrize("seed", range(30))
def test_calls_are_found_as_the_judge_says(seed):
    random = Random(seed)
    world, query = with_calls(random), without_asking_who(call_query(random))
    truth = {facts.slug: tuple(found[:3]) for facts, claims in persons(world, query) if (found := call_starts(facts, claims, query))}
    result = find(world.candidates(), query, TABLES, NOW)
    assert {one.facts.slug: one.starts for one in result.items} == truth
    assert result.total == len(truth) == result.facets["setting"]["phone"]
    assert {(one.setting, one.minutes, one.zip, one.place, one.distance_meters, one.prices_cents[0]) for one in result.items} <= {
        ("phone", 10, None, None, None, 0)
    }


@pytest.mark.parametrize("seed", range(6))
def test_a_count_beside_a_technique_is_what_a_tap_shows(seed):
    random = Random(100 + seed)
    world = with_calls(random)
    query = SearchQuery(day_begin(TODAY), day_begin(TODAY) + 2 * 1440, minutes=10, settings=CALLS)
    counts = find(world.candidates(), query, TABLES, NOW).facets["technique"]
    assert counts
    assert {code: find(world.candidates(), replace(query, techniques=frozenset({code})), TABLES, NOW).total for code in TECHNIQUES} == {
        code: counts[code] for code in TECHNIQUES
    }


def test_calls_are_no_answer_to_a_search_for_visits():
    random = Random(5)
    world = with_calls(random)
    query = SearchQuery(day_begin(TODAY), day_begin(TODAY) + 2 * 1440, minutes=10)
    assert find(world.candidates(), query, TABLES, NOW).total == 0
    assert matches(*world.people[0], query) == []


def test_what_comes_nearest_to_a_call_is_another_time():
    query = SearchQuery(day_begin(TODAY), day_begin(TODAY) + 1440, minutes=10, settings=CALLS, parts=frozenset({"late"}))
    assert {code for code, _, _ in widened(query, [10, 30, 60])} == {"later", "other_part"}
