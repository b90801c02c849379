"""Techniques, conditions, and the neutral words that join them. No word here promises an effect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

NO_PROMISE = "A listing names what a technique is used for. It promises no effect."

# How firmly a technique is tied to a condition, in words (3 named in a guide, 2 follows from its words, 1 customary).
_HOW_OFTEN = {3: "commonly", 2: "often", 1: "sometimes"}


@dataclass(frozen=True)
class Technique:
    """A way of working. `pressure_level` runs from 1 (feather) to 5 (firm).

    `evidence_level`: none, badge (shown when proven), required (a verified certificate), insurer_must_cover (named in the policy),
    clearance (a surgeon's word for a young scar).
    """

    code: str
    name: str
    words: str
    pressure_level: int
    cpt_hint: str
    evidence_level: str
    evidence_type: str | None


@dataclass(frozen=True)
class Condition:
    """What a client comes with. `phrase` is the name inside a sentence; some conditions need a clearance from the start."""

    code: str
    name: str
    phrase: str
    icd10cm_examples: tuple[str, ...]
    clearance_by_default: bool


@dataclass(frozen=True)
class Reason:
    """Why a provider is shown for a condition: one technique, how firmly it is tied (3, 2, 1), and a sentence for people."""

    technique: str
    strength: int
    words: str


def reasons_for(
    condition: Condition, strengths: Mapping[str, int], techniques: Mapping[str, Technique], offered: Collection[str]
) -> tuple[Reason, ...]:
    """Every offered technique that is tied to `condition`, the firmest first, then by name."""
    known = [techniques[code] for code in set(offered) if code in strengths and code in techniques]
    ranked = sorted(known, key=lambda technique: (-strengths[technique.code], technique.name))
    return tuple(Reason(one.code, strengths[one.code], _words(one, strengths[one.code], condition)) for one in ranked)


def _words(technique: Technique, strength: int, condition: Condition) -> str:
    """One neutral sentence and the pressure to expect."""
    used = f"{technique.name} is {_HOW_OFTEN[strength]} used for {condition.phrase}."
    return f"{used} {technique.words} Pressure {technique.pressure_level} of 5."
