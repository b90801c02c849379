"""The regions of the body, and what may be said of one: how strong, of which kind, how deep, where it goes, and a note.

Left and right are always those of the person who receives care: on the drawing of the front, left is at the viewer's right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from marketplace.kernel.errors import FieldFault

FRONT, BACK = "front", "back"
LEFT, RIGHT = "left", "right"
MOST_INTENSITY, LONGEST_NOTE, LONGEST_REMARK = 10, 300, 1_000
QUALITIES: Mapping[str, str] = MappingProxyType(
    {
        "ache": "Aching",
        "sharp": "Sharp",
        "burning": "Burning",
        "tingling": "Tingling",
        "numb": "Numb",
        "stiff": "Stiff",
        "other": "Something else",
    }
)
DEPTHS: Mapping[str, str] = MappingProxyType({"surface": "Near the skin", "deep": "Deep"})


@dataclass(frozen=True)
class Region:
    """One area that can be marked: its code, its whole name, the side of the body (None in the middle), and the view that shows it."""

    code: str
    name: str
    side: str | None
    view: str


def _region(code: str, name: str, view: str) -> list[Region]:
    """A region of the middle, or of both sides where the name leaves room for the side."""
    if "{}" not in name:
        return [Region(code, name, None, view)]
    return [Region(f"{code}_{side[0]}", name.format(side).capitalize(), side, view) for side in (LEFT, RIGHT)]


_ALL = (
    ("head", "Head", FRONT),
    ("jaw", "{} jaw", FRONT),
    ("neck_front", "Front of the neck", FRONT),
    ("neck_back", "Back of the neck", BACK),
    ("shoulder_front", "{} shoulder, front", FRONT),
    ("shoulder_back", "{} shoulder, back", BACK),
    ("upper_arm", "{} upper arm", FRONT),
    ("elbow", "{} elbow", BACK),
    ("forearm", "{} forearm", FRONT),
    ("hand", "{} hand", FRONT),
    ("chest", "Chest", FRONT),
    ("abdomen", "Belly", FRONT),
    ("upper_back", "{} upper back", BACK),
    ("mid_back", "{} mid back", BACK),
    ("lower_back", "{} lower back", BACK),
    ("sacrum", "Base of the spine", BACK),
    ("hip", "{} hip", FRONT),
    ("buttock", "{} buttock", BACK),
    ("thigh_front", "{} thigh, front", FRONT),
    ("thigh_back", "{} thigh, back", BACK),
    ("knee_front", "{} knee, front", FRONT),
    ("knee_back", "{} knee, back", BACK),
    ("shin", "{} shin", FRONT),
    ("calf", "{} calf", BACK),
    ("foot", "{} foot", FRONT),
)
REGIONS: Mapping[str, Region] = MappingProxyType({region.code: region for row in _ALL for region in _region(*row)})
"""The 44 regions by code, from head to foot, left before right."""


@dataclass(frozen=True)
class Mark:
    """What somebody says of one region: how strong (0 to 10), of which kind; how deep, where it goes to, and a note, if anything."""

    region: str
    intensity: int
    quality: str
    note: str = ""
    depth: str | None = None
    radiates_to: str | None = None


@dataclass(frozen=True)
class Change:
    """One region of two maps: how strong before and after (None: not marked then)."""

    region: str
    before: int | None
    after: int | None

    @property
    def way(self) -> str:
        """`new`, `gone`, `less`, `more` or `same`."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "gone"
        return "same" if self.before == self.after else "less" if self.after < self.before else "more"


def regions_for(codes: Iterable[str], groups: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The regions that codes of the health questions mean, from head to foot: a region is itself, a group is its regions.

    What a client has to mark first (such as affected_region) means no region yet and is left out.
    """
    wanted = {region for code in codes for region in groups.get(code, (code,))}
    return tuple(region for region in REGIONS if region in wanted)


def marks_faults(marks: Sequence[Mark], remark: str) -> list[FieldFault]:
    """Everything wrong with a map, by field (`marks[0].intensity`). An empty map is a map: nothing hurts."""
    faults = [FieldFault(f"marks[{place}].{name}", words) for place, mark in enumerate(marks) for name, words in _mark_faults(mark)]
    seen: set[str] = set()
    for place, mark in enumerate(marks):
        if mark.region in seen:
            faults.append(FieldFault(f"marks[{place}].region", "This region is marked twice."))
        seen.add(mark.region)
    if len(remark) > LONGEST_REMARK:
        faults.append(FieldFault("note", f"At most {LONGEST_REMARK} characters."))
    return faults


def _mark_faults(mark: Mark) -> list[tuple[str, str]]:
    """What is wrong with one mark, as (field, sentence)."""
    checks = (
        ("region", mark.region in REGIONS, "We do not know this body region."),
        ("intensity", 0 <= mark.intensity <= MOST_INTENSITY, "Say how strong, from 0 to 10."),
        ("quality", mark.quality in QUALITIES, "Choose what it feels like."),
        ("note", len(mark.note) <= LONGEST_NOTE, f"At most {LONGEST_NOTE} characters."),
        ("depth", mark.depth is None or mark.depth in DEPTHS, "Choose near the skin, or deep."),
        ("radiates_to", mark.radiates_to is None or mark.radiates_to in REGIONS, "We do not know this body region."),
    )
    return [(field, words) for field, right, words in checks if not right]


def in_order(marks: Collection[Mark]) -> tuple[Mark, ...]:
    """Marks from head to foot."""
    places = {code: place for place, code in enumerate(REGIONS)}
    return tuple(sorted(marks, key=lambda mark: places[mark.region]))


def changes(before: Collection[Mark], after: Collection[Mark]) -> tuple[Change, ...]:
    """What became of each region that is marked on either of two maps, from head to foot."""
    old, new = ({mark.region: mark.intensity for mark in marks} for marks in (before, after))
    return tuple(Change(code, old.get(code), new.get(code)) for code in REGIONS if code in old or code in new)


def in_words(mark: Mark) -> str:
    """A mark in one line, without its note: “Left shoulder, front: 6 of 10, aching, deep, goes to left hand”."""
    parts = [f"{REGIONS[mark.region].name}: {mark.intensity} of {MOST_INTENSITY}", QUALITIES[mark.quality].lower()]
    if mark.depth is not None:
        parts.append(DEPTHS[mark.depth].lower())
    if mark.radiates_to is not None:
        name = REGIONS[mark.radiates_to].name
        parts.append(f"goes to {name[0].lower()}{name[1:]}")
    return ", ".join(parts)


def mark_to_dict(mark: Mark) -> dict[str, object]:
    """A mark as it is kept and as programs read it."""
    return {
        "region": mark.region,
        "intensity": mark.intensity,
        "quality": mark.quality,
        "note": mark.note,
        "depth": mark.depth,
        "radiates_to": mark.radiates_to,
    }


def mark_from_dict(kept: Mapping[str, Any]) -> Mark:
    """What `mark_to_dict` has made."""
    return Mark(kept["region"], kept["intensity"], kept["quality"], kept["note"], kept["depth"], kept["radiates_to"])
