"""How much somebody takes on: visits and minutes hands-on a day and a week, and breaks, told in rows."""

import pytest

from booking.openings.rules.judging import judge_start
from booking.openings.rules.limits import claims_around
from booking.openings.rules.question import Visit
from booking.openings.rules.starts import find_starts
from marketplace.kernel.walltime import day_begin
from tests.rules.openings.test_starts import DAY, at, question, rules, said, visit_at

MONDAY = day_begin(DAY)


def starts(taken=(), visit=Visit(60), hours=("09:00-13:00",), **limits):  # noqa: B008 - a frozen value
    return said(find_starts(question(*hours, taken=taken, visit=visit, rules=rules(**limits))))


@pytest.mark.parametrize(
    "sentence, limits, taken, visit, shown",
    [
        ("an hour is left of two", {"max_minutes_per_day": 120}, ["14:00-15:00"], Visit(60), "09:00 09:30 10:00 10:30 11:00 11:30 12:00"),
        ("an hour and a half is not", {"max_minutes_per_day": 120}, ["14:00-15:00"], Visit(90), ""),
        ("half an hour still is", {"max_minutes_per_day": 120}, ["14:00-15:30"], Visit(30), "09:00 09:30 10:00 10:30 11:00 11:30 12:00 12:30"),
        ("yesterday's minutes are yesterday's", {"max_minutes_per_day": 60}, ["-02:00--01:00"], Visit(60), "09:00 09:30 10:00 10:30 11:00 11:30 12:00"),
        ("a visit longer than a day takes is never offered", {"max_minutes_per_day": 60}, [], Visit(90), ""),
        ("one visit fills a week of one", {"max_per_week": 1}, ["62:00-63:00"], Visit(60), ""),
        ("Sunday is the same week", {"max_per_week": 1}, ["154:00-155:00"], Visit(60), ""),
        ("next Monday is the next week", {"max_per_week": 1}, ["169:00-170:00"], Visit(60), "09:00 09:30 10:00 10:30 11:00 11:30 12:00"),
        ("last Sunday was the last week", {"max_per_week": 1}, ["-02:00--01:00"], Visit(60), "09:00 09:30 10:00 10:30 11:00 11:30 12:00"),
        ("minutes of a week", {"max_minutes_per_week": 150}, ["62:00-63:00", "86:00-87:00"], Visit(60), ""),
        ("as long as they are enough", {"max_minutes_per_week": 180}, ["62:00-63:00", "86:00-87:00"], Visit(60), "09:00 09:30 10:00 10:30 11:00 11:30 12:00"),
    ],
)  # fmt: skip
def test_days_and_weeks(sentence, limits, taken, visit, shown):
    assert starts([visit_at(text) if not text.startswith("-") else earlier(text) for text in taken], visit, **limits) == shown


def earlier(text):
    """`-02:00--01:00` is from ten to eleven in the evening before."""
    begin, end = (-int(part[:2]) * 60 for part in text[1:].split("--"))
    return visit_at("00:00-01:00")._replace(begin_minute=MONDAY + begin, end_minute=MONDAY + end)


@pytest.mark.parametrize(
    "sentence, taken, visit, shown",
    [
        ("after two hours a break of an hour", ["09:00-10:00", "10:00-11:00"], Visit(60), "12:00"),
        ("one hour more is two in all", ["09:00-10:00"], Visit(60), "10:00 10:30 11:00 11:30 12:00"),
        ("half an hour more would be two and a half", ["09:00-11:00"], Visit(30), "12:00 12:30"),
        ("half an hour between is no break", ["09:00-10:00", "10:30-11:30"], Visit(60), ""),
        ("a break between makes two runs", ["09:00-10:00", "11:00-12:00"], Visit(60), "12:00"),
        ("before a run there is a break too", ["11:00-13:00"], Visit(60), "09:00"),
        ("between two visits both count", ["09:00-10:00", "11:30-12:30"], Visit(60), ""),
        ("but for one on its own", [], Visit(180), "09:00 09:30 10:00"),
    ],
)
def test_breaks(sentence, taken, visit, shown):
    assert starts([visit_at(text) for text in taken], visit, run_minutes=120, break_minutes=60) == shown


def test_a_block_is_no_work_and_so_a_rest():
    block = visit_at("10:00-11:00", is_visit=False)
    assert starts([visit_at("09:00-10:00"), block], Visit(120), run_minutes=120, break_minutes=60) == "11:00"


@pytest.mark.parametrize(
    "limits, code", [({"max_minutes_per_day": 90}, "day_full"), ({"max_per_week": 1}, "week_full"), ({"run_minutes": 60, "break_minutes": 30}, "break_needed")]
)  # fmt: skip
def test_the_reason_is_said(limits, code):
    judgement = judge_start(question("09:00-13:00", taken=[visit_at("09:00-10:00")], rules=rules(**limits)), at("10:00"))
    assert (judgement.ok, judgement.code) == (False, code)
    assert judgement.sentence.endswith(".")


def test_a_call_is_no_work():
    assert starts([visit_at("14:00-15:00")], Visit(10, is_call=True), ("09:00-09:30",), max_per_week=1, max_minutes_per_day=60) == "09:00"


def test_whole_weeks_are_read_where_they_count():
    noon = MONDAY + 2 * 1440 + 720
    assert claims_around(noon, noon + 60, whole_weeks=False) == (noon - 2160, noon + 60 + 2160)
    low, high = claims_around(noon, noon + 60, whole_weeks=True)
    assert (low, high) == (MONDAY, MONDAY + 7 * 1440)
    assert claims_around(MONDAY, MONDAY + 60, whole_weeks=True)[0] == MONDAY - 2160
