"""What is measured, on which scale, and which change is more than chance.

Values are integers of tenths, so that a mean is exact and nothing depends on binary fractions. Where an instrument may be printed by its
owners alone, only its total is taken down, never its questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from marketplace.kernel.errors import FieldFault

LOWER, HIGHER = "lower", "higher"
LONGEST_ACTIVITY = 80
MOST_ACTIVITIES = 5
FREE_LABEL = None


@dataclass(frozen=True)
class Measure:
    """One measure.

    `low` to `high` in steps of `step`, all in tenths. `better` is the direction that is good, None where it depends on the label.
    `matters` is the least change in tenths that counts as real for the person, `matters_percent` the same in percent of the first
    value; both None where only the trend is shown. `labels` are what it can be taken of, with their words; None asks for words of
    one's own, an empty table for nothing. `by_client` tells whether clients take it themselves. `source` is where the scale and the
    figure come from, `ends` what the lowest and the highest value mean.
    """

    code: str
    title: str
    question: str
    low: int
    high: int
    step: int
    unit: str
    better: str | None
    matters: int | None
    source: str
    matters_percent: int | None = None
    labels: Mapping[str, str] | None = field(default_factory=dict)
    by_client: bool = True


@dataclass(frozen=True)
class Motion:
    """A movement whose range is taken in degrees; what is usual for adults, from and to."""

    code: str
    title: str
    usual: tuple[int, int]


def _both_sides(code: str, title: str, low: int, high: int) -> tuple[Motion, Motion]:
    return Motion(f"{code}_l", f"{title}, left", (low, high)), Motion(f"{code}_r", f"{title}, right", (low, high))


MOTIONS = (
    *_both_sides("neck_rotation", "Neck, turning", 60, 80),
    *_both_sides("neck_side", "Neck, bending to the side", 45, 45),
    Motion("lumbar_flexion", "Low back, bending forward", (75, 75)),
    Motion("lumbar_extension", "Low back, bending backward", (30, 30)),
    *_both_sides("lumbar_side", "Low back, bending to the side", 35, 35),
    *_both_sides("shoulder_flexion", "Shoulder, raising forward", 150, 180),
    *_both_sides("shoulder_extension", "Shoulder, moving backward", 50, 60),
    *_both_sides("shoulder_abduction", "Shoulder, raising sideways", 180, 180),
    *_both_sides("shoulder_rotation", "Shoulder, turning", 90, 90),
)
PAIN = MappingProxyType({"now": "now", "best": "at its best, last 24 hours", "worst": "at its worst, last 24 hours"})
PROMIS = MappingProxyType(
    {"pain_interference": "Pain interference", "sleep_disturbance": "Sleep disturbance", "physical_function": "Physical function"}
)
RISING = frozenset({"physical_function"})
OWN = "a question of our own; no figure says which change matters, so only the trend is shown"

_ALL = (
    Measure(
        "nprs",
        "Pain",
        "How strong is the pain?",
        0,
        100,
        10,
        "of 10",
        LOWER,
        20,
        "numeric pain rating scale; 2 points: PMC7053735",
        labels=PAIN,
    ),
    Measure(
        "psfs",
        "What you want to do again",
        "How well can you do it today?",
        0,
        100,
        10,
        "of 10",
        HIGHER,
        13,
        "patient-specific functional scale; mean of the activities, 1.3 small, 2.3 medium, 2.7 large: doi 10.2519/jospt.2014.5248",
        labels=FREE_LABEL,
    ),
    Measure(
        "stiffness",
        "Stiffness",
        "How stiff does it feel today?",
        0,
        100,
        10,
        "of 10",
        LOWER,
        None,
        OWN,
    ),
    Measure(
        "sleep",
        "Sleep",
        "How well did you sleep last night?",
        0,
        100,
        10,
        "of 10",
        HIGHER,
        None,
        OWN,
    ),
    Measure(
        "medicine_days",
        "Days with pain medicine",
        "On how many of the last seven days did you take pain medicine?",
        0,
        70,
        10,
        "days",
        LOWER,
        None,
        OWN,
    ),
    Measure(
        "lost_work_days",
        "Days of work lost",
        "How many of the last seven days did you miss work because of it?",
        0,
        70,
        10,
        "days",
        LOWER,
        None,
        OWN,
    ),
    Measure(
        "global_change",
        "Overall",
        "Compared with before your first visit, how are you?",
        -30,
        30,
        10,
        "steps",
        HIGHER,
        20,
        "global rating of change in seven steps; the two best count as satisfied: PMC7053735",
    ),
    Measure(
        "rom",
        "Range of motion",
        "How far does it go?",
        0,
        2000,
        10,
        "degrees",
        HIGHER,
        100,
        "goniometer; readings differ by 5 to 10 degrees by themselves",
        labels=MappingProxyType({motion.code: motion.title for motion in MOTIONS}),
        by_client=False,
    ),
    Measure(
        "odi",
        "Oswestry index, total",
        "",
        0,
        1000,
        10,
        "%",
        LOWER,
        120,
        "12 points: JOSPT 2014; total only, the form is its owners'",
        by_client=False,
    ),
    Measure(
        "ndi",
        "Neck disability index, total",
        "",
        0,
        1000,
        10,
        "%",
        LOWER,
        140,
        "14 points of percent: JOSPT 2014; total only",
        by_client=False,
    ),
    Measure(
        "rmdq",
        "Roland-Morris, total",
        "",
        0,
        240,
        10,
        "of 24",
        LOWER,
        50,
        "5 points or 30 percent",
        matters_percent=30,
        by_client=False,
    ),
    Measure(
        "peg",
        "PEG, mean of three",
        "",
        0,
        100,
        1,
        "of 10",
        LOWER,
        None,
        "30 percent",
        matters_percent=30,
        by_client=False,
    ),
    Measure(
        "promis",
        "PROMIS T score",
        "",
        200,
        800,
        1,
        "T",
        None,
        60,
        "2 to 6 T, the larger taken; T score only",
        labels=PROMIS,
        by_client=False,
    ),
)
MEASURES: Mapping[str, Measure] = MappingProxyType({measure.code: measure for measure in _ALL})
EACH_VISIT = ("nprs", "stiffness", "sleep", "medicine_days")


def better_of(measure: Measure, label: str | None) -> str:
    """The direction that is good for a measure taken of a label."""
    return measure.better or (HIGHER if label in RISING else LOWER)


def value_faults(measure: Measure, tenths: int, name: str = "value") -> list[FieldFault]:
    """Why a value is none of this scale."""
    if not measure.low <= tenths <= measure.high:
        return [FieldFault(name, f"{measure.title} is from {number(measure.low)} to {number(measure.high)}.")]
    if tenths % measure.step:
        return [FieldFault(name, "Whole numbers only." if measure.step == 10 else "One digit after the point.")]
    return []


def label_faults(measure: Measure, label: str | None, name: str = "label") -> list[FieldFault]:
    """Why a label does not belong to this measure. Without one, pain is pain now."""
    if measure.labels is FREE_LABEL:
        said = (label or "").strip()
        if not said:
            return [FieldFault(name, "Say which activity, in your own words.")]
        return [FieldFault(name, f"At most {LONGEST_ACTIVITY} characters.")] if len(said) > LONGEST_ACTIVITY else []
    if label is None or label == "":
        return [] if not measure.labels or measure.code == "nprs" else [FieldFault(name, f"Say which: {', '.join(measure.labels)}.")]
    return [] if label in (measure.labels or {}) else [FieldFault(name, f"“{label[:40]}” is no label of {measure.code}.")]


def tidy_label(measure: Measure, label: str | None) -> str | None:
    """The label as it is kept: an activity without spaces around it, pain now where none is said."""
    if measure.labels is FREE_LABEL:
        return " ".join((label or "").split())
    if measure.code == "nprs":
        return label or "now"
    return label or None


def number(tenths: int) -> int | float:
    """A value as programs read it: whole where it is whole."""
    return tenths // 10 if tenths % 10 == 0 else tenths / 10
