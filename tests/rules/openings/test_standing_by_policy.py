"""No start is listed, found or accepted for a day and setting without standing, by a second opinion; the lapse is exact to the minute's edge."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.catalogue import rules_by, search_tables
from booking.openings.rules.asking import Wish, ask, offered_service
from booking.openings.rules.candidates import Candidate
from booking.openings.rules.judging import judge_start
from booking.openings.rules.search import find
from booking.openings.rules.starts import find_starts
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import day_begin, local_day, to_minute
from providers.credentials.catalogue import first_policy
from providers.credentials.rules.standing import CredentialFact
from providers.profiles.rules import AreaFacts
from providers.schedule.rules.hours import ScheduleRules, WeeklyRange
from tests.support.standing import TECHNIQUES, may_use, may_work, policies_of, random_facts, random_versions
from tests.support.worlds import NOW, TODAY, random_claims, random_provider, random_query

NEW_YORK = ZoneInfo("America/New_York")
STATES = ("listed",) * 5 + ("suspended", "draft", "submitted")
AREA = AreaFacts("walk", frozenset({"10003"}), setup_minutes=0, pack_minutes=0, max_travel_minutes=None)


def stands(minute, minutes, setting, facts, service, house, versions):
    """On every New York day that the visit touches, day by day, minute by minute's date."""
    days = {datetime.fromtimestamp(at * 60, NEW_YORK).date() for at in (minute, minute + minutes - 1)}
    held = list(facts.credentials)
    for day in days:
        if facts.state != "listed" or not may_work(day, setting, facts.profession, held, versions):
            return False
        used = [may_use(day, setting, facts.profession, code, house.evidence_levels[code], held, versions) for code in service.techniques]
        if used and not any(used):
            return False
    return True


@given(st.integers(0, 2**32))
def test_a_start_is_listed_and_accepted_on_days_with_standing_alone(seed):
    random = Random(seed)
    versions = random_versions(random, TODAY)
    house = rules_by(policies_of(versions))
    facts = random_provider(random, 1)
    services = tuple(replace(one, techniques=tuple(random.sample(TECHNIQUES, random.choice((0, 1, 2))))) for one in facts.services)
    facts = replace(facts, state=random.choice(STATES), credentials=tuple(random_facts(random, TODAY)), services=services)
    low, high = day_begin(TODAY), day_begin(TODAY + timedelta(days=4))
    for service in facts.services:
        for setting in sorted(service.settings):
            wish = Wish(service.code, 60, setting, None if setting == "clinic" else "10003")
            try:
                offered_service(facts, wish)
            except Refused:
                continue
            question = ask(facts, wish, service, house, taken=(), travel=None, now=NOW, from_minute=low, until_minute=high)
            for start in find_starts(question):
                assert stands(start, 60, setting, facts, service, house, versions)
            for start in range(low + 15 * random.randrange(8), high, 120):
                judged = judge_start(question, start)
                if judged.code == "not_bookable":
                    assert not stands(start, 60, setting, facts, service, house, versions)
                elif judged.code not in {"too_soon", "too_far_ahead"}:
                    assert stands(start, 60, setting, facts, service, house, versions)


@given(st.integers(0, 2**32))
def test_search_finds_what_stands_alone_and_one_roster_serves_any_policy(seed):
    random = Random(seed)
    people = []
    for number in range(4):
        facts = random_provider(random, number)
        facts = replace(facts, credentials=tuple(random_facts(random, TODAY)))
        people.append(Candidate(facts, random_claims(random, facts)))
    query = replace(random_query(random), limit=20)
    for at in range(2):
        versions = random_versions(random, TODAY)
        if at:
            versions = [versions[0], *(replace(one, number=one.number + 10) for one in versions[1:])]
        house = rules_by(policies_of(versions))
        found = find(people, query, search_tables(house), NOW)
        fresh = find([Candidate(one.facts, one.claims) for one in people], query, search_tables(house), NOW)
        assert found == fresh, "what is kept of one policy is not shown under another"
        for item in found.items:
            for start in item.starts:
                assert stands(start, query.minutes, item.setting, item.facts, item.service, house, versions)


@pytest.mark.parametrize("last", [date(2027, 1, 14), date(2027, 3, 13), date(2027, 3, 14), date(2027, 11, 6), date(2027, 11, 7)])
@pytest.mark.parametrize("kind", ["license", "liability_insurance"])
def test_the_last_minute_of_the_last_day_counts_and_the_first_of_the_next_does_not(last, kind):
    """Around the clock in New York, on the days on which the clocks change too."""
    facts = replace(
        random_provider(Random(3), 1),
        weekly=tuple(WeeklyRange(day, 0, 1440, frozenset({"home"}), None, "full_time") for day in range(7)),
        exceptions=(),
        rules=ScheduleRules(1, None, 0, 0, 0, 60, None, 0),
        credentials=tuple(
            CredentialFact(one, "verified", date(2020, 1, 1), last if one == kind else None) for one in ("license", "liability_insurance")
        ),
    )
    service = replace(facts.services[0], techniques=(), settings=frozenset({"home"}), prices={1: 100, 60: 100}, buffer_before_minutes=0)
    facts = replace(facts, services=(service,), area=AREA)
    midnight = to_minute(datetime(last.year, last.month, last.day, tzinfo=NEW_YORK).astimezone(UTC) + timedelta(hours=30))
    end = next(minute for minute in range(midnight - 600, midnight + 600) if local_day(minute) > last)
    now = datetime.fromtimestamp((end - 900) * 60, UTC)
    for minutes in (1, 60):
        wish = Wish(service.code, minutes, "home", "10003")
        question = ask(
            facts, wish, service, rules_by(first_policy()), taken=(), travel=None, now=now, from_minute=end - 600, until_minute=end + 600
        )
        assert find_starts(question)[-1] == end - minutes
        assert judge_start(question, end - minutes).ok
        assert judge_start(question, end - minutes + 1).code == "not_bookable"
