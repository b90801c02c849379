"""Whether a plan helps: each goal's measure from the plan's beginning on, and the stop rule.

Where a figure says which change matters to a person, less than that is no change (DOMAIN: pain 2 of 10, activities 1.3, range of motion
10 degrees). Where none does (sleep, stiffness, days), the way alone tells, and the page says so. Nothing here is a promise or a rank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from booking.outcomes.rules.measures import HIGHER, MEASURES, better_of
from booking.outcomes.rules.trends import BETTER, Taken, Trend, trend
from booking.plans.rules.written import Goal
from marketplace.kernel.walltime import NEW_YORK

HELPS, NO_CHANGE, UNMEASURED = "helps", "no_change", "unmeasured"
GO_ON, END = "go_on", "end"
DECISIONS = (GO_ON, END)
STOP_WORDS = "No measure has changed by what matters. More of the same is not the answer: change the plan, refer back, or stop."
UNMEASURED_WORDS = "Nothing was measured at both ends, so nobody can tell whether it helps. Take the measures before you decide."


@dataclass(frozen=True)
class GoalSeen:
    """One goal and its trend since the plan began. `improved` is None where nothing can be compared; `reached` tells of the target."""

    goal: Goal
    trend: Trend
    improved: bool | None
    reached: bool | None


def judge(goals: Sequence[Goal], taken: Sequence[Taken], begun_on: date) -> tuple[GoalSeen, ...]:
    """Each goal as it stands; `begun_on` is the New York day of the visit at which the plan was first written."""
    return tuple(_seen(goal, taken, begun_on) for goal in goals)


def verdict(seen: Iterable[GoalSeen]) -> str:
    """Whether the plan helps: one goal that improved is enough; with nothing to compare nobody can tell."""
    found = [one.improved for one in seen]
    if any(found):
        return HELPS
    return NO_CHANGE if False in found else UNMEASURED


def must_say_why(found: str) -> bool:
    """Whether going on takes a written reason."""
    return found != HELPS


def _seen(goal: Goal, taken: Sequence[Taken], begun_on: date) -> GoalSeen:
    measure = MEASURES[goal.measure]
    made = trend(measure, since(taken, goal, begun_on), goal.label)
    improved = None if made.way is None else made.way == BETTER and made.matters is not False
    return GoalSeen(goal, made, improved, _reached(goal, made))


def _reached(goal: Goal, made: Trend) -> bool | None:
    if goal.target_tenths is None or made.last is None:
        return None
    upward = better_of(MEASURES[goal.measure], goal.label) == HIGHER
    return made.last.tenths >= goal.target_tenths if upward else made.last.tenths <= goal.target_tenths


def since(taken: Iterable[Taken], goal: Goal, begun_on: date) -> list[Taken]:
    """The values of a goal from the day on which the plan began; where none is of that day, the last day before is where it began."""
    mine = [(one.at.astimezone(NEW_YORK).date(), one) for one in taken if (one.measure, one.label) == (goal.measure, goal.label)]
    before = [day for day, _one in mine if day < begun_on]
    first = begun_on if any(day == begun_on for day, _one in mine) or not before else max(before)
    return [one for day, one in mine if day >= first]
