"""The engine against the minute oracle, on random weeks around clock changes: open time, starts and judgements."""

import os
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest

from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import Question
from booking.openings.rules.starts import find_starts, iter_starts
from marketplace.kernel.walltime import day_span
from providers.schedule.rules.hours import OpenSpan
from tests.rules.openings.cases import question_of, random_case
from tests.rules.openings.minutes import Minutes, minutes_around, open_minutes, starts_by_minutes
from tests.rules.openings.yardstick import Case, starts_by_datetimes

CASES_A_SHARD = 10_000
SHARDS = 10
SOAK_CASES = int(os.environ.get("SOAK_CASES", "0"))  # noqa: TID251 - how long a soak lasts is asked of whoever starts it
ALL_SHARDS = [pytest.param(n, marks=pytest.mark.soak if n >= SHARDS else ()) for n in range(max(SHARDS, SOAK_CASES // CASES_A_SHARD))]
FAR = 10**9
SHORTEST_DAY = 23 * 60


Marks = dict[int | None, np.ndarray]


def unbroken_from_the_edge(minutes: Minutes, truth: Marks, begin: int) -> bool:
    """Whether some place is open from where the oracle begins to look up to the day: it cannot tell where that began."""
    return any(is_open[: begin - minutes.first].all() for is_open in truth.values())


def check_hours(minutes: Minutes, truth: Marks, spans: list[OpenSpan], begin: int, end: int) -> None:
    """Open time is what the minutes say on the day asked for; beyond it only what is open and touches."""
    said = {place: np.zeros(minutes.count, dtype=bool) for place in truth}
    for span in spans:
        assert begin <= span.begin_minute < span.end_minute
        said[span.place_id][span.begin_minute - minutes.first : span.end_minute - minutes.first] = True
    asked, beyond = slice(begin - minutes.first, end - minutes.first), slice(end - minutes.first, None)
    for place, is_open in truth.items():
        assert (said[place][asked] == is_open[asked]).all()
        if is_open[beyond.start - 1]:
            goes_on = np.logical_and.accumulate(is_open[beyond][:SHORTEST_DAY])
            assert (said[place][beyond][:SHORTEST_DAY] >= goes_on).all()
        assert not (said[place][beyond] & ~is_open[beyond]).any()


def check_starts(question: Question, by_place: dict[int | None, list[int]], begin: int, end: int, random: Random) -> None:
    """Listed, listed one by one, listed in a window, and judged: always what the minutes say."""
    truth = sorted({start for starts in by_place.values() for start in starts})
    assert find_starts(question) == truth
    unbounded = replace(question, from_minute=-FAR, until_minute=FAR)
    assert [start for start in iter_starts(unbounded) if start < end] == truth
    low = random.randrange(begin, end)
    window = replace(question, from_minute=low, until_minute=min(end, low + 200))
    assert find_starts(window) == [start for start in truth if low <= start < low + 200]
    assert find_starts(replace(question, from_minute=low), limit=2) == [start for start in truth if start >= low][:2]
    for start in (random.randrange(begin, end), random.choice(truth or [begin])):
        judgement = judge_start(unbounded, start)
        assert judgement.ok == (start in truth), judgement
        assert not judgement.ok or start in by_place[judgement.place_id]


def on_day(by_place: dict[int | None, list[int]], begin: int, end: int) -> dict[int | None, list[int]]:
    return {place: [start for start in starts if begin <= start < end] for place, starts in by_place.items()}


@pytest.mark.parametrize("shard", ALL_SHARDS)
def test_hours_starts_and_judgements_are_what_walking_the_minutes_says(shard):
    random = Random(shard)
    compared = 0
    while compared < CASES_A_SHARD:
        case = random_case(random)
        minutes = minutes_around(case.first_day, case.zone)
        begin, end = day_span(case.first_day, case.zone)
        truth = open_minutes(minutes, case)
        if unbroken_from_the_edge(minutes, truth, begin):
            continue
        question = question_of(case, begin, end)
        check_hours(minutes, truth, question.spans, begin, end)
        check_starts(question, on_day(starts_by_minutes(minutes, case, truth), begin, end), begin, end, random)
        compared += 1
    assert compared * SHARDS >= 100_000


@pytest.mark.parametrize("seed", range(4))
def test_the_plain_datetime_way_and_the_minutes_agree_so_that_neither_oracle_is_alone(seed):
    random = Random(1000 + seed)
    for _ in range(60):
        case = random_case(random)
        minutes = minutes_around(case.first_day, case.zone)
        begin, end = day_span(case.first_day, case.zone)
        truth = open_minutes(minutes, case)
        if unbroken_from_the_edge(minutes, truth, begin):
            continue
        by_place = on_day(starts_by_minutes(minutes, case, truth), begin, end)
        assert starts_by_datetimes(case) == sorted({start for starts in by_place.values() for start in starts})


def lift(case: Case, without: dict[str, Any]) -> Case:
    """The case without a limit; `rules` names those of the provider's rules that are lifted."""
    return replace(case, **{name: replace(case.rules, **value) if name == "rules" else value for name, value in without.items()})


@pytest.mark.parametrize(
    "limit, without",
    [
        ("claims", {"taken": ()}),
        ("travel", {"travel": None}),
        ("standing", {"standing": [(-FAR, FAR)]}),
        ("exceptions", {"exceptions": ()}),
        ("evenings", {"late": None}),
        ("last starts", {"last_start": None}),
        ("ways from and to the base", {"leaves_from": ()}),
        ("services", {"service": None}),
        ("weeks", {"rules": {"max_per_week": None, "max_minutes_per_week": None}}),
        ("hands-on", {"rules": {"max_minutes_per_day": None}}),
        ("holidays", {"rules": {"closed_holidays": ()}}),
        ("breaks", {"rules": {"run_minutes": None}}),
        ("gaps", {"rules": {"fill_gaps": None}}),
        ("rooms", {"full": {}}),
        ("hours shown", {"rules": {"offer_one_in": None}}),
    ],
)
def test_the_random_cases_are_worth_asking(limit, without):
    """More than a fifth has starts, and each limit matters in many; else the comparison would compare nothing with nothing."""
    random = Random(7)
    cases = [random_case(random) for _ in range(2_400)]
    found = [find_starts(question_of(case, *day_span(case.first_day, case.zone))) for case in cases]
    lifted = [find_starts(question_of(lift(case, without), *day_span(case.first_day, case.zone))) for case in cases]
    assert sum(map(bool, found)) >= 400
    assert sum(before != after for before, after in zip(found, lifted, strict=True)) >= 15
