"""Planning visits together, against a twin that looks at every start there is; and the rows that say what a plan may be."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.series import Asking, SeriesWish, plan_series, review_after, series_fault, window_of, wished_minute
from booking.openings.rules.asking import Wish
from marketplace.kernel.walltime import NEW_YORK, day_begin, from_minute

FIRST = date(2027, 3, 8)  # the clocks change on March 14


def shown(start):
    return from_minute(start).astimezone(NEW_YORK)


def random_case(random):
    wanted = SeriesWish(
        Wish("massage", 60, "clinic"),
        random.randrange(2, 9),
        random.randrange(4, 15),
        FIRST,
        random.choice((600, 150, 1110)),
        random.random() < 0.5,
    )
    low, high = window_of(wanted)
    free = {minutes: sorted(random.sample(range(low, high, 30), min(60, (high - low) // 30))) for minutes in (30, 45, 60)}
    for number in range(wanted.visits):
        if random.random() < 0.5:
            free[60].append(wished_minute(FIRST + timedelta(days=number * wanted.every_days), wanted.wall_minute))
    barred = random.randrange(3, 40)
    asking = Asking(
        sorted(free),
        lambda wish: sorted(set(free[wish.minutes])),
        lambda _wish, _at: ("slot_taken", "Taken."),
        lambda held, span: (span[0] // 30 + len(held)) % barred != 0,
    )
    return wanted, asking


def twin(wanted, asking):
    """For each visit (start or None, minutes, options) by sorting all there is."""
    found, held = [], []
    for number in range(wanted.visits):
        on = FIRST + timedelta(days=number * wanted.every_days)
        wish = wanted.wish
        wall = [
            start
            for start in range(day_begin(on), day_begin(on + timedelta(days=1)))
            if shown(start).hour * 60 + shown(start).minute == wanted.wall_minute
        ]
        at = wall[0] if wall else day_begin(on) + wanted.wall_minute

        def free(minutes, held=held, wish=wish):
            starts = asking.starts_of(Wish(wish.service, minutes, wish.setting))
            return [start for start in starts if asking.within(held, (start, start + minutes))]

        def order(start, at=at):
            return (wanted.evening and not 17 <= shown(start).hour < 21, abs(start - at), start)

        if at in free(60):
            found.append((at, 60, []))
        else:
            near = [day for day in (-3, -2, -1, 1, 2, 3) if 2 * abs(day) < wanted.every_days]
            options = [("other_time", 60, start) for start in sorted((one for one in free(60) if shown(one).date() == on), key=order)[:2]]
            beside = [one for one in free(60) if (shown(one).date() - on).days in near]
            options += [("move", 60, start) for start in sorted(beside, key=order)[:2]]
            for minutes in (45, 30):
                brief = sorted((one for one in free(minutes) if shown(one).date() == on), key=order)
                if brief:
                    options.append(("shorter", minutes, brief[0]))
                    break
            found.append((options[0][2], options[0][1], options) if options else (None, 60, []))
        if found[-1][0] is not None:
            held.append((found[-1][0], found[-1][0] + found[-1][1]))
    return found


@given(st.integers(0, 2**32))
def test_a_plan_is_what_the_twin_chooses(seed):
    wanted, asking = random_case(Random(seed))
    plan = plan_series(wanted, asking)
    assert [(one.start_minute, one.minutes, [(o.kind, o.minutes, o.start_minute) for o in one.options]) for one in plan] == twin(
        wanted, asking
    )
    assert [one.number for one in plan] == list(range(1, wanted.visits + 1))
    days = [shown(one.start_minute).date() for one in plan if one.start_minute is not None]
    assert days == sorted(set(days))
    assert all((one.state == "free") == (one.start_minute == one.wanted_minute) for one in plan)
    assert all(one.sentence for one in plan)


@pytest.mark.parametrize(("visits", "points"), [(2, {2}), (4, {4}), (6, {4, 6}), (8, {4, 8})])
def test_when_to_look_whether_it_helps(visits, points):
    assert review_after(visits) == points


def test_a_time_that_the_clocks_leave_out_is_said_on_its_day_alone():
    asking = Asking([60], lambda _wish: range(*window_of(wanted), 30), lambda *_: ("slot_taken", "Taken."), lambda *_: True)
    wanted = SeriesWish(Wish("m", 60, "clinic"), 2, 6, FIRST, 2 * 60 + 30)
    plain, moved = plan_series(wanted, asking)
    assert (plain.sentence, shown(plain.start_minute).hour) == ("This time is free.", 2)
    assert moved.sentence.replace("\u00a0", " ").startswith("There is no 2:30 AM that night")
    assert (moved.state, shown(moved.start_minute).hour, shown(moved.start_minute).minute) == ("free", 3, 30)
    taken = Asking([60], lambda _wish: (), lambda *_: ("slot_taken", "Taken."), lambda *_: True)
    assert plan_series(wanted, taken)[1].sentence.endswith("an hour later. Taken.")


def test_an_evening_stays_an_evening_where_it_is_preferred():
    at = wished_minute(FIRST, 18 * 60)
    starts = [at - 60 * 2, at + 120]
    asking = Asking([60], lambda _wish: starts, lambda *_: ("slot_taken", "Taken."), lambda *_: True)
    plain = plan_series(SeriesWish(Wish("m", 60, "clinic"), 2, 7, FIRST, 18 * 60), asking)[0]
    evening = plan_series(SeriesWish(Wish("m", 60, "clinic"), 2, 7, FIRST, 18 * 60, evening=True), asking)[0]
    assert (plain.start_minute, evening.start_minute) == (starts[0], starts[1])


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([0, 7], None),
        (list(range(0, 56, 7)), None),
        ([0], "2 to 8 visits"),
        (list(range(0, 63, 7)), "2 to 8 visits"),
        ([0, 7, 7], "different days"),
        ([7, 0], "different days"),
    ],
)
def test_what_a_series_may_be(days, words):
    fault = series_fault([FIRST + timedelta(days=day) for day in days])
    assert fault is None if words is None else words in fault
