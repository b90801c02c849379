"""Visits that no longer fit: rows that say why, and a twin that walks the minutes."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.fitting import MISFITS, NOT_REACHABLE, OUTSIDE_AREA, OUTSIDE_HOURS, TOO_CLOSE, Planned, misfits
from booking.openings.rules.asking import open_time
from booking.openings.rules.question import Taken
from marketplace.kernel.walltime import NEW_YORK, day_begin, from_minute
from providers.profiles.rules import AreaFacts, last_start, pads
from providers.schedule.rules.hours import WeeklyRange
from tests.support.worlds import NOW, TODAY, ZIPS, random_provider


def ride(here, there, departure):
    """Ten minutes within a ZIP code, else thirty, and ten more in the evening."""
    return (10 if here == there else 30) + (10 if from_minute(departure).astimezone(NEW_YORK).hour >= 20 else 0)


PLAIN = random_provider(Random(1), 1)
AREA = AreaFacts("subway", frozenset({"10003", "10009"}), 15, 15, None)
WEEK = tuple(WeeklyRange(day, 9 * 60, 20 * 60, frozenset({"home", "clinic"})) for day in range(7))
SERVICE = replace(PLAIN.services[0], settings=frozenset({"home"}), buffer_before_minutes=0, buffer_after_minutes=0, prices={60: 1})
FACTS = replace(PLAIN, services=(SERVICE,), places=(), area=AREA, weekly=WEEK, exceptions=(), clinic_hours=())


def at(clock, day=TODAY + timedelta(days=1)):
    hour, minute = clock.split(":")
    return day_begin(day) + int(hour) * 60 + int(minute)


def visit(number, begins, zip_code="10003", minutes=60, **more):
    taken = Taken(at(begins), at(begins) + minutes, 15, 15, zip_code, is_visit=True)
    return Planned(number, taken, "home", SERVICE.code, **more)


FIRST, SECOND = visit(1, "10:00"), visit(2, "12:00")
ROWS = [
    ("nothing has changed", FACTS, [FIRST, SECOND], {}),
    ("shorter days", replace(FACTS, weekly=tuple(replace(one, closes_minute=12 * 60) for one in WEEK)), [FIRST, SECOND], {2: (OUTSIDE_HOURS,)}),
    ("a day that is closed", replace(FACTS, weekly=()), [FIRST, SECOND], {1: (OUTSIDE_HOURS,), 2: (OUTSIDE_HOURS,)}),
    ("a latest start", replace(FACTS, area=replace(AREA, latest_start_minute=11 * 60)), [FIRST, SECOND], {2: (OUTSIDE_HOURS,)}),
    ("a smaller area", replace(FACTS, area=replace(AREA, covered_zips=frozenset({"10009"}))), [FIRST], {1: (OUTSIDE_AREA,)}),
    ("no area at all", replace(FACTS, area=None), [FIRST], {1: (OUTSIDE_AREA,)}),
    ("longer set-up", replace(FACTS, area=replace(AREA, setup_minutes=50)), [FIRST, SECOND], {1: (TOO_CLOSE,), 2: (TOO_CLOSE,)}),
    ("longer set-up, as the way is longer than that", replace(FACTS, area=replace(AREA, setup_minutes=40)), [FIRST, SECOND],
     {1: (NOT_REACHABLE,), 2: (NOT_REACHABLE,)}),
    ("farther than there is time", FACTS, [FIRST, visit(2, "11:45", "10009")], {1: (NOT_REACHABLE,), 2: (NOT_REACHABLE,)}),
    ("what somebody passed over by hand is said of nobody", FACTS, [FIRST, visit(2, "11:45", "10009", passed_over=frozenset({NOT_REACHABLE}))], {}),
    ("more minutes for strangers, and this is one", replace(FACTS, area=replace(AREA, first_visit_minutes=35)), [FIRST, SECOND],
     {1: (TOO_CLOSE,), 2: (TOO_CLOSE,)}),
    ("more minutes for strangers, and this is none", replace(FACTS, area=replace(AREA, first_visit_minutes=35)),
     [FIRST, visit(2, "12:00", met=True)], {}),
    ("a service that is offered no more keeps its minutes", replace(FACTS, services=(), area=replace(AREA, setup_minutes=50)),
     [FIRST, SECOND], {}),
    ("the way from the base within the hours", replace(FACTS, area=replace(AREA, leaves_from=("10009",))), [visit(1, "9:30")],
     {1: (NOT_REACHABLE,)}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "facts", "visits", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_what_no_longer_fits(sentence, facts, visits, expected):
    assert misfits(visits, [], facts, ride, NOW) == expected


def test_a_room_that_was_closed_holds_no_visit_though_another_is_open():
    rooms = tuple(replace(WEEK[0], weekday=day, place_id=2) for day in range(7))
    world = next(facts for seed in range(99) if len((facts := random_provider(Random(seed), 1)).places) == 2)
    first, second = (place.id for place in world.places)
    facts = replace(
        world, services=(replace(SERVICE, settings=frozenset({"clinic"})),), exceptions=(), clinic_hours=(),
        weekly=tuple(replace(one, place_id=second) for one in rooms), rules=replace(world.rules, buffer_after_minutes=0),
    )  # fmt: skip
    begin = at("10:00")
    there = [Planned(n, Taken(begin + n * 180, begin + n * 180 + 60, 0, 0, ZIPS[0], True, place), "clinic", SERVICE.code)
             for n, place in enumerate((first, second))]  # fmt: skip
    assert misfits(there, [], facts, ride, NOW) == {0: (OUTSIDE_HOURS,)}


# --- the twin -----------------------------------------------------------------------------------------------------------------


def present(planned, facts):
    service = facts.service(planned.service_code)
    if service is None or planned.setting not in service.settings:
        return planned.claimed
    before, after = pads(facts, service, planned.setting, met=planned.met)
    return planned.claimed._replace(before_minutes=before, after_minutes=after)


def padded(one):
    return set(range(one.begin_minute - one.before_minutes, one.end_minute + one.after_minutes))


def way_fits(one, other, calls, travel):
    """Whether between two padded claims there is a stretch without a call that is long enough for the way, left for at its beginning."""
    low, high = max(padded(one), default=0) + 1, min(padded(other), default=0)
    on_the_phone = set().union(*map(padded, calls)) if calls else set()
    minute = low
    while minute <= high:
        stretch = minute
        while stretch < high and stretch not in on_the_phone:
            stretch += 1
        if stretch - minute >= travel(one.zip, other.zip, minute):
            return True
        minute = stretch + 1
    return False


def neighbors_in_reach(taken, claims, facts):
    placed = [one for one in claims if one.zip is not None and padded(one)]
    calls = [one for one in claims if one.is_call]
    before = [one for one in placed if max(padded(one)) < min(padded(taken))]
    after = [one for one in placed if min(padded(one)) > max(padded(taken))]
    same = lambda one: taken.place_id in facts.place_zips and one.place_id == taken.place_id  # noqa: E731
    last = max(before, key=lambda one: max(padded(one)), default=None)
    following = min(after, key=lambda one: min(padded(one)), default=None)
    return (last is None or same(last) or way_fits(last, taken, calls, ride)) and (
        following is None or same(following) or way_fits(taken, following, calls, ride)
    )


def open_minutes(facts, planned):
    """The open minutes around a visit, by place; places without hours have none."""
    spans = open_time(facts, planned.setting, TODAY - timedelta(days=1), TODAY + timedelta(days=6), facts.service(planned.service_code))
    found = {}
    for span in spans:
        found.setdefault(span.place_id, set()).update(range(span.begin_minute, span.end_minute))
    return found


def ways_of_the_day_fit(taken, planned, facts):
    area = facts.area
    if planned.setting == "clinic" or area is None or not area.leaves_from:
        return True
    open_now = set().union(*open_minutes(facts, planned).values(), set())
    begin = taken.begin_minute
    if begin not in open_now:
        return True
    opens = closes = begin
    while opens - 1 in open_now:
        opens -= 1
    while closes in open_now:
        closes += 1
    there = max(ride(home, taken.zip, opens) for home in area.leaves_from)
    back = max(ride(taken.zip, home, closes - early) for home in area.returns_to for early in (0, 30, 60, 90, 120))
    return opens + there <= begin - taken.before_minutes and taken.end_minute + taken.after_minutes + back <= closes


def too_late(taken, planned, facts):
    last = last_start(facts, planned.setting, met=planned.met)
    wall = from_minute(taken.begin_minute).astimezone(NEW_YORK)
    return last is not None and (wall.hour * 60 + wall.minute > last or wall.hour < 5)


def twin(visits, others, facts):
    stand = {one.id: present(one, facts) for one in visits}
    found = {}
    for planned in visits:
        taken, codes = stand[planned.id], []
        beside = [one for number, one in stand.items() if number != planned.id]
        if any(padded(taken) & padded(one) for one in [*beside, *(one for one in others if one.zip)]):
            codes.append(TOO_CLOSE)
        if not neighbors_in_reach(taken, [*beside, *others], facts) or not ways_of_the_day_fit(taken, planned, facts):
            codes.append(NOT_REACHABLE)
        if planned.setting != "clinic" and (facts.area is None or taken.zip not in facts.area.covered_zips):
            codes.append(OUTSIDE_AREA)
        whole = set(range(taken.begin_minute, taken.end_minute))
        held = any(whole <= minutes for place, minutes in open_minutes(facts, planned).items() if taken.place_id in (None, place))
        if not held or too_late(taken, planned, facts):
            codes.append(OUTSIDE_HOURS)
        if codes:
            found[planned.id] = tuple(codes)
    return found


def random_day(random, facts):
    """Visits at clients' and in rooms, calls and blocks of two days, on quarters of an hour, often close to one another."""
    visits, others, minute = [], [], day_begin(TODAY + timedelta(days=1)) + 7 * 60
    for number in range(random.choice((2, 4, 7))):
        minute += random.randrange(0, 240, 15)
        end = minute + random.choice((30, 60, 90))
        kind = random.choice(("visit", "visit", "visit", "room", "block", "call", "elsewhere"))
        pad = random.choice((0, 15))
        if kind == "visit":
            taken = Taken(minute, end, pad, pad, random.choice(ZIPS), is_visit=True)
            code = random.choice([*(one.code for one in facts.services), "gone"])
            visits.append(Planned(number, taken, random.choice(("home", "office", "hotel")), code, met=random.random() < 0.5))
        elif kind == "room" and facts.places:
            place = random.choice(facts.places)
            taken = Taken(minute, end, pad, pad, place.zip, is_visit=True, place_id=place.id)
            visits.append(Planned(number, taken, "clinic", random.choice(facts.services).code))
        elif kind == "call":
            others.append(Taken(minute, end, 0, 0, None, is_call=True))
        else:
            others.append(Taken(minute, end, 0, 0, random.choice(ZIPS) if kind == "elsewhere" else None))
        minute = end
    return visits, others


@given(st.integers(0, 2**32))
def test_what_the_rule_says_a_walk_through_the_minutes_says_too(seed):
    random = Random(seed)
    facts = random_provider(random, 1)
    visits, others = random_day(random, facts)
    assert misfits(visits, others, facts, ride, NOW) == twin(visits, others, facts)


def test_the_twin_meets_every_sign():
    """Random days are worth something only as far as everything comes up in them, nothing amiss too."""
    seen = set()
    for seed in range(60):
        random = Random(seed)
        facts = random_provider(random, 1)
        visits, others = random_day(random, facts)
        found = misfits(visits, others, facts, ride, NOW)
        seen |= {code for codes in found.values() for code in codes} | {"fits" for one in visits if one.id not in found}
    assert seen == {*MISFITS, "fits"}


def test_a_day_is_a_day_of_the_year_in_which_it_lies():
    summer = date(2027, 7, 1)
    moved = Planned(1, Taken(at("9:00", summer), at("10:00", summer), 15, 15, "10003", is_visit=True), "home", SERVICE.code)
    assert misfits([moved], [], FACTS, ride, NOW) == {}
