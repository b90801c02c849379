"""With minutes for single doors every accepted pair of visits is reachable: walked through pair by pair."""

from dataclasses import replace
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from booking.openings.catalogue import rules_by, travel_by
from booking.openings.rules.asking import Wish, ask
from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import Taken
from booking.openings.rules.starts import find_starts
from marketplace.kernel.walltime import day_begin
from providers.credentials.catalogue import first_policy
from providers.profiles.rules import AreaFacts
from providers.schedule.rules.hours import WeeklyRange
from tests.support.worlds import NOW, TODAY, ZIPS, random_provider

HOUSE = rules_by(first_policy())
LOW = day_begin(TODAY) + 1440
MODES = ("walk", "walk_with_table", "subway", "subway_with_table", "car")


def traveling(random):
    facts = random_provider(random, 1)
    service = replace(facts.services[0], settings=frozenset({"home"}), prices={60: 1}, techniques=(), first_visit_only=False)
    week = tuple(WeeklyRange(day, 8 * 60, 23 * 60, frozenset({"home"})) for day in range(7))
    area = AreaFacts(random.choice(MODES), frozenset(ZIPS), random.choice((0, 15)), random.choice((0, 10)), None)
    rules = replace(facts.rules, max_per_day=None, notice_minutes=0)
    return replace(facts, services=(service,), places=(), area=area, weekly=week, exceptions=(), clinic_hours=(), rules=rules)


def question(facts, wish, taken):
    return ask(
        facts, wish, facts.services[0], HOUSE, taken=sorted(taken), travel=travel_by(facts.travel_mode), now=NOW, from_minute=LOW,
        until_minute=LOW + 1440,
    )  # fmt: skip


@given(st.integers(0, 2**32))
def test_no_accepted_pair_is_unreachable_with_its_doors(seed):
    random = Random(seed)
    facts, taken = traveling(random), []
    travel = travel_by(facts.travel_mode)
    for _ in range(12):
        wish = Wish(facts.services[0].code, 60, "home", random.choice(ZIPS), door_minutes=random.choice((0, 0, 5, 20, 45)))
        asked = question(facts, wish, taken)
        starts = list(find_starts(asked))
        if not starts:
            continue
        start = random.choice(starts)
        assert judge_start(asked, start).ok
        before = (
            facts.rules.buffer_before_minutes
            if facts.services[0].buffer_before_minutes is None
            else facts.services[0].buffer_before_minutes
        )
        assert asked.visit.before_minutes == before + facts.area.setup_minutes + wish.door_minutes
        taken.append(Taken(start, start + 60, asked.visit.before_minutes, asked.visit.after_minutes, wish.zip, is_visit=True))
    taken.sort()
    for one, other in pairwise(taken):
        leaves = one.end_minute + one.after_minutes
        assert leaves + travel(one.zip, other.zip, leaves) <= other.begin_minute - other.before_minutes


def test_a_door_takes_starts_away_and_gives_none():
    random = Random(4)
    facts = traveling(random)
    visit = Taken(LOW + 720, LOW + 780, 15, 10, ZIPS[0], is_visit=True)
    plain = Wish(facts.services[0].code, 60, "home", ZIPS[1])
    free, slow = (set(find_starts(question(facts, wish, [visit]))) for wish in (plain, replace(plain, door_minutes=45)))
    assert slow < free


def test_a_room_of_ones_own_has_no_door():
    random = Random(4)
    facts = traveling(random)
    service = replace(facts.services[0], settings=frozenset({"clinic"}))
    at_clinic = replace(facts, services=(service,))
    asked = question(at_clinic, Wish(service.code, 60, "clinic", door_minutes=45), [])
    assert asked.visit.before_minutes == question(at_clinic, Wish(service.code, 60, "clinic"), []).visit.before_minutes
