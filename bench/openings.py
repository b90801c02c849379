"""W1: every start of one provider for 30 days (60 minutes on a 15-minute grid, hours with a break, 15-minute buffer).

The engine against the plain datetime way, in CPU time, with 0, 60 and 240 claims; both from the weekly hours up.
Run from the project's root: `python -m bench.openings`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from booking.openings.rules.question import Question, Taken, Visit
from booking.openings.rules.starts import find_starts
from marketplace.kernel.walltime import day_span
from providers.schedule.rules.hours import ScheduleRules, WeeklyRange
from providers.schedule.rules.opening import open_spans
from tests.rules.openings.yardstick import Case, starts_by_datetimes

FIRST_DAY = date(2027, 4, 5)
LAST_DAY = FIRST_DAY + timedelta(days=29)
NOW = datetime(2027, 4, 4, 16, tzinfo=UTC)
CLINIC = frozenset({"clinic"})
WEEKLY = [WeeklyRange(day, opens, closes, CLINIC, 1) for day in range(7) for opens, closes in ((540, 780), (840, 1200))]
RULES = ScheduleRules(
    step_minutes=15,
    offset_minutes=None,
    buffer_before_minutes=0,
    buffer_after_minutes=15,
    notice_minutes=120,
    horizon_days=60,
    max_per_day=None,
    turnover_minutes=0,
)
VISIT = Visit(60, 0, 15)
GOALS = {0: None, 60: 25.0, 240: 80.0}


@dataclass(frozen=True)
class Figure:
    """CPU milliseconds at one number of claims, and the ratio aimed at."""

    claims: int
    starts: int
    engine_ms: float
    yardstick_ms: float
    goal: float | None

    @property
    def ratio(self) -> float:
        return self.yardstick_ms / self.engine_ms


def claims(number: int) -> list[Taken]:
    """So many visits of 45 minutes, spread evenly over the days and from the morning on."""
    a_day = number // 30
    mornings = [day_span(FIRST_DAY + timedelta(days=day))[0] + 540 for day in range(30)]
    begins = [morning + 75 * nth for morning in mornings for nth in range(a_day)]
    return [Taken(begin, begin + 45, 0, 15, "10001", is_visit=True, place_id=1) for begin in begins]


def by_engine(taken: list[Taken]) -> list[int]:
    low, high = day_span(FIRST_DAY)[0], day_span(LAST_DAY)[1]
    spans = open_spans(WEEKLY, (), FIRST_DAY, LAST_DAY, "clinic")
    return find_starts(Question(spans, RULES, taken, VISIT, NOW, low, high, [(low, high)]))


def by_datetimes(taken: list[Taken]) -> list[int]:
    standing = [(day_span(FIRST_DAY)[0], day_span(LAST_DAY)[1])]
    return starts_by_datetimes(Case(WEEKLY, (), RULES, taken, VISIT, NOW, FIRST_DAY, LAST_DAY, "clinic", standing))


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """CPU milliseconds of one call: the least of several rounds, because the machine is never alone."""
    rounds = []
    for _ in range(7):
        begun = time.process_time()
        for _ in range(times):
            work()
        rounds.append((time.process_time() - begun) / times * 1000)
    return min(rounds)


def measure() -> list[Figure]:
    """W1 at each number of claims; refuses to time answers that differ."""
    figures = []
    for number, goal in GOALS.items():
        taken = claims(number)
        starts = by_engine(taken)
        if starts != by_datetimes(taken):
            raise SystemExit(f"the engine and the yardstick differ at {number} claims")
        engine, yardstick = cpu_ms(lambda taken=taken: by_engine(taken), 300), cpu_ms(lambda taken=taken: by_datetimes(taken), 5)
        figures.append(Figure(number, len(starts), engine, yardstick, goal))
    return figures


def main() -> None:
    print("W1, CPU milliseconds: claims  starts  engine  yardstick  ratio  goal")
    for figure in measure():
        goal = f"{figure.goal:.0f}x" if figure.goal else "-"
        print(f"{figure.claims:28} {figure.starts:7} {figure.engine_ms:7.3f} {figure.yardstick_ms:10.2f} {figure.ratio:5.0f}x {goal:>5}")


if __name__ == "__main__":
    main()
