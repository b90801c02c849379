"""Sets of terms to begin with. Payment and notices of one's own stay as they were typed: a set is about fees and waiting."""

from __future__ import annotations

from dataclasses import dataclass, replace

from providers.services.rules.terms import DEFAULT_TERMS, Step, Terms


@dataclass(frozen=True)
class Preset:
    """A set: what programs call it, its name, in one sentence for whom it is, and the terms."""

    code: str
    name: str
    words: str
    terms: Terms


def _like(steps: tuple[Step, ...], *, no_show_percent: int, late_minutes: int) -> Terms:
    """Terms that keep the house's free minutes after booking."""
    return replace(DEFAULT_TERMS, steps=steps, no_show_percent=no_show_percent, late_minutes=late_minutes)


# What New York practices and home services publish: a day ahead, half a day, hours ahead; all of it or half.
PRESETS = (
    Preset("day", "24 hours", "Free a day ahead, half until 12 hours ahead, then all. What most practices here ask.", DEFAULT_TERMS),
    Preset(
        "half_day", "12 hours", "Free until 12 hours ahead, half until 4 hours ahead, then all. For evenings that fill late.",
        _like((Step(12, 0), Step(4, 50), Step(0, 100)), no_show_percent=100, late_minutes=15),
    ),
    Preset(
        "gentle", "Gentle", "Free until 4 hours ahead, then half and never more. For clients whose days are hard to plan.",
        _like((Step(4, 0), Step(0, 50)), no_show_percent=50, late_minutes=20),
    ),
    Preset(
        "firm", "Firm", "Free a day ahead, then all. For long visits and full weeks.",
        _like((Step(24, 0), Step(0, 100)), no_show_percent=100, late_minutes=15),
    ),
)  # fmt: skip


def find_preset(code: str) -> Preset | None:
    """The set of that code."""
    return next((one for one in PRESETS if one.code == code), None)


def preset_like(terms: Terms) -> Preset | None:
    """The set that says of fees and waiting what these terms say, if one does."""
    return next((one for one in PRESETS if _about(one.terms) == _about(terms)), None)


def _about(terms: Terms) -> tuple[object, ...]:
    return terms.steps, terms.grace_minutes, terms.no_show_percent, terms.late_minutes, terms.free_moves
