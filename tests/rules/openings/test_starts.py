"""When a visit can begin, told in rows: the grid, claims and pads, notice, horizon, full days, standing, places."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import Question, Taken, Visit
from booking.openings.rules.starts import find_starts, free_spans, iter_starts
from marketplace.kernel.walltime import NEW_YORK, day_begin
from providers.schedule.rules.hours import OpenSpan, ScheduleRules, WeeklyRange
from providers.schedule.rules.opening import open_spans

DAY = date(2027, 6, 7)
MIDNIGHT = day_begin(DAY)
FAR = 10**9
ALWAYS = [(-FAR, FAR)]
NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)
RULES = ScheduleRules(
    step_minutes=30,
    offset_minutes=None,
    buffer_before_minutes=0,
    buffer_after_minutes=0,
    notice_minutes=0,
    horizon_days=60,
    max_per_day=None,
    turnover_minutes=0,
)


def at(text):
    """`09:30` of the day, as an epoch minute; `33:00` is nine in the morning of the next day."""
    hour, minute = text.split(":")
    return MIDNIGHT + int(hour) * 60 + int(minute)


def said(starts):
    return " ".join(f"{(start - MIDNIGHT) // 60:02d}:{(start - MIDNIGHT) % 60:02d}" for start in starts)


def span(text, place=1, **more):
    begin, end = text.split("-")
    return OpenSpan(at(begin), at(end), place, **more)


def visit_at(text, before=0, after=0, zip_code=None, place=None, is_visit=True):
    begin, end = text.split("-")
    return Taken(at(begin), at(end), before, after, zip_code, is_visit, place)


def question(*spans, rules=RULES, taken=(), visit=Visit(60), now=NOW, standing=ALWAYS, travel=None, place_zips=None):  # noqa: B008 - a frozen value
    whole = [span(text) if isinstance(text, str) else text for text in spans]
    return Question(whole, rules, taken, visit, now, -FAR, FAR, standing, travel, place_zips or {})


def rules(**more):
    return replace(RULES, **more)


@pytest.mark.parametrize(
    "sentence, asked, starts",
    [
        ("the last visit ends when hours end", question("09:00-11:00"), "09:00 09:30 10:00"),
        ("no visit is longer than the hours", question("09:00-09:59"), ""),
        ("a visit as long as the hours fits once", question("09:00-10:00"), "09:00"),
        ("starts count from where open time begins", question("09:10-11:10"), "09:10 09:40 10:10"),
        ("or from its anchor", question(span("09:00-11:00", anchor_minute=at("08:50"))), "09:20 09:50"),
        ("an offset puts them on the wall's clock", question("09:10-11:40", rules=rules(offset_minutes=0)), "09:30 10:00 10:30"),
        ("an offset of a quarter", question("09:00-11:00", rules=rules(offset_minutes=15)), "09:15 09:45"),
        ("an offset beyond the step counts by its rest", question("09:00-11:00", rules=rules(offset_minutes=45)), "09:15 09:45"),
        (
            "a step that does not divide the day",
            question("23:00-26:00", rules=rules(step_minutes=50, offset_minutes=0)),
            "23:20 24:00 24:50",
        ),
        ("a stretch is two touching spans of one place", question("09:00-10:00", "10:00-11:00"), "09:00 09:30 10:00"),
        ("a span inside another changes nothing", question("09:00-12:00", "09:30-10:00"), "09:00 09:30 10:00 10:30 11:00"),
        ("two places are two stretches", question("09:00-10:00", span("10:00-11:00", place=2)), "09:00 10:00"),
        ("places side by side give each start once", question("09:00-10:30", span("09:00-11:00", place=2)), "09:00 09:30 10:00"),
        ("and in order", question("09:00-11:00", span("09:15-10:45", place=2)), "09:00 09:15 09:30 09:45 10:00"),
        ("spans in any order", question("13:00-14:00", "09:00-10:00"), "09:00 13:00"),
        ("no hours, no starts", question(), ""),
    ],
)
def test_the_grid(sentence, asked, starts):
    assert said(find_starts(asked)) == starts


@pytest.mark.parametrize(
    "sentence, taken, visit, starts",
    [
        ("a claim takes its time", [visit_at("10:00-11:00")], Visit(60), "09:00 11:00 11:30 12:00"),
        ("its pads take time too", [visit_at("10:00-11:00", 15, 15)], Visit(60), "11:30 12:00"),
        ("so do the visit's", [visit_at("10:00-11:00")], Visit(60, 15, 15), "11:30 12:00"),
        ("both pads are kept, one after the other", [visit_at("10:00-11:00", 0, 15)], Visit(60, 30, 0), "09:00 12:00"),
        ("touching pads are fine", [visit_at("10:15-11:00", 0, 15)], Visit(60, 15, 15), "09:00 11:30 12:00"),
        ("pads need not lie within the hours", [], Visit(60, 90, 90), "09:00 09:30 10:00 10:30 11:00 11:30 12:00"),
        ("a claim outside hours may reach in", [visit_at("08:00-09:00", 0, 15)], Visit(60), "09:30 10:00 10:30 11:00 11:30 12:00"),
        ("a claim after hours may reach in", [visit_at("13:10-14:00", 15)], Visit(60), "09:00 09:30 10:00 10:30 11:00 11:30"),
        ("a claim of a minute is a claim", [visit_at("10:00-10:01")], Visit(60), "09:00 10:30 11:00 11:30 12:00"),
        ("claims in any order", [visit_at("12:00-13:00"), visit_at("09:00-10:00")], Visit(60), "10:00 10:30 11:00"),
        ("a day that is full", [visit_at("09:00-13:00")], Visit(30), ""),
    ],
)
def test_claims_and_pads(sentence, taken, visit, starts):
    assert said(find_starts(question("09:00-13:00", taken=taken, visit=visit))) == starts


@pytest.mark.parametrize("seconds, first", [(-1, "10:00"), (0, "10:00"), (1, "10:30")])
def test_notice_is_elapsed_time_exact_to_the_second(seconds, first):
    now = datetime.fromtimestamp(at("08:00") * 60 + seconds, UTC)
    asked = question("09:00-11:30", now=now, rules=rules(notice_minutes=120))
    assert said(find_starts(asked)).split()[0] == first
    assert judge_start(asked, at("10:00")).code == ("too_soon" if seconds > 0 else "ok")


def test_notice_counts_the_hours_that_really_pass_on_a_change_day():
    spring = date(2027, 3, 14)
    now = datetime(2027, 3, 14, 1, 30, tzinfo=NEW_YORK)
    spans = open_spans([WeeklyRange(6, 0, 480, frozenset({"clinic"}))], (), spring, spring, "clinic")
    first = next(iter_starts(replace(question(*spans, rules=rules(notice_minutes=120)), now=now)))
    assert datetime.fromtimestamp(first * 60, NEW_YORK).strftime("%H:%M") == "04:30"


@pytest.mark.parametrize("days, last", [(0, ""), (5, ""), (6, "23:30"), (7, "24:30")])
def test_the_horizons_last_day_is_whole_and_new_yorks(days, last):
    late_evening = datetime(2027, 6, 2, 3, 30, tzinfo=UTC)  # still the first of June in New York
    starts = find_starts(question("22:00-25:30", now=late_evening, rules=rules(horizon_days=days)))
    assert said(starts[-1:]) == last


@pytest.mark.parametrize(
    "sentence, most, taken, starts",
    [
        ("no limit", None, [visit_at("09:00-10:00")], "10:00 10:30 24:30"),
        ("one visit fills the day, not the next", 1, [visit_at("09:00-10:00")], "24:30"),
        ("two are not reached", 2, [visit_at("09:00-10:00")], "10:00 10:30 24:30"),
        ("a claim that is no visit does not count", 1, [visit_at("09:00-10:00", is_visit=False)], "10:00 10:30 24:30"),
        ("a visit counts on the day it begins", 1, [visit_at("23:30-24:15")], "24:30"),
        ("none at all", 0, [], ""),
    ],
)
def test_full_days(sentence, most, taken, starts):
    asked = question("09:00-11:30", "24:30-25:30", taken=taken, rules=rules(max_per_day=most))
    assert said(find_starts(asked)) == starts


@pytest.mark.parametrize(
    "sentence, standing, starts",
    [
        ("in force all along", [(at("00:00"), at("24:00"))], "09:00 09:30 10:00"),
        ("lapses at ten: a visit ends by then", [(at("00:00"), at("10:00"))], "09:00"),
        ("begins at half past nine", [(at("09:30"), at("24:00"))], "09:30 10:00"),
        ("two periods that touch are one", [(at("00:00"), at("09:45")), (at("09:45"), at("24:00"))], "09:00 09:30 10:00"),
        ("never in force", [], ""),
    ],
)
def test_standing(sentence, standing, starts):
    assert said(find_starts(question("09:00-11:00", standing=standing))) == starts


@pytest.mark.parametrize(
    "low, high, starts",
    [("09:00", "10:00", "09:00 09:30"), ("09:01", "10:01", "09:30 10:00"), ("00:00", "09:00", ""), ("11:00", "09:00", "")],
)
def test_a_window_limits_the_list_and_never_moves_the_grid(low, high, starts):
    asked = replace(question("09:00-12:00"), from_minute=at(low), until_minute=at(high))
    assert said(find_starts(asked)) == starts


def test_the_first_few_are_found_without_finding_all():
    asked = question("09:00-18:00")
    assert said(find_starts(asked, limit=3)) == said(islice(iter_starts(asked), 3)) == "09:00 09:30 10:00"
    assert find_starts(asked, limit=0) == []


def test_both_half_past_ones_of_november_can_be_booked_and_the_missing_one_of_march_cannot():
    def night(day):
        spans = open_spans([WeeklyRange(6, 60, 240, frozenset({"clinic"}))], (), day, day, "clinic")
        now = datetime(day.year, day.month, 1, tzinfo=UTC)
        return [
            f"{datetime.fromtimestamp(s * 60, NEW_YORK):%H:%M %Z}" for s in find_starts(replace(question(*spans, visit=Visit(30)), now=now))
        ]

    assert night(date(2027, 11, 7))[:5] == ["01:00 EDT", "01:30 EDT", "01:00 EST", "01:30 EST", "02:00 EST"]
    assert night(date(2027, 3, 14)) == ["01:00 EST", "01:30 EST", "03:00 EDT", "03:30 EDT"]


claims = st.lists(st.tuples(st.integers(480, 1200), st.integers(1, 120), st.integers(0, 30), st.integers(0, 30)), max_size=8)


def taken_from(rows):
    return [Taken(MIDNIGHT + begin, MIDNIGHT + begin + length, before, after) for begin, length, before, after in rows]


@given(claims, st.randoms(use_true_random=False))
def test_the_order_of_claims_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert find_starts(question("09:00-18:00", taken=taken_from(rows))) == find_starts(question("09:00-18:00", taken=taken_from(shuffled)))


@given(claims, st.integers(1, 120), st.integers(0, 30), st.integers(0, 30))
def test_what_is_booked_is_gone_and_nothing_new_appears(rows, minutes, before, after):
    asked = question("09:00-18:00", taken=taken_from(rows), visit=Visit(minutes, before, after))
    starts = find_starts(asked)
    for start in starts[:1]:
        booked = Taken(start, start + minutes, before, after)
        left = find_starts(replace(asked, taken=[*asked.taken, booked]))
        assert start not in left
        assert set(left) < set(starts)


@given(claims)
def test_free_spans_are_where_a_start_is_free_of_claims(rows):
    asked = replace(question(taken=taken_from(rows), visit=Visit(45, 10, 5)), from_minute=MIDNIGHT, until_minute=MIDNIGHT + 1440)
    free = {minute for begin, end in free_spans(asked) for minute in range(begin, end)}
    busy = {minute for c in asked.taken for minute in range(c.begin_minute - c.before_minutes, c.end_minute + c.after_minutes)}
    assert free == {s for s in range(MIDNIGHT, MIDNIGHT + 1440) if busy.isdisjoint(range(s - 10, s + 50))}


def test_a_month_on_both_sides_of_a_change_keeps_the_walls_hours():
    first = date(2027, 10, 24)
    weekly = [WeeklyRange(day, 18 * 60, 21 * 60, frozenset({"home"})) for day in range(7)]
    spans = open_spans(weekly, (), first, first + timedelta(days=27), "home")
    starts = find_starts(replace(question(*spans), now=datetime(2027, 10, 20, tzinfo=UTC)))
    assert len(starts) == 28 * 5
    assert {f"{datetime.fromtimestamp(start * 60, NEW_YORK):%H:%M}" for start in starts} == {"18:00", "18:30", "19:00", "19:30", "20:00"}
