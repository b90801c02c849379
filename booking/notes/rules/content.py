"""What a note holds: five steps of a visit, each with its words and figures.

A note in the making may be as empty as it likes; what it holds must still be possible. Source of the parts: subjective, objective,
assessment, plan (SOAP) in the order in which a visit goes: consultation, assessment, targeted work, feedback, aftercare.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from booking.notes.rules.movements import LEFT, MOVEMENTS, RIGHT
from marketplace.kernel.errors import FieldFault

STEPS = ("consultation", "assessment", "targeted_work", "feedback", "aftercare")
TEXTS = (
    "subjective", "objective", "palpation", "assessment", "minutes_explained", "feedback", "response", "adverse_reaction", "plan",
    "aftercare",
)  # fmt: skip
LONGEST_TEXT, LONGEST_NAME, LONGEST_RESULT = 4_000, 80, 300
MOST_MOTIONS, MOST_TESTS, MOST_TECHNIQUES, MOST_MINUTES = 30, 20, 12, 600
POSITIVE, NEGATIVE, UNCLEAR = "positive", "negative", "unclear"
RESULTS = (POSITIVE, NEGATIVE, UNCLEAR)
BOTH = "both"
TEST_SIDES = (LEFT, RIGHT, BOTH)
PRESSURES = MappingProxyType({1: "very light", 2: "light", 3: "medium", 4: "firm", 5: "deep"})


@dataclass(frozen=True)
class Reading:
    """How far a movement went, in whole degrees. `side` is None where the movement has none."""

    joint: str
    movement: str
    side: str | None
    degrees: int


@dataclass(frozen=True)
class MovementTest:
    """A movement or soft-tissue test by its name, where it was done, what it showed, and words to it."""

    name: str
    side: str | None
    result: str
    words: str = ""


@dataclass(frozen=True)
class Used:
    """A technique that was used: its code, hands-on minutes (None where only the sum of all was taken), and regions of the body map."""

    code: str
    minutes: int | None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """All that is written of one visit. `minutes` are the hands-on minutes as a whole, `step_minutes` the length of each step.

    `adverse` is None until it was looked for, else whether something untoward was seen; `adverse_reaction` holds the words to it.
    `agreed_regions` are those that the comfort card left out and that were worked on because the client said so at the visit.
    """

    subjective: str = ""
    objective: str = ""
    palpation: str = ""
    range_of_motion: tuple[Reading, ...] = ()
    tests: tuple[MovementTest, ...] = ()
    assessment: str = ""
    techniques: tuple[Used, ...] = ()
    regions: tuple[str, ...] = ()
    minutes: int | None = None
    minutes_explained: str = ""
    pressure: int | None = None
    feedback_asked: bool = False
    feedback: str = ""
    response: str = ""
    adverse: bool | None = None
    adverse_reaction: str = ""
    plan: str = ""
    aftercare: str = ""
    step_minutes: Mapping[str, int] = field(default_factory=dict)
    agreed_regions: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return self == Note()

    @property
    def all_regions(self) -> tuple[str, ...]:
        """Where was worked: the regions of the whole and of each technique, once each."""
        return tuple(dict.fromkeys((*self.regions, *(code for used in self.techniques for code in used.regions))))

    @property
    def technique_minutes(self) -> int | None:
        """The sum of the techniques' minutes; None as long as one of them has none, or there are no techniques."""
        each = [used.minutes for used in self.techniques]
        return None if not each or None in each else sum(one for one in each if one is not None)


def settled(note: Note) -> Note:
    """The note with the minutes that follow from others: the whole from its techniques, and of a single technique from the whole."""
    minutes = note.technique_minutes if note.minutes is None else note.minutes
    single = len(note.techniques) == 1 and note.techniques[0].minutes is None
    techniques = (replace(note.techniques[0], minutes=minutes),) if single else note.techniques
    return replace(note, minutes=minutes, techniques=techniques)


def note_to_dict(note: Note) -> dict[str, Any]:
    """As plain JSON, for keeping and for programs."""
    lists = {"regions": list(note.regions), "agreed_regions": list(note.agreed_regions)}
    return {**asdict(note), **lists, "step_minutes": dict(note.step_minutes)}


def note_from_dict(kept: Mapping[str, Any]) -> Note:
    """The note that `note_to_dict` wrote, names of later versions left aside."""
    known = {one.name for one in fields(Note)} - {"range_of_motion", "tests", "techniques", "regions", "agreed_regions"}
    return Note(
        range_of_motion=tuple(Reading(**row) for row in kept.get("range_of_motion", ())),
        tests=tuple(MovementTest(**row) for row in kept.get("tests", ())),
        techniques=tuple(Used(row["code"], row["minutes"], tuple(row["regions"])) for row in kept.get("techniques", ())),
        regions=tuple(kept.get("regions", ())),
        agreed_regions=tuple(kept.get("agreed_regions", ())),
        **{name: value for name, value in kept.items() if name in known},
    )


def note_faults(note: Note, techniques: Collection[str], regions: Collection[str]) -> list[FieldFault]:
    """Everything about a note that cannot be, by field; `techniques` and `regions` are the codes there are."""
    return [FieldFault(name, message) for name, message in _faults(note, techniques, regions)]


def _faults(note: Note, techniques: Collection[str], regions: Collection[str]) -> Iterator[tuple[str, str]]:
    yield from ((name, _long(LONGEST_TEXT)) for name in TEXTS if len(getattr(note, name)) > LONGEST_TEXT)
    yield from _list_faults(note)
    for place, reading in enumerate(note.range_of_motion):
        yield from _reading_faults(f"range_of_motion[{place}]", reading)
    for place, test in enumerate(note.tests):
        yield from _test_faults(f"tests[{place}]", test)
    for place, used in enumerate(note.techniques):
        yield from _used_faults(f"techniques[{place}]", used, techniques, regions)
    for name, codes in (("regions", note.regions), ("agreed_regions", note.agreed_regions)):
        if not set(codes) <= set(regions):
            yield name, "We do not know one of these areas."
    yield from _figure_faults(note)


def _long(most: int) -> str:
    return f"At most {most:,} characters."


def _list_faults(note: Note) -> Iterator[tuple[str, str]]:
    most = {"range_of_motion": MOST_MOTIONS, "tests": MOST_TESTS, "techniques": MOST_TECHNIQUES}
    yield from ((name, f"At most {number} lines.") for name, number in most.items() if len(getattr(note, name)) > number)
    if twice(note.techniques, [used.code for used in note.techniques]):
        yield "techniques", "Each technique once, with all its minutes."
    if twice(note.range_of_motion, [(one.joint, one.movement, one.side) for one in note.range_of_motion]):
        yield "range_of_motion", "Each movement and side once."


def twice(rows: Sequence[object], keys: Sequence[object]) -> bool:
    """Whether two rows say the same thing, by their keys."""
    return len(set(keys)) < len(rows)


def _reading_faults(name: str, reading: Reading) -> Iterator[tuple[str, str]]:
    movement = MOVEMENTS.get(f"{reading.joint}.{reading.movement}")
    if movement is None:
        yield f"{name}.movement", "This joint has no such movement."
        return
    if movement.sided != (reading.side is not None) or reading.side not in (None, LEFT, RIGHT):
        yield f"{name}.side", "Left or right." if movement.sided else "This movement has no side."
    if not 0 <= reading.degrees <= movement.most:
        yield f"{name}.degrees", f"From 0 to {movement.most} degrees."


def _test_faults(name: str, test: MovementTest) -> Iterator[tuple[str, str]]:
    if not test.name.strip():
        yield f"{name}.name", "Say which test."
    if len(test.name) > LONGEST_NAME:
        yield f"{name}.name", _long(LONGEST_NAME)
    if test.side is not None and test.side not in TEST_SIDES:
        yield f"{name}.side", "Left, right or both."
    if test.result not in RESULTS:
        yield f"{name}.result", "Positive, negative or unclear."
    if len(test.words) > LONGEST_RESULT:
        yield f"{name}.words", _long(LONGEST_RESULT)


def _used_faults(name: str, used: Used, techniques: Collection[str], regions: Collection[str]) -> Iterator[tuple[str, str]]:
    if used.code not in techniques:
        yield f"{name}.code", "We do not know this technique."
    if used.minutes is not None and not 1 <= used.minutes <= MOST_MINUTES:
        yield f"{name}.minutes", f"From 1 to {MOST_MINUTES} minutes."
    if not set(used.regions) <= set(regions):
        yield f"{name}.regions", "We do not know one of these areas."


def _figure_faults(note: Note) -> Iterator[tuple[str, str]]:
    if note.minutes is not None and not 1 <= note.minutes <= MOST_MINUTES:
        yield "minutes", f"From 1 to {MOST_MINUTES} minutes."
    if note.pressure is not None and note.pressure not in PRESSURES:
        yield "pressure", "From 1, very light, to 5, deep."
    for step, minutes in note.step_minutes.items():
        if step not in STEPS:
            yield "step_minutes", f"The steps are {', '.join(STEPS)}."
        elif not 0 <= minutes <= MOST_MINUTES:
            yield f"step_minutes.{step}", f"From 0 to {MOST_MINUTES} minutes."
