"""No start is ever listed for a day without standing, and none is missing for a day with it: held against a second opinion.

Credentials, their dates and states, versions of the policy, settings, professions and techniques are drawn at random.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from booking.openings.catalogue import rules_by, search_tables
from booking.openings.rules.asking import Wish, ask
from booking.openings.rules.candidates import Candidate
from booking.openings.rules.judging import judge_start
from booking.openings.rules.search import find
from booking.openings.rules.starts import find_starts
from booking.openings.rules.wanted import Near, SearchQuery
from marketplace.kernel.walltime import day_begin, local_day
from providers.credentials.rules.standing import CredentialFact
from providers.profiles.rules import AreaFacts, ServiceFacts
from providers.schedule.rules.hours import ScheduleRules, WeeklyRange
from tests.support.standing import (
    FIRST,
    PROFESSIONS,
    SETTINGS,
    TECHNIQUES,
    Version,
    may_use,
    may_work,
    policies_of,
    random_facts,
    random_versions,
)
from tests.support.worlds import SPOTS, TODAY, random_provider

DAYS = 7
LONG_AGO, YEARS_AHEAD = date(2020, 1, 1), date(2030, 1, 1)
NOW = datetime(2027, 1, 12, 5, 30, tzinfo=UTC)
EVERYWHERE = frozenset(SETTINGS)
PERSON = random_provider(Random(3), 3)
ROOM = replace(PERSON.places[0], id=1)
EVERY_HOUR = ScheduleRules(60, None, 0, 0, 0, 60, None, 0)


def somebody(random, around):
    """Open day and night in every setting, with credentials that begin, end and are taken back around a day."""
    techniques = (
        (TECHNIQUES[0], *random.sample(TECHNIQUES[1:], random.choice((0, 1)))) if random.random() < 0.7 else (random.choice(TECHNIQUES),)
    )
    service = ServiceFacts("only", "Only", techniques, (), EVERYWHERE, False, 0, 0, {60: 15_000}, 1)
    return replace(
        PERSON,
        profession=random.choice(PROFESSIONS),
        credentials=papers(random, around),
        services=(service,),
        places=(ROOM,),
        area=AreaFacts("subway", frozenset({"10003", ROOM.zip}), 0, 0, None),
        weekly=tuple(WeeklyRange(day, 0, 1440, EVERYWHERE, 1) for day in range(7)),
        exceptions=(),
        clinic_hours=(),
        rules=EVERY_HOUR,
    )


def papers(random, around):
    """What everybody needs mostly stands, so that what else is asked decides; the rest is drawn."""
    drawn = random_facts(random, around)
    needed = [
        CredentialFact(kind, "verified", LONG_AGO, YEARS_AHEAD) for kind in ("license", "liability_insurance") if random.random() < 0.8
    ]
    held = {fact.kind for fact in needed}
    return (*needed, *(fact for fact in drawn if fact.kind not in held))


def asked_of(random, around):
    """Versions of the policy: mostly one that asks for one kind more, of some professions, in some settings; else any."""
    if random.random() < 0.3:
        return random_versions(random, around)
    row = {"professions": random.sample(PROFESSIONS, random.choice((0, 1))), "settings": random.sample(SETTINGS, random.choice((0, 1, 2)))}
    asked = {"license": [{}], "liability_insurance": [{}], random.choice(("background_check", "physician_collaboration")): [row]}
    return [FIRST, Version(2, around + timedelta(days=random.randrange(-4, 2)), asked)]


def stands(day, setting, facts, versions, levels):
    """The second opinion on one day: the person may work there, and one of the techniques may be used."""
    credentials = list(facts.credentials)
    if not may_work(day, setting, facts.profession, credentials, versions):
        return False
    return any(may_use(day, setting, facts.profession, code, levels[code], credentials, versions) for code in facts.services[0].techniques)


def case(seed):
    random = Random(seed)
    around = TODAY + timedelta(days=random.randrange(DAYS))
    versions = asked_of(random, around)
    return somebody(random, around), versions, rules_by(policies_of(versions)), random.choice(SETTINGS)


@given(st.integers(0, 2**32))
def test_starts_are_listed_and_judged_right_exactly_where_the_second_opinion_sees_standing(seed):
    facts, versions, house, setting = case(seed)
    wish = Wish("only", 60, setting, None if setting == "clinic" else "10003")
    low, high = day_begin(TODAY), day_begin(TODAY + timedelta(days=DAYS))
    asked = ask(facts, wish, facts.services[0], house, taken=(), travel=None, now=NOW, from_minute=low, until_minute=high)
    asked = replace(asked, rules=replace(EVERY_HOUR, step_minutes=30))
    listed = set(find_starts(asked))
    right = {
        day: stands(day, setting, facts, versions, house.evidence_levels) for day in (TODAY + timedelta(days=at) for at in range(DAYS + 1))
    }
    for start in range(low, high, 30):
        if start < NOW.timestamp() // 60:
            continue
        expected = right[local_day(start)] and right[local_day(start + 59)]
        assert (start in listed) == expected, (local_day(start), setting)
        assert judge_start(asked, start).ok == expected


@given(st.integers(0, 2**32))
def test_search_never_shows_a_start_without_standing_and_finds_whoever_stands(seed):
    facts, versions, house, setting = case(seed)
    latitude, longitude, hood = SPOTS["10003"]
    near = Near("10003", latitude, longitude, "10003", hood)
    low, high = day_begin(TODAY + timedelta(days=1)), day_begin(TODAY + timedelta(days=3))
    query = SearchQuery(low, high, near, radius_meters=30_000, settings=frozenset({setting}))
    found = find([Candidate(facts, ())], query, search_tables(house), NOW).items
    days = [TODAY + timedelta(days=at) for at in (1, 2)]
    some = any(stands(day, setting, facts, versions, house.evidence_levels) for day in days)
    assert [item.facts.slug for item in found] == ([facts.slug] if some else [])
    for item, start in product(found, range(3)):
        for minute in (item.starts[start], item.starts[start] + 59) if start < len(item.starts) else ():
            assert stands(local_day(minute), setting, facts, versions, house.evidence_levels)
