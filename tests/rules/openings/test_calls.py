"""A phone call among visits: whenever somebody works, never while they are on the way, and a few a day."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from booking.openings.rules.asking import HouseRules, Wish, ask, open_time
from booking.openings.rules.judging import judge_start
from booking.openings.rules.limits import CALLS_A_DAY
from booking.openings.rules.question import Taken, Visit
from booking.openings.rules.starts import find_starts
from providers.credentials.catalogue import first_policy
from providers.profiles.rules import ServiceFacts, pads
from providers.schedule.rules.hours import ClinicHours, DateException, Shift, WeeklyRange
from tests.rules.openings.test_starts import ALWAYS, DAY, RULES, at, question, rules, said, span, visit_at
from tests.support.worlds import NOW, random_provider

HERE, NEAR, FAR_OFF = "10019", "10023", "10128"
MINUTES = {frozenset({HERE}): 10, frozenset({HERE, NEAR}): 30, frozenset({NEAR}): 10, frozenset({HERE, FAR_OFF}): 60}
CALL = Visit(10, is_call=True)
CALL_SERVICE = ServiceFacts("intro_call", "Free introductory call", (), (), frozenset({"phone"}), False, None, None, {10: 0}, 1)
ANYWHERE = span("12:00-16:00", place=None)


def by_table(here, there, departure_minute):
    return MINUTES.get(frozenset({here, there}), 60)


def call_at(text, before=0, after=0):
    begin, end = text.split("-")
    return Taken(at(begin), at(end), before, after, is_call=True)


def calls(*taken, hours=ANYWHERE, **more):
    return said(find_starts(question(hours, taken=taken, visit=CALL, travel=by_table, **more)))


@pytest.mark.parametrize(
    "sentence, taken, free",
    [
        ("nobody around", [], "12:00 12:30 13:00 13:30 14:00 14:30 15:00 15:30"),
        ("never while somebody is on the table", [visit_at("12:00-15:00", zip_code=HERE)], "15:00 15:30"),
        ("nor in the minutes kept free around a visit", [visit_at("12:00-15:00", after=15, zip_code=HERE)], "15:30"),
        (
            "after the last visit of the day nobody has to be anywhere",
            [visit_at("10:00-12:00", zip_code=FAR_OFF)],
            "12:00 12:30 13:00 13:30 14:00 14:30 15:00 15:30",
        ),
        (
            "between two visits the whole way fits before or after the call",
            [visit_at("11:00-12:00", zip_code=HERE), visit_at("13:15-17:00", zip_code=FAR_OFF)],
            "12:00 13:00",
        ),
        (
            "where it fits nowhere there is no call",
            [visit_at("11:00-12:00", zip_code=HERE), visit_at("13:05-17:00", zip_code=FAR_OFF)],
            "",
        ),
        (
            "in the same room nobody is on the way",
            [visit_at("11:00-12:00", zip_code=HERE, place=1), visit_at("13:05-17:00", zip_code=HERE, place=1)],
            "12:00 12:30",
        ),
        (
            "time off is no way",
            [visit_at("11:00-12:00", zip_code=HERE), visit_at("12:00-13:00", is_visit=False), visit_at("13:15-17:00", zip_code=FAR_OFF)],
            "13:00",
        ),
        (
            "a second call leaves the way too",
            [visit_at("11:00-12:00", zip_code=HERE), call_at("12:00-12:10"), visit_at("13:15-17:00", zip_code=FAR_OFF)],
            "",
        ),
        (
            "or takes another piece than the way does",
            [visit_at("11:00-12:00", zip_code=HERE), call_at("13:00-13:10"), visit_at("14:30-17:00", zip_code=FAR_OFF)],
            "12:00 12:30 13:30 14:00",
        ),
    ],
)
def test_a_call_never_eats_the_way_between_two_visits(sentence, taken, free):
    assert calls(*taken) == free


@pytest.mark.parametrize(
    "sentence, taken, free",
    [
        ("a call asks for no way", [call_at("11:50-12:00")], "12:00 12:30 13:00 13:30 14:00 14:30 15:00"),
        (
            "the way begins after the call",
            [visit_at("10:00-11:50", zip_code=FAR_OFF), call_at("11:50-12:10")],
            "13:30 14:00 14:30 15:00",
        ),
        (
            "or is over before it",
            [visit_at("09:00-10:30", zip_code=FAR_OFF), call_at("11:45-11:55")],
            "12:00 12:30 13:00 13:30 14:00 14:30 15:00",
        ),
        (
            "the way to the next visit fits before the call",
            [call_at("15:00-15:10"), visit_at("15:20-17:00", zip_code=FAR_OFF)],
            "12:00 12:30 13:00",
        ),
        (
            "or after it",
            [call_at("15:00-15:10"), visit_at("16:10-17:00", zip_code=FAR_OFF)],
            "12:00 12:30 13:00 13:30 14:00",
        ),
        (
            "the call's own minutes count",
            [call_at("15:00-15:10", before=10, after=10), visit_at("16:10-17:00", zip_code=FAR_OFF)],
            "12:00 12:30",
        ),
    ],
)
def test_a_visit_leaves_the_way_beside_the_calls_around_it(sentence, taken, free):
    asked = question(ANYWHERE, taken=taken, visit=Visit(60, zip=HERE), travel=by_table)
    assert said(find_starts(asked)) == free


def fits(taken, here, there, since, until):
    """Whether a way fits between two minutes: leaving at once or at the end of a call, with no minute of it on the phone."""
    busy = {
        minute
        for one in taken
        if one.is_call
        for minute in range(one.begin_minute - one.before_minutes, one.end_minute + one.after_minutes)
    }
    leaving = [since, *(minute for minute in range(since, until) if minute - 1 in busy and minute not in busy)]
    ways = [range(minute, minute + by_table(here, there, minute)) for minute in leaving]
    return any(way.stop <= until and busy.isdisjoint(way) for way in ways)


def every_way_fits(taken):
    """Whether somebody can keep a day: from each visit to the next in time, and free for every call."""
    placed = sorted((one for one in taken if one.zip is not None), key=lambda one: one.begin_minute)
    for one, other in pairwise(placed):
        same = one.place_id is not None and one.place_id == other.place_id
        left, due = one.end_minute + one.after_minutes, other.begin_minute - other.before_minutes
        if not same and not fits(taken, one.zip, other.zip, left, due):
            return False
    return True


def grown(random, taken, wanted):
    """One more visit or call at some start that the engine lists; None where it lists none."""
    asked = question(span("09:00-21:00", place=None if wanted.zip or wanted.is_call else 1), rules=rules(step_minutes=15), taken=taken,
                     visit=wanted, travel=by_table, place_zips={1: HERE})  # fmt: skip
    starts = find_starts(asked)
    clear = [start for start in range(at("09:00"), at("21:00") - wanted.minutes + 1, 15) if every_way_fits([*taken, made(wanted, start)])
             and not any(meets(one, made(wanted, start)) for one in taken)]  # fmt: skip
    full = wanted.is_call and sum(one.is_call for one in taken) >= CALLS_A_DAY
    assert starts == ([] if full else clear), (taken, wanted)
    return made(wanted, random.choice(starts)) if starts else None


def made(wanted, start):
    place = None if wanted.zip or wanted.is_call else 1
    zip_code = None if wanted.is_call else wanted.zip or HERE
    return Taken(
        start, start + wanted.minutes, wanted.before_minutes, wanted.after_minutes, zip_code, not wanted.is_call, place, wanted.is_call
    )


def meets(one, other):
    return (
        one.begin_minute - one.before_minutes < other.end_minute + other.after_minutes
        and other.begin_minute - other.before_minutes < one.end_minute + one.after_minutes
    )


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_booked_in_whatever_order_the_day_can_be_kept(seed):
    """A day grown start by start: what is listed is exactly what leaves every way, walked minute by minute, beside every call."""
    random, taken = Random(seed), []
    for _ in range(9):
        wanted = random.choice(
            (CALL, CALL, replace(CALL, after_minutes=5), Visit(60, 0, 15), Visit(60, 15, 15, NEAR), Visit(90, 0, 0, FAR_OFF))
        )
        one = grown(random, taken, wanted)
        taken += [one] if one else []
    assert every_way_fits(taken)
    assert taken


def test_a_day_takes_four_calls_and_then_visits_still():
    four = [call_at(f"{hour}:00-{hour}:10") for hour in (9, 10, 11, 12)]
    asked = question(ANYWHERE, taken=four, visit=CALL)
    assert len(four) == CALLS_A_DAY
    assert find_starts(asked) == []
    judgement = judge_start(asked, at("14:00"))
    assert (judgement.code, "calls" in judgement.sentence) == ("day_full", True)
    assert judge_start(question(ANYWHERE, taken=four, visit=Visit(60, zip=HERE)), at("14:00")).ok
    assert judge_start(question(ANYWHERE, taken=four[:3], visit=CALL), at("14:00")).ok


def test_calls_and_visits_are_counted_apart():
    full = rules(max_per_day=1)
    with_visit, with_call = [visit_at("09:00-10:00", zip_code=HERE)], [call_at("09:00-09:10")]
    assert judge_start(question(ANYWHERE, rules=full, taken=with_visit, visit=CALL), at("14:00")).ok
    assert judge_start(question(ANYWHERE, rules=full, taken=with_call, visit=Visit(60, zip=HERE)), at("14:00")).ok
    assert judge_start(question(ANYWHERE, rules=full, taken=with_visit, visit=Visit(60, zip=HERE)), at("14:00")).code == "day_full"


# --- a provider's own hours -----------------------------------------------------------------------------------------------


@pytest.fixture
def facts():
    """A provider with two places, an area and a call."""
    someone = next(one for number in range(99) if len((one := random_provider(Random(number), number)).places) == 2 and one.area)
    return replace(someone, services=(CALL_SERVICE,), exceptions=(), clinic_hours=(), rules=RULES)


def weekly(opens, closes, settings, place, staffing=None):
    return WeeklyRange(DAY.weekday(), opens * 60, closes * 60, frozenset(settings), place, staffing)


def whole(facts):
    spans = open_time(facts, "phone", DAY, DAY)
    return [(said([one.begin_minute]), said([one.end_minute]), one.place_id, one.staffing) for one in spans]


def test_a_call_can_be_whenever_somebody_works_wherever_that_is(facts):
    first, second = (place.id for place in facts.places)
    ranges = (weekly(9, 12, ["clinic"], first), weekly(11, 14, ["clinic"], second), weekly(17, 19, ["home"], None))
    assert whole(replace(facts, weekly=ranges)) == [("09:00", "14:00", None, None), ("17:00", "19:00", None, None)]


def test_hours_that_are_offered_for_nothing_are_no_time_for_a_call(facts):
    assert whole(replace(facts, weekly=(weekly(9, 12, [], facts.places[0].id),))) == []


def test_a_closed_day_is_closed_for_calls_and_other_hours_replace_the_usual_ones(facts):
    ranges = (weekly(9, 12, ["clinic"], facts.places[0].id),)
    assert whole(replace(facts, weekly=ranges, exceptions=(DateException(DAY, closed=True),))) == []
    instead = DateException(DAY, False, 15 * 60, 16 * 60, frozenset({"home"}))
    assert whole(replace(facts, weekly=ranges, exceptions=(instead,))) == [("15:00", "16:00", None, None)]


def test_a_shift_at_a_clinic_is_time_for_a_call_and_the_clinics_closing_ends_it(facts):
    first = facts.places[0].id
    rostered = ClinicHours(first, rostered=True, shifts=(Shift(DAY, 600, 720, "full_time"),))
    assert whole(replace(facts, weekly=(), clinic_hours=(rostered,))) == [("10:00", "12:00", None, "full_time")]
    house = ClinicHours(first, weekly=(weekly(8, 10, ["clinic"], None),))
    assert whole(replace(facts, weekly=(weekly(9, 12, ["clinic"], first),), clinic_hours=(house,))) == [("09:00", "10:00", None, None)]


def test_where_hours_of_two_places_disagree_about_staffing_the_weakest_word_counts(facts):
    first, second = (place.id for place in facts.places)
    ranges = (weekly(18, 20, ["clinic"], first, "full_time"), weekly(19, 21, ["clinic"], second, "rotating"))
    assert whole(replace(facts, weekly=ranges)) == [("18:00", "19:00", None, "full_time"), ("19:00", "21:00", None, "rotating")]


def asked(facts, **more):
    """The question that a hold asks about a call on the day."""
    house = HouseRules(first_policy(), {})
    window = {"from_minute": at("00:00"), "until_minute": at("24:00")}
    return ask(facts, Wish("intro_call", 10, "phone"), CALL_SERVICE, house, taken=(), travel=by_table, now=NOW, **window, **more)


def test_an_evening_call_needs_full_time_staff_and_a_soon_one_the_usual_notice(facts):
    ranges = (weekly(18, 21, ["clinic"], facts.places[0].id, "rotating"),)
    late = replace(asked(replace(facts, weekly=ranges)), now=question().now, standing=ALWAYS)
    starts = find_starts(late)
    assert starts
    assert max(starts) < at("19:00")
    assert judge_start(late, at("20:00")).code == "outside_hours"
    soon = replace(late, rules=replace(RULES, notice_minutes=10**6))
    assert judge_start(soon, at("18:00")).code == "too_soon"


def test_without_standing_on_the_day_there_is_no_call(facts):
    ranges = (weekly(9, 12, ["clinic"], facts.places[0].id),)
    bare = asked(replace(facts, weekly=ranges, credentials=()))
    assert not bare.standing
    assert find_starts(replace(bare, now=question().now)) == []


@pytest.mark.parametrize("service, padded", [(CALL_SERVICE, (0, 0)), (replace(CALL_SERVICE, buffer_after_minutes=5), (0, 5))])
def test_a_call_keeps_no_minutes_free_but_its_own(facts, service, padded):
    assert pads(replace(facts, rules=rules(buffer_after_minutes=15, turnover_minutes=10)), service, "phone") == padded


def test_what_people_are_treated_for_and_where_is_not_said_of_a_call(facts):
    assert facts.settings == frozenset()
    assert facts.call is CALL_SERVICE
