"""What counts against a therapist: rows, and a twin that goes through the days one by one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.reliability.catalogue import figures_on, versions
from booking.reliability.rules.lateness import Said
from booking.reliability.rules.lines import WHYS, Happened, in_window, write_lines
from booking.reliability.rules.policies import in_force
from marketplace.kernel.walltime import local_day, to_minute

NOW = datetime(2027, 6, 1, 17, 0, tzinfo=UTC)
TODAY = date(2027, 6, 1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIGURES = figures_on(TODAY)


def left(days: int = 10, notice: timedelta = 48 * HOUR, **more) -> Happened:
    at = NOW - days * DAY
    return Happened("cancelled", at, f"visit{days}", "R", at + notice, **more)


def ran_out(*waited: str) -> Happened:
    return Happened("unanswered", NOW - DAY, "asked", "R", NOW + DAY, waited_for=waited)


def late(provider: int | None = None, client: int | None = None, said_hours_ago: int = 100) -> Happened:
    at = NOW - said_hours_ago * HOUR
    said = [None if minutes is None else Said(minutes, at) for minutes in (provider, client)]
    return Happened("late", at - HOUR, "visit", "R", at - HOUR, provider_said=said[0], client_said=said[1])


def judged(*happened: Happened) -> list[tuple[str, int]]:
    return [(line.why, line.points) for line in write_lines(happened, FIGURES, NOW)]


@pytest.mark.parametrize(
    ("happened", "why", "points"),
    [
        (left(), "cancelled", 1),
        (left(notice=24 * HOUR), "cancelled", 1),
        (left(notice=24 * HOUR - timedelta(seconds=1)), "cancelled_late", 2),
        (left(reason="other"), "cancelled", 1),
        (left(reason="paused"), "paused", 0),
        (left(reason="declined"), "declined", 0),
        (left(reason="declined_full"), "declined", 0),
        (left(reason="both_or_none"), "two_together", 0),
        (left(confirmed=False), "not_confirmed", 0),
        (left(lapsed=True), "lapsed", 0),
        (left(reason="illness", notice=HOUR), "illness", 0),
        (left(reason="weather", notice=HOUR), "outside", 0),
        (ran_out("answer_due"), "unanswered", 1),
        (ran_out("answer_due", "clearance_due"), "waited_for_others", 0),
        (ran_out("answer_due", "health_due"), "waited_for_others", 0),
        (late(provider=9), "not_late", 0),
        (late(provider=10), "late", 1),
        (late(provider=29), "late", 1),
        (late(provider=30), "very_late", 2),
        (late(provider=5, client=40), "not_late", 0),
        (late(provider=40, client=15), "late", 1),
        (late(provider=0, client=40), "not_late", 0),
        (late(client=40, said_hours_ago=72), "answer_open", 0),
        (late(client=40, said_hours_ago=73), "very_late", 2),
    ],
)
def test_each_line_says_why_it_counts_or_does_not(happened, why, points):
    assert judged(happened) == [(why, points)]
    assert why in WHYS


def test_two_of_each_outside_reason_are_excused_in_a_year_the_earliest_first():
    weather = [left(days, reason="weather") for days in (5, 20, 40)]
    emergency = [left(days, reason="emergency") for days in (6, 21)]
    assert judged(*weather, *emergency) == [
        ("outside", 0), ("outside", 0), ("outside", 0), ("outside", 0), ("cancelled", 1),
    ]  # fmt: skip


def test_what_does_not_count_anyway_uses_up_nothing():
    assert judged(left(40, reason="weather", lapsed=True), left(30, reason="weather"), left(20, reason="weather")) == [
        ("lapsed", 0), ("outside", 0), ("outside", 0),
    ]  # fmt: skip


def test_the_year_begins_anew_on_january_1_in_new_york():
    turn = datetime(2027, 1, 1, 5, 0, tzinfo=UTC)
    visits = [
        Happened("cancelled", at, str(number), "R", at + 48 * HOUR, reason="weather")
        for number, at in enumerate([turn - 3 * HOUR, turn - 2 * HOUR, turn - HOUR, turn])
    ]
    lines = write_lines(visits, FIGURES, NOW)
    assert [line.points for line in lines] == [0, 0, 1, 0]


@pytest.mark.parametrize(("days", "inside"), [(0, True), (89, True), (90, False)])
def test_a_line_counts_on_its_day_and_89_days_after_it(days, inside):
    lines = write_lines([left(days)], FIGURES, NOW)
    assert bool(in_window(lines, FIGURES, TODAY)) is inside
    assert (lines[0].counts_until_on >= TODAY) is inside


happened_things = st.builds(
    lambda kind, hours, reason, confirmed, lapsed, notice: Happened(
        kind, NOW - hours * HOUR, str(hours), "R", NOW - hours * HOUR + notice * HOUR, confirmed, lapsed, reason,
        waited_for=("answer_due",), provider_said=Said(notice, NOW - hours * HOUR),
    ),
    st.sampled_from(["cancelled", "unanswered", "late"]),
    st.integers(0, 24 * 200),
    st.sampled_from([None, "other", "weather", "emergency", "building_access", "illness", "paused", "declined_time"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 60),
)  # fmt: skip


@given(st.lists(happened_things, max_size=25, unique_by=lambda one: one.visit))
def test_the_sums_are_those_of_a_twin_that_counts_day_by_day(happened):
    """The twin walks from day to day, and keeps for each year and reason a heap of excuses that it takes from."""
    expected, left_over = 0, {}
    for one in sorted(happened, key=lambda each: (each.at, each.visit)):
        on = local_day(to_minute(one.at))
        if one.kind == "cancelled":
            if one.reason in ("illness", "paused", "declined_time") or not one.confirmed or one.lapsed:
                continue
            heap = left_over.setdefault((on.year, one.reason), ["first", "second"])
            if one.reason in ("weather", "emergency", "building_access") and heap:
                heap.pop()
                continue
            points = 2 if one.starts_at - one.at < DAY else 1
        elif one.kind == "unanswered":
            points = 1
        else:
            minutes = one.provider_said.minutes
            points = 0 if minutes < 10 else 1 if minutes < 30 else 2
        day = on
        for _ in range(90):
            expected += points if day == TODAY else 0
            day += DAY
    lines = in_window(write_lines(happened, FIGURES, NOW), FIGURES, TODAY)
    assert sum(line.points for line in lines) == expected


def test_the_order_in_which_it_is_told_does_not_matter():
    visits = [left(days, reason="weather") for days in (5, 20, 40, 60)]
    assert write_lines(visits, FIGURES, NOW) == write_lines(visits[::-1], FIGURES, NOW)


def test_each_version_has_a_reason_and_each_why_that_counts_its_points():
    for version in versions():
        assert len(version.reason) > 40
        assert set(version.points) <= set(WHYS)
        assert [one.points for one in version.levels] == sorted(one.points for one in version.levels)
    assert in_force(versions(), date(2000, 1, 1)) == min(versions(), key=lambda one: one.effective_from)
