"""What stands in a plan: goals in words with a measure each, how many visits how far apart, when to look again, and what to do at home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from booking.outcomes.rules.measures import MEASURES, label_faults, number, tidy_label, value_faults
from marketplace.kernel.errors import FieldFault

MOST_GOALS, LONGEST_WORDS, LONGEST_HOME = 5, 300, 2000
# As many visits as a package may have; as far apart as a series may be.
MOST_VISITS, LEAST_EVERY, MOST_EVERY = 24, 1, 60
# After so many visits one looks whether it helps, where nothing else is said: as in a series.
REVIEW_AFTER = 4


@dataclass(frozen=True)
class Goal:
    """What is to become possible, in words, and the measure (with its label) that tells. `target_tenths` is where it should be, if said."""

    words: str
    measure: str
    label: str | None = None
    target_tenths: int | None = None


@dataclass(frozen=True)
class Draft:
    """A plan as it is written: `visits` are expected, `every_days` apart; after each `review_after` of them one looks whether it helps."""

    goals: tuple[Goal, ...]
    visits: int
    every_days: int
    review_after: int
    home: str = ""


def draft_faults(draft: Draft) -> list[FieldFault]:
    """Everything wrong with a plan, by field (`goals.0.measure`)."""
    checks = (
        ("goals", bool(draft.goals), "Say at least one goal."),
        ("goals", len(draft.goals) <= MOST_GOALS, f"At most {MOST_GOALS} goals: more cannot be kept in mind."),
        ("visits", 1 <= draft.visits <= MOST_VISITS, f"Write a number from 1 to {MOST_VISITS}."),
        ("every_days", LEAST_EVERY <= draft.every_days <= MOST_EVERY, f"Write a number from {LEAST_EVERY} to {MOST_EVERY}."),
        ("review_after", 1 <= draft.review_after <= max(draft.visits, 1), "Look again after the first visit at the earliest."),
        ("home", len(draft.home) <= LONGEST_HOME, f"At most {LONGEST_HOME} characters."),
    )
    faults = [FieldFault(field, message) for field, right, message in checks if not right]
    for place, goal in enumerate(draft.goals):
        faults += [FieldFault(f"goals.{place}.{fault.field}", fault.message) for fault in goal_faults(goal)]
    return faults


def goal_faults(goal: Goal) -> list[FieldFault]:
    """What is wrong with one goal."""
    faults = []
    if not goal.words.strip():
        faults.append(FieldFault("words", "Say it in the client's words."))
    if len(goal.words) > LONGEST_WORDS:
        faults.append(FieldFault("words", f"At most {LONGEST_WORDS} characters."))
    measure = MEASURES.get(goal.measure)
    if measure is None:
        return [*faults, FieldFault("measure", "Choose a measure.")]
    faults += label_faults(measure, goal.label)
    return faults + ([] if goal.target_tenths is None else value_faults(measure, goal.target_tenths, "target"))


def tidy(draft: Draft) -> Draft:
    """The same plan without spaces around its words, labels as they are kept. Only for a draft without faults."""
    goals = tuple(replace(one, words=one.words.strip(), label=tidy_label(MEASURES[one.measure], one.label)) for one in draft.goals)
    return Draft(goals, draft.visits, draft.every_days, draft.review_after, draft.home.strip())


def goal_to_dict(goal: Goal) -> dict[str, Any]:
    """A goal as programs read it: the target in the measure's units."""
    target = None if goal.target_tenths is None else number(goal.target_tenths)
    return {"words": goal.words, "measure": goal.measure, "label": goal.label, "target": target}


def content_of(draft: Draft) -> dict[str, Any]:
    """The words of a plan as they are kept, sealed."""
    goals = [{"words": one.words, "measure": one.measure, "label": one.label, "target_tenths": one.target_tenths} for one in draft.goals]
    return {"goals": goals, "home": draft.home}


def goals_of(content: Mapping[str, Any]) -> tuple[Goal, ...]:
    """The goals out of what `content_of` has made."""
    return tuple(Goal(row["words"], row["measure"], row["label"], row["target_tenths"]) for row in content["goals"])
