"""Planning visits together: each wished day with what it brings, every clash with a way out, and when to look whether it helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from booking.openings.rules.asking import Wish
from booking.openings.rules.wanted import PARTS
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import DAY_MINUTES, day_begin, hour_words, local_day, wall_minute_of_day, wall_spans

LEAST_VISITS, MOST_VISITS = 2, 8
# Two visits in a week at most: what one person holds of a practice's coming week is bounded, and a body needs days between.
LEAST_EVERY, MOST_EVERY = 4, 28
REASSESS_EVERY = 4
NEIGHBOR_DAYS = 3
EACH_MOST = 2
WHY_MOST = (
    f"At most {MOST_VISITS} visits are planned at once: so that nobody fills a calendar that others need, and because after some visits "
    "it is time to look whether they help."
)
STOP_RULE = (
    "If nothing has changed by a point of review, stop: more of the same is not the answer. Talk with your therapist about another way, or "
    "see your doctor. Cancel what is still booked; each visit has its own time until which that is free."
)

FREE_WORDS = "This time is free."
LEFT_OUT = "There is no {time} that night, the clocks leave it out: the visit is planned an hour later."
FREE, CLASH = "free", "clash"
OTHER_TIME, MOVE, SHORTER = "other_time", "move", "shorter"

StartsOf = Callable[[Wish], Sequence[int]]
"""All starts of a wish in the window of the plan, epoch minutes in order."""
WhyNot = Callable[[Wish, int], tuple[str, str]]
"""For a start that is not free the code and the sentence of the reason."""
Within = Callable[[Sequence[Span], Span], bool]
"""Whether a visit may be held beside those that are planned before it."""


@dataclass(frozen=True)
class SeriesWish:
    """So many visits, so many days apart, from a day on at a wall minute of the day; `evening` prefers evenings where that time is gone."""

    wish: Wish
    visits: int
    every_days: int
    first_on: date
    wall_minute: int
    evening: bool = False


@dataclass(frozen=True)
class Option:
    """A way out of a clash: another time that day, a day beside it, or a shorter visit."""

    kind: str
    minutes: int
    start_minute: int


@dataclass(frozen=True)
class Planned:
    """One visit of the plan. `start_minute` is what is planned: the wished time, the first way out, or None where there is none.

    `review` marks the visits after which one looks whether it helps.
    """

    number: int
    on: date
    minutes: int
    wanted_minute: int
    start_minute: int | None
    state: str
    code: str
    sentence: str
    options: tuple[Option, ...]
    review: bool


def window_of(wanted: SeriesWish) -> Span:
    """The epoch minutes in which the plan and its ways out lie."""
    last = wanted.first_on + timedelta(days=wanted.every_days * (wanted.visits - 1) + NEIGHBOR_DAYS + 1)
    return day_begin(wanted.first_on - timedelta(days=NEIGHBOR_DAYS)), day_begin(last)


def review_after(visits: int) -> frozenset[int]:
    """After which visits one looks whether it helps: every fourth, and the last."""
    return frozenset({*range(REASSESS_EVERY, visits + 1, REASSESS_EVERY), visits})


@dataclass(frozen=True)
class Asking:
    """What a plan asks of a provider: the lengths of the service, its starts, why one is not free, and how much one may hold."""

    lengths: Sequence[int]
    starts_of: StartsOf
    why_not: WhyNot
    within: Within


def plan_series(wanted: SeriesWish, asking: Asking) -> list[Planned]:
    """Every visit with its state; those before are counted where one person's share of a practice's time is bounded.

    Ways out never leave the order of the visits: a visit that moves stays between its neighbors' days.
    """
    points, planned, held = review_after(wanted.visits), list[Planned](), list[Span]()
    for number in range(1, wanted.visits + 1):
        on = wanted.first_on + timedelta(days=wanted.every_days * (number - 1))
        one = _planned(wanted, asking, tuple(held), number, on)
        planned.append(replace(one, review=number in points))
        if one.start_minute is not None:
            held.append((one.start_minute, one.start_minute + one.minutes))
    return planned


def _planned(wanted: SeriesWish, asking: Asking, held: Sequence[Span], number: int, on: date) -> Planned:
    wish, at = wanted.wish, wished_minute(on, wanted.wall_minute)
    left_out = "" if wall_minute_of_day(at) == wanted.wall_minute else f"{LEFT_OUT.format(time=hour_words(wanted.wall_minute))} "
    if at in _free(asking, wish, held):
        return Planned(number, on, wish.minutes, at, at, FREE, "ok", left_out + FREE_WORDS, (), review=False)
    options = tuple(_ways_out(wanted, asking, held, on, at))
    code, sentence = asking.why_not(wish, at)
    first = options[0] if options else None
    start, minutes = (first.start_minute, first.minutes) if first else (None, wish.minutes)
    return Planned(number, on, minutes, at, start, CLASH, code, left_out + sentence, options, review=False)


def _free(asking: Asking, wish: Wish, held: Sequence[Span]) -> list[int]:
    return [start for start in asking.starts_of(wish) if asking.within(held, (start, start + wish.minutes))]


def wished_minute(on: date, wall_minute: int) -> int:
    """The epoch minute of a wall time on a day; where clocks skip it, as long after midnight."""
    spans = wall_spans(on, wall_minute, wall_minute + 1)
    return spans[0][0] if spans else day_begin(on) + wall_minute


def _ways_out(wanted: SeriesWish, asking: Asking, held: Sequence[Span], on: date, at: int) -> Iterator[Option]:
    """Other times of the day, then days beside it, then one shorter visit that day; the nearest first, evenings before where preferred."""
    wish, free = wanted.wish, _free(asking, wanted.wish, held)
    same = [start for start in free if local_day(start) == on]
    yield from (Option(OTHER_TIME, wish.minutes, start) for start in _nearest(wanted, same, at)[:EACH_MOST])
    reach = min(NEIGHBOR_DAYS, (wanted.every_days - 1) // 2)
    beside = [start for start in free if 0 < abs((local_day(start) - on).days) <= reach]
    yield from (Option(MOVE, wish.minutes, start) for start in _nearest(wanted, beside, at)[:EACH_MOST])
    for shorter in sorted((length for length in asking.lengths if length < wish.minutes), reverse=True):
        brief = [start for start in _free(asking, replace(wish, minutes=shorter), held) if local_day(start) == on]
        if brief:
            yield Option(SHORTER, shorter, _nearest(wanted, brief, at)[0])
            return


def _nearest(wanted: SeriesWish, starts: Sequence[int], at: int) -> list[int]:
    return sorted(starts, key=lambda start: (wanted.evening and not _is_evening(start), abs(start - at), start))


def _is_evening(start: int) -> bool:
    clock = wall_minute_of_day(start) % DAY_MINUTES
    return any(low <= clock < high for low, high in PARTS["evening"])


def series_fault(days: Sequence[date]) -> str | None:
    """What is wrong with the days of visits that are to be held together, in a sentence; None where nothing is."""
    if not LEAST_VISITS <= len(days) <= MOST_VISITS:
        return f"A series has {LEAST_VISITS} to {MOST_VISITS} visits. {WHY_MOST}"
    if any(later <= earlier for earlier, later in pairwise(days)):
        return "The visits of a series are on different days, one after the other."
    return None
