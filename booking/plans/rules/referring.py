"""The letter to a physician when a therapist refers back: drawn from the plan and what was measured, a draft until somebody sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from booking.outcomes.rules.measures import MEASURES, number
from booking.outcomes.rules.trends import Trend, rounded
from booking.plans.rules.course import Progress
from booking.plans.rules.judging import GoalSeen

LONGEST_LETTER, LONGEST_REASON = 5000, 2000


@dataclass(frozen=True)
class LetterFacts:
    """What a letter is drawn from: names, the day on which the plan began, how far it has come, and the goals as they stand."""

    client: str
    provider: str
    begun_on: date
    progress: Progress
    goals: Sequence[GoalSeen]


def draft_letter(facts: LetterFacts) -> str:
    """The letter, ending with a line for what was seen. It states what was measured and gives no diagnosis."""
    done = "1 visit" if facts.progress.done == 1 else f"{facts.progress.done} visits"
    lines = [
        f"About {facts.client}",
        "",
        f"I have seen {facts.client} since {_day(facts.begun_on)}: {done} of {facts.progress.of} that were planned.",
        "",
        "What we worked for, and what was measured:",
        *(f"- {one.goal.words} ({MEASURES[one.goal.measure].title}: {trend_words(one.trend, one.goal.measure)})" for one in facts.goals),
        "",
        "I have paused the visits and ask you to look at the following before we go on:",
        "",
        "",
        facts.provider,
    ]
    return "\n".join(lines)


def trend_words(made: Trend, measure: str) -> str:
    """First and last value in words."""
    if made.first is None or made.last is None:
        return "not measured"
    unit, last = MEASURES[measure].unit, number(rounded(made.last.tenths))
    if len(made.points) < 2:
        return f"{last} {unit}, measured once"
    return f"{number(rounded(made.first.tenths))} {unit} on {_day(made.first.on)}, {last} {unit} on {_day(made.last.on)}"


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
