"""Search against a twin that asks the judge about every quarter of an hour, and counts facets by searching anew."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.catalogue import rules_by, search_tables
from booking.openings.rules.asking import Wish, ask, offered_service, open_time
from booking.openings.rules.judging import judge_start
from booking.openings.rules.kinds import PROVIDER_KINDS
from booking.openings.rules.search import FACETS, find
from booking.openings.rules.wanted import PRICE_STEPS_CENTS, SearchQuery
from booking.quotes.catalogue import taxes
from booking.quotes.rules.visits import quote_visit
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import NEW_YORK, day_begin, from_minute, local_day
from providers.credentials.catalogue import first_policy
from providers.credentials.rules.standing import in_force, techniques_in_standing
from providers.places.rules.geometry import Point, distance_meters
from tests.support.worlds import (
    CARRIERS,
    CONDITIONS,
    KINDS,
    NOW,
    PLANS,
    SETTINGS,
    TECHNIQUES,
    TODAY,
    World,
    quarters,
    random_query,
    random_world,
)

HOUSE = rules_by(first_policy())
TABLES = search_tables(HOUSE)
HOURS = {"morning": range(5, 12), "afternoon": range(12, 17), "evening": range(17, 21), "late": (21, 22, 23, 0, 1, 2, 3, 4)}


def answers_of(facts, claims, query):
    """Every (service number, setting, place, distance, start, cents) with which a provider meets a query, by asking about each."""
    found = []
    for at, service in enumerate(facts.services):
        for setting in ("clinic", "home", "hotel", "office"):
            found += [(at, setting, *rest) for rest in starts_of(facts, claims, query, service, setting)]
    return found


def starts_of(facts, claims, query, service, setting):
    zip_code = query.near.zip if query.near and setting != "clinic" else None
    wish = Wish(service.code, query.minutes, setting, zip_code)
    if query.settings and setting not in query.settings:
        return
    try:
        offered_service(facts, wish)
    except Refused:
        return
    taken = [held.taken for held in claims if held.expires_at is None or held.expires_at > NOW]
    travel = TABLES.traveler(facts.travel_mode)
    question = ask(
        facts,
        wish,
        service,
        HOUSE,
        taken=taken,
        travel=travel,
        now=NOW,
        from_minute=query.from_minute,
        until_minute=query.until_minute,
    )
    pieces = open_time(facts, setting, local_day(query.from_minute) - timedelta(days=1), local_day(query.until_minute) + timedelta(days=1))
    for place, start in product(facts.places if setting == "clinic" else (None,), quarters(query)):
        there = [span for span in question.spans if place is None or span.place_id == place.id]
        if not judge_start(replace(question, spans=there), start).ok:
            continue
        away = None if query.near is None else 0
        if place is not None and query.near is not None:
            away = round(distance_meters(query.near.point, Point(place.latitude, place.longitude)))
        hood = place.neighborhood if place else query.near.neighborhood
        cents = quote_visit(
            facts, service, minutes=query.minutes, setting=setting, starts_at=from_minute(start), zip_code=zip_code, taxes=taxes(), now=NOW
        ).total_cents
        end = start + query.minutes
        if place is not None and away is not None and away > query.radius_meters:
            continue
        if (query.neighborhoods and hood not in query.neighborhoods) or not of_kind(place, query):
            continue
        if query.max_price_cents is not None and cents > query.max_price_cents:
            continue
        if query.parts and not any(from_minute(start).astimezone(NEW_YORK).hour in HOURS[part] for part in query.parts):
            continue
        full = [one for one in pieces if one.staffing == "full_time" and (place is None or one.place_id == place.id)]
        if query.full_time and not all(
            any(one.begin_minute <= minute < one.end_minute for one in full) for minute in range(start, end, 15)
        ):
            continue
        if needed(facts, service, query, start, end):
            yield setting if place is None else place.id, away, start, cents, hood


def of_kind(place, query):
    """Whether the visit is in a clinic of a kind that is asked for."""
    return not query.place_kinds or (place is not None and place.setting_kind in query.place_kinds)


def needed(facts, service, query, start, end):
    """Whether the service meets the need on every day that the visit touches."""
    for day in {local_day(start), local_day(end - 1)}:
        levels = {code: HOUSE.evidence_levels[code] for code in service.techniques}
        stand = set(techniques_in_standing(day, facts.credentials, levels, HOUSE.policies))
        ties = TABLES.strengths.get(query.condition, {})
        if query.techniques and not stand & query.techniques:
            return False
        if query.condition and query.condition not in service.conditions and not stand & set(ties):
            return False
    return True


def matches(facts, claims, query):
    if query.genders and facts.gender not in query.genders:
        return []
    if query.languages and not query.languages & set(facts.languages):
        return []
    if query.collaborates and not in_force(local_day(int(NOW.timestamp()) // 60), facts.credentials, "physician_collaboration"):
        return []
    if query.provider_kinds and not query.provider_kinds & kinds_of(facts):
        return []
    if (query.carriers or query.plans) and not says_so(facts, query):
        return []
    answers = answers_of(facts, claims, query)
    answers = [one for one in answers if facts.services[one[0]].first_visit_only == query.first_consult]
    return [one for one in answers if not query.instant or one[1] not in facts.services[one[0]].by_request.settings]


def says_so(facts, query):
    """Whether some line of what was stated names one of the carriers and one of the plans, gone through pair by pair."""
    lines = facts.insurance.entries if facts.insurance else ()
    pairs = {(one.carrier, plan) for one in lines for plan in (None, *one.plans)}
    return any((carrier, plan) in pairs for carrier in query.carriers or CARRIERS for plan in query.plans or (None,))


def kinds_of(facts):
    """Of what kinds somebody is today, said in other words than the product's."""
    today = [one for one in facts.credentials if one.status == "verified" and one.valid_from <= TODAY <= one.valid_until]
    found = {"physical_therapist"} if facts.profession == "pt" else set()
    if {place.setting_kind for place in facts.places} - {"private_practice"}:
        found.add("clinic_team")
    if facts.profession == "lmt" and any(one.kind == "certificate" for one in today):
        found.add("trained_lmt")
    if facts.profession == "lmt" and any(one.details.get("relation") == "referral" for one in today):
        found.add("referral_lmt")
    return found


def count(world, query):
    return sum(bool(matches(facts, claims, query)) for facts, claims in world.people)


# For each facet: the query that asks for one value in place of the facet's own filter.
ASKED_FOR = {
    "setting": lambda query, value: replace(query, settings=frozenset({value})),
    "technique": lambda query, value: replace(query, techniques=frozenset({value})),
    "condition": lambda query, value: replace(query, condition=value),
    "neighborhood": lambda query, value: replace(query, neighborhoods=frozenset({value})),
    "provider_kind": lambda query, value: replace(query, provider_kinds=frozenset({value})),
    "place_kind": lambda query, value: replace(query, place_kinds=frozenset({value})),
    "price": lambda query, value: replace(query, max_price_cents=int(value)),
    "gender": lambda query, value: replace(query, genders=frozenset({value})),
    "language": lambda query, value: replace(query, languages=frozenset({value})),
    "staffing": lambda query, _value: replace(query, full_time=True),
    "collaborates": lambda query, _value: replace(query, collaborates=True),
    "first_consult": lambda query, _value: replace(query, first_consult=True),
    "instant": lambda query, _value: replace(query, instant=True),
    "carrier": lambda query, value: replace(query, carriers=frozenset({value})),
    "plan": lambda query, value: replace(query, plans=frozenset({value})),
}
VALUES = {
    "setting": SETTINGS,
    "technique": TECHNIQUES,
    "condition": CONDITIONS,
    "neighborhood": ("east_village", "upper_west_side"),
    "place_kind": KINDS,
    "provider_kind": PROVIDER_KINDS,
    "price": tuple(str(step) for step in PRICE_STEPS_CENTS),
    "gender": ("female", "male"),
    "language": ("en", "es", "zh"),
    "staffing": ("full_time",),
    "collaborates": ("1",),
    "first_consult": ("1",),
    "instant": ("1",),
    "carrier": CARRIERS,
    "plan": PLANS,
}


def strength(facts, service, query, start):
    if query.condition is None:
        return 0
    levels = {code: HOUSE.evidence_levels[code] for code in service.techniques}
    stand = techniques_in_standing(local_day(start), facts.credentials, levels, HOUSE.policies)
    ties = TABLES.strengths[query.condition]
    return max((ties.get(code, 0) for code in stand), default=0) or int(query.condition in service.conditions)


def shown(facts, claims, query):
    """The option that should be shown: (position, service number, setting or place, starts with prices)."""
    options = {}
    for at, setting, spot, away, start, cents, _hood in matches(facts, claims, query):
        options.setdefault((at, setting, spot, away), []).append((start, cents))
    ranked = []
    for (at, setting, spot, away), starts in options.items():
        first, cents = starts[0]
        by_sort = {"soonest": (first, away or 0), "rating": (first, away or 0), "distance": (away or 0, first), "price": (cents, first)}
        ranked.append(((-strength(facts, facts.services[at], query, first), at, *by_sort[query.sort]), (at, setting, spot, away, starts)))
    return min(ranked, key=lambda one: one[0])[1] if ranked else None


def position(facts, query, option):
    _at, _setting, _spot, away, starts = option
    first, cents = starts[0]
    mean = facts.rating_sum * 1000 // facts.rating_count if facts.rating_count else 0
    leading = {
        "soonest": (first, away or 0, cents),
        "distance": (away or 0, first, cents),
        "price": (cents, first, away or 0),
        "rating": (-mean, -facts.rating_count, first, away or 0),
    }
    return (*leading[query.sort], facts.slug)


def pages(candidates, query):
    """Every page in turn."""
    found, after = [], None
    while True:
        result = find(candidates, query, TABLES, NOW, after)
        found += result.items
        assert len(result.items) <= query.limit
        if result.after is None:
            return found
        after = result.after


@given(st.integers(0, 2**32))
def test_search_finds_what_asking_about_every_start_finds(seed):
    random = Random(seed)
    world, query = random_world(random), random_query(random)
    candidates = world.candidates()
    result = find(candidates, query, TABLES, NOW)
    assert result.total == count(world, query)
    expected = []
    for facts, claims in world.people:
        option = shown(facts, claims, query)
        if option is not None:
            expected.append((position(facts, query, option), facts.slug, option))
    expected.sort(key=lambda one: one[0])
    items = pages(candidates, query)
    assert [item.facts.slug for item in items] == [slug for _, slug, _ in expected]
    for item, (_, _, (at, setting, _spot, away, starts)) in zip(items, expected, strict=True):
        assert (item.service, item.distance_meters) == (item.facts.services[at], away)
        assert item.starts == tuple(start for start, _ in starts[:3])
        assert item.prices_cents == tuple(cents for _, cents in starts[:3])
        assert item.more_starts == (len(starts) > 3)
        assert item.setting == setting or setting in ("home", "hotel", "office")


@given(st.integers(0, 2**32))
def test_facets_count_whom_their_value_would_find(seed):
    random = Random(seed)
    world, query = random_world(random, 4), random_query(random)
    facets = find(world.candidates(), query, TABLES, NOW).facets
    assert set(facets) == set(FACETS) == set(VALUES)
    facet = random.choice(FACETS)
    for value in VALUES[facet]:
        assert facets[facet].get(value, 0) == count(world, ASKED_FOR[facet](query, value)), (facet, value, query)


@pytest.mark.parametrize("minutes_later", [0, 6])
def test_a_hold_counts_until_the_second_it_ends(minutes_later):
    random = Random(7)
    world = random_world(random, 8)
    query = replace(random_query(random), limit=20)
    now = NOW + timedelta(minutes=minutes_later)
    kept = [(facts, [held for held in claims if held.expires_at is None or held.expires_at > now]) for facts, claims in world.people]
    without = find([type(world.candidates()[0])(facts, claims) for facts, claims in kept], query, TABLES, now)
    assert find(world.candidates(), query, TABLES, now) == without


def services_of(facts, *techniques):
    """The same provider with one clinic service for each list of techniques, in that order."""
    made = [
        replace(
            facts.services[0],
            code=f"own-{at}",
            techniques=codes,
            conditions=(),
            settings=frozenset({"clinic"}),
            prices={60: 15_000},
            first_visit_only=False,
        )
        for at, codes in enumerate(techniques)
    ]
    return replace(facts, services=tuple(made))


def test_the_service_that_goes_firmest_with_the_condition_is_shown_whatever_its_place_in_the_list():
    random = Random(3)
    world = random_world(random, 60)
    query = SearchQuery(day_begin(TODAY), day_begin(TODAY) + 3 * 1440, condition="neck_pain")
    people = [(services_of(facts, ("trigger_point",), ("myofascial_release",)), claims) for facts, claims in world.people]
    found = find(World(people).candidates(), query, TABLES, NOW).items
    assert found
    assert {item.service.code for item in found} == {"own-1"}
    plain = find(World(people).candidates(), replace(query, condition=None), TABLES, NOW).items
    assert {item.service.code for item in plain} == {"own-0"}
    no_tie = find(World(people).candidates(), replace(query, condition="cancer_care"), TABLES, NOW)
    assert (no_tie.total, no_tie.items) == (0, ())
