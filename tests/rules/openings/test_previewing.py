"""What changes when hours do: starts that come and go by part of the day, runs of starts, visits that lie outside."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.rules.previewing import Change, Run, Shown, changes_between, part_of, runs_of
from marketplace.kernel.walltime import day_begin

TUESDAY, MARCH_14 = date(2027, 1, 19), date(2027, 3, 14)


def starts(setting, *minutes, service="massage", on=TUESDAY):
    return Shown(service, "Massage", 60, setting, None, tuple(day_begin(on) + minute for minute in minutes))


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ([], [], []),
        ([starts("clinic", 600)], [starts("clinic", 600)], []),
        ([starts("clinic", 1080, 1095)], [starts("clinic")], [Change(TUESDAY, "evening", ("clinic",), 2, 0)]),
        ([], [starts("home", 600)], [Change(TUESDAY, "morning", ("home",), 0, 1)]),
        ([starts("clinic", 600, 615)], [starts("clinic", 615, 630, 645)], [Change(TUESDAY, "morning", ("clinic",), 1, 2)]),
        # two services at the same minute are one start
        ([starts("clinic", 600), starts("clinic", 600, service="other")], [], [Change(TUESDAY, "morning", ("clinic",), 1, 0)]),
        ([starts("clinic", 600), starts("clinic", 600, service="other")], [starts("clinic", 600)], []),
        # settings with the same change share a line, others do not
        ([starts("home", 1080), starts("hotel", 1080)], [], [Change(TUESDAY, "evening", ("home", "hotel"), 1, 0)]),
        (
            [starts("clinic", 1080), starts("home", 1080, 1095)],
            [],
            [Change(TUESDAY, "evening", ("clinic",), 1, 0), Change(TUESDAY, "evening", ("home",), 2, 0)],
        ),
        # a start after midnight is the next day's
        ([starts("home", 1410, 1470)], [], [Change(TUESDAY, "late", ("home",), 1, 0), Change(date(2027, 1, 20), "late", ("home",), 1, 0)]),
    ],
)
def test_what_comes_and_what_goes(before, after, changes):
    assert list(changes_between(before, after)) == changes


@pytest.mark.parametrize(
    ("minute", "part"), [(299, "late"), (300, "morning"), (720, "afternoon"), (1020, "evening"), (1259, "evening"), (1260, "late")]
)
def test_the_part_of_a_day_is_read_from_the_clock(minute, part):
    assert part_of(day_begin(TUESDAY) + minute) == part


def test_on_the_day_of_23_hours_the_clock_counts_and_not_the_minutes():
    assert part_of(day_begin(MARCH_14) + 16 * 60) == "evening"


MANY = st.lists(st.integers(0, 400), unique=True).map(sorted)


@given(before=MANY, after=MANY)
def test_fewer_and_more_account_for_every_start(before, after):
    found = changes_between([starts("home", *before)], [starts("home", *after)])
    assert sum(change.more - change.fewer for change in found) == len(after) - len(before)
    assert sum(change.fewer for change in found) == len(set(before) - set(after))


@given(minutes=MANY, step=st.integers(1, 30))
def test_runs_are_the_starts_again(minutes, step):
    runs = runs_of(minutes, step)
    assert [start for run in runs for start in range(run.first, run.last + 1, step)] == minutes
    assert [run.count for run in runs] == [(run.last - run.first) // step + 1 for run in runs]


def test_starts_at_one_distance_are_one_run():
    assert runs_of([0, 15, 30, 90], 15) == (Run(0, 30, 3, 15), Run(90, 90, 1, 15))
