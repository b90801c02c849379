"""The figures by which reliability is counted, in versions with a first day and a reason each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from providers.limits.rules import REQUESTS_ONLY, RESTING

CLEAR, WARNED = "clear", "warned"
LEVELS = (CLEAR, WARNED, REQUESTS_ONLY, RESTING)
"""From none to the strongest. A warning limits nothing."""


@dataclass(frozen=True)
class Threshold:
    """A level holds with at least so many points, and at least so many lines for each hundred visits that took place or counted."""

    level: str
    points: int
    percent: int


@dataclass(frozen=True)
class Figures:
    """One version. A line counts on its New York day and the `window_days` - 1 days after it.

    `late_notice_hours`: leaving with less counts more. A start is late from `late_from_minutes` on. A client may say it until
    `say_within_hours` after the visit, its therapist answers within `answer_within_hours`. Each outside reason excuses
    `excused_a_year` times in a New York calendar year, illness always.
    """

    version: int
    effective_from: date
    reason: str
    window_days: int
    late_notice_hours: int
    late_from_minutes: int
    very_late_from_minutes: int
    say_within_hours: int
    answer_within_hours: int
    excused_a_year: int
    points: Mapping[str, int]
    levels: tuple[Threshold, ...]


def figures_from_dict(row: Mapping[str, Any]) -> Figures:
    """One version as the table has it."""
    levels = tuple(Threshold(**one) for one in row["levels"])
    return Figures(**{**row, "effective_from": date.fromisoformat(row["effective_from"]), "levels": levels})


def in_force(versions: Iterable[Figures], day: date) -> Figures:
    """The version that began last, as of a day; before the first one began, the first."""
    ordered = sorted(versions, key=lambda one: (one.effective_from, one.version))
    return next((one for one in reversed(ordered) if one.effective_from <= day), ordered[0])
