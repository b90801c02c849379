"""Days kept together: which starts lie beside a visit, which leave a gap nobody can use, and which hours are not shown."""

from dataclasses import replace

import pytest

from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import Visit
from booking.openings.rules.starts import beside_starts, find_starts
from tests.rules.openings.test_starts import DAY, at, question, rules, said, span, visit_at

NOON = visit_at("12:00-13:00", after=15)


def asked(*hours, taken=(NOON,), shortest=75, **more):
    limits = {name: more.pop(name) for name in ("fill_gaps", "offer_one_in", "step_minutes") if name in more}
    more = {"visit": Visit(60, 0, 15), **more}
    return replace(question(*hours, taken=taken, rules=rules(**limits), **more), shortest_minutes=shortest)


def minutes_away(here, there, _leaving):
    return 0 if here == there else 20


@pytest.mark.parametrize(
    "sentence, asked, starts",
    [
        ("without the rule everything that fits is offered", asked("09:00-16:00"), "09:00 09:30 10:00 10:30 13:30 14:00 14:30 15:00"),
        ("first does not mean only", asked("09:00-16:00", fill_gaps="prefer"), "09:00 09:30 10:00 10:30 13:30 14:00 14:30 15:00"),
        ("with it nothing leaves a gap that nobody can use", asked("09:00-16:00", fill_gaps="only"), "09:00 09:30 10:30 13:30 14:30 15:00"),
        ("a shorter visit makes gaps of use", asked("09:00-16:00", fill_gaps="only", shortest=45), "09:00 09:30 10:00 10:30 13:30 14:00 14:30 15:00"),
        ("a day without visits is as it was", asked("09:00-12:00", taken=(), fill_gaps="only"), "09:00 09:30 10:00 10:30 11:00"),
        ("a lunch is no visit", asked("11:00-16:00", taken=[visit_at("12:00-13:00", is_visit=False)], fill_gaps="only"), "13:00 13:30 14:00 14:30 15:00"),
        ("a closed hour between is no gap", asked("11:00-13:00", "14:00-17:00", fill_gaps="only"), "14:00 14:30 15:00 15:30 16:00"),
        ("hours at another place are others", asked("11:00-13:15", span("13:00-17:00", place=2), fill_gaps="only"), "13:30 14:00 14:30 15:00 15:30 16:00"),
        ("what a step forces is no gap", asked("12:00-16:00", fill_gaps="only", step_minutes=60), "14:00 15:00"),
        ("a call is left alone", asked("12:00-16:00", fill_gaps="only", offer_one_in=4, visit=Visit(15, is_call=True)), "13:30 14:00 14:30 15:00 15:30"),
    ],
)  # fmt: skip
def test_gaps_that_nobody_can_use(sentence, asked, starts):
    assert said(find_starts(asked)) == starts


@pytest.mark.parametrize(
    "sentence, asked, starts",
    [
        ("right before and right after", asked("09:00-16:00"), "10:30 13:30"),
        ("not beside a visit with a useless gap on its other side", asked("09:00-16:00", taken=(NOON, visit_at("15:30-16:00"))), "10:30"),
        ("beside both", asked("09:00-16:00", taken=(NOON, visit_at("15:00-16:00"))), "10:30 13:30"),
        ("never beside a lunch", asked("09:00-16:00", taken=[visit_at("12:00-13:00", is_visit=False)]), ""),
        ("nor on a day without visits", asked("09:00-16:00", taken=()), ""),
    ],
)
def test_right_beside_a_visit(sentence, asked, starts):
    assert said(beside_starts(asked)) == starts


def test_the_way_is_no_idle_time():
    away = {"travel": minutes_away, "visit": Visit(60, 0, 15, "10003"), "fill_gaps": "only"}
    visits = [visit_at("12:00-13:00", after=15, zip_code="10001")]
    assert said(find_starts(asked(span("12:00-18:00", place=None), taken=visits, **away))) == "14:00 15:00 15:30 16:00 16:30 17:00"
    assert said(beside_starts(asked(span("12:00-18:00", place=None), taken=visits, **away))) == "14:00"


def test_hours_that_are_not_shown_are_others_from_day_to_day():
    even = DAY.toordinal() % 2 == 0
    today, tomorrow = ("10:00 10:30", "33:00 33:30 35:00") if even else ("09:00 09:30 11:00", "34:00 34:30")
    assert said(find_starts(asked("09:00-12:00", taken=(), offer_one_in=2))) == today
    assert said(find_starts(asked("33:00-36:00", taken=(), offer_one_in=2))) == tomorrow


def test_what_lies_beside_a_visit_is_always_shown():
    shown = find_starts(asked("09:00-16:00", offer_one_in=4))
    assert {at("10:30"), at("13:30")} <= set(shown)
    assert len(shown) < len(find_starts(asked("09:00-16:00")))


@pytest.mark.parametrize("rule, code", [({"fill_gaps": "only"}, "leaves_gap"), ({"offer_one_in": 4}, "not_offered")])
def test_what_is_not_listed_is_refused_with_its_reason(rule, code):
    one = asked("09:00-16:00", **rule)
    missing = set(find_starts(asked("09:00-16:00"))) - set(find_starts(one))
    assert missing
    assert {judge_start(one, start).code for start in missing} == {code}


def test_the_hours_count_whole_even_where_part_of_them_is_asked_for():
    whole = [span("09:00-13:15"), span("13:15-18:00", staffing="full_time", anchor_minute=at("09:00"))]
    one = replace(asked(whole[1], fill_gaps="only"), hours=whole)
    assert said(find_starts(one)) == "13:30 14:30 15:00 15:30 16:00 16:30 17:00"
