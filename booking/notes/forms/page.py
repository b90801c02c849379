"""The page of a note: what stands in its fields, what was typed into them, and where each fault belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from booking.notes.actions.keep import Written
from booking.notes.forms.reading import read_note
from booking.notes.rules.carrying import CARRIED
from booking.notes.rules.content import STEPS, TEXTS, Note
from booking.notes.rules.movements import MOVEMENTS
from marketplace.kernel.errors import FieldFault
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import number_or_text

MOTION, TEST, TECHNIQUE = ("movement", "side", "degrees"), ("name", "side", "result", "words"), ("code", "minutes")
# How many lines stay empty for more, and the fewest that are shown.
SPARE, LEAST = {"m": 2, "t": 1, "u": 1}, {"m": 3, "t": 2, "u": 2}
MOST_LINES = 60
_PATHS = {"m": "range_of_motion", "t": "tests", "u": "techniques"}
YES, NO = "yes", "no"

Values = Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """The fields of the page by name, with the faults of each; `regions` are the ticked regions by the name of their group."""

    values: Values
    regions: Mapping[str, frozenset[str]]
    lines: Mapping[str, int]
    faults: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """What was typed: the fields as they stand, and the note as a verb takes it where nothing of it is at fault."""

    sheet: Sheet
    written: Written | None
    used: Mapping[str, list[int]]


def sheet_of(note: Note) -> Sheet:
    """The fields as they stand for a kept note, with empty lines for more."""
    values: dict[str, str] = {name: getattr(note, name) for name in TEXTS}
    values |= {f"step-{step}": str(minutes) for step, minutes in note.step_minutes.items()}
    values |= {"minutes": _text(note.minutes), "pressure": _text(note.pressure), "feedback_asked": YES if note.feedback_asked else ""}
    values["adverse"] = {None: "", True: YES, False: NO}[note.adverse]
    for place, one in enumerate(note.range_of_motion):
        values |= _line(f"m{place}", MOTION, (f"{one.joint}.{one.movement}", one.side or "", str(one.degrees)))
    for place, test in enumerate(note.tests):
        values |= _line(f"t{place}", TEST, (test.name, test.side or "", test.result, test.words))
    for place, used in enumerate(note.techniques):
        values |= _line(f"u{place}", TECHNIQUE, (used.code, _text(used.minutes)))
    regions = {f"u{place}-regions": frozenset(used.regions) for place, used in enumerate(note.techniques)}
    kept = {"m": len(note.range_of_motion), "t": len(note.tests), "u": len(note.techniques)}
    lines = {kind: max(LEAST[kind], number + SPARE[kind]) for kind, number in kept.items()}
    whole = {"regions": frozenset(note.regions), "agreed_regions": frozenset(note.agreed_regions)}
    return Sheet(values, {**whole, **regions}, lines)


def _line(prefix: str, names: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    return {f"{prefix}-{name}": text for name, text in zip(names, texts, strict=True)}


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def typed(form: MultiDict[str, str]) -> Typed:
    """What a posted form holds, whatever it is: nothing of it is lost, and what cannot be read is a fault of its field."""
    values = {name: form.get(name, "").replace("\r\n", "\n") for name in form if name not in ("csrf_token", "do")}
    groups = {name: frozenset(form.getlist(name)) for name in form if name.endswith("regions")}
    lines = {kind: _lines(kind, values) for kind in LEAST}
    used = {kind: [place for place in range(lines[kind]) if _is_used(kind, place, values, groups)] for kind in LEAST}
    fields = Fields(_plain(values, groups, used))
    version, note = fields.integer("version", None), read_note(fields)
    adverse, reaction = {YES: True, NO: False}.get(values.get("adverse", "")), values.get("adverse_reaction", "").strip()
    note = replace(note, adverse=adverse, adverse_reaction=reaction)
    faults = placed(fields.collect(), used)
    sheet = Sheet(values, groups, lines, faults)
    confirmed = frozenset(form.getlist("confirmed")) & frozenset(CARRIED)
    return Typed(sheet, None if faults else Written(note, version, confirmed), used)


def _lines(kind: str, values: Values) -> int:
    shown = [int(name[1:].partition("-")[0]) for name in values if name[:1] == kind and name[1:].partition("-")[0].isdecimal()]
    return min(MOST_LINES, max([LEAST[kind], *(one + 1 for one in shown)]))


def _is_used(kind: str, place: int, values: Values, groups: Mapping[str, frozenset[str]]) -> bool:
    parts = {"m": MOTION, "t": ("name", "words"), "u": TECHNIQUE}[kind]
    return any(values.get(f"{kind}{place}-{part}", "").strip() for part in parts) or bool(groups.get(f"{kind}{place}-regions"))


def _plain(values: Values, groups: Mapping[str, frozenset[str]], used: Mapping[str, list[int]]) -> dict[str, Any]:
    """The fields as a program would send them."""
    steps = {step: number_or_text(values.get(f"step-{step}", "")) for step in STEPS}
    return {
        **{name: values.get(name, "") for name in TEXTS if name != "adverse_reaction"},
        "version": number_or_text(values.get("version", "")),
        "minutes": number_or_text(values.get("minutes", "")),
        "pressure": number_or_text(values.get("pressure", "")),
        "feedback_asked": values.get("feedback_asked") == YES,
        "step_minutes": {step: minutes for step, minutes in steps.items() if minutes is not None},
        "regions": sorted(groups.get("regions", ())),
        "agreed_regions": sorted(groups.get("agreed_regions", ())),
        "range_of_motion": [_motion(f"m{place}-", values) for place in used["m"]],
        "tests": [_part(f"t{place}-", TEST, values) for place in used["t"]],
        "techniques": [_technique(f"u{place}-", values, groups) for place in used["u"]],
    }


def _part(prefix: str, names: Iterable[str], values: Values) -> dict[str, Any]:
    return {name: values.get(prefix + name, "").strip() or None for name in names}


def _motion(prefix: str, values: Values) -> dict[str, Any]:
    joint, _dot, movement = values.get(f"{prefix}movement", "").partition(".")
    known = f"{joint}.{movement}" in MOVEMENTS
    side, degrees = values.get(f"{prefix}side") or None, number_or_text(values.get(f"{prefix}degrees", ""))
    return {"joint": joint if known else "neck", "movement": movement if known else None, "side": side, "degrees": degrees}


def _technique(prefix: str, values: Values, groups: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    minutes = number_or_text(values.get(f"{prefix}minutes", ""))
    return {"code": values.get(f"{prefix}code") or None, "minutes": minutes, "regions": sorted(groups.get(f"{prefix}regions", ()))}


def placed(faults: Iterable[FieldFault], used: Mapping[str, list[int]]) -> dict[str, list[str]]:
    """Each fault's sentences under the name of the page's field; those of a list as a whole under its first line."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(_name(fault.field, used), []).append(fault.message)
    return found


def _name(path: str, used: Mapping[str, list[int]]) -> str:
    for kind, head in _PATHS.items():
        if path == head:
            return f"{kind}0-{'movement' if kind == 'm' else 'name' if kind == 't' else 'code'}"
        if path.startswith(f"{head}["):
            number, _bracket, part = path.removeprefix(f"{head}[").partition("].")
            place = used[kind][int(number)] if int(number) < len(used[kind]) else int(number)
            return f"{kind}{place}-{'movement' if part == 'joint' else part}"
    return path.replace("step_minutes.", "step-").replace("step_minutes", "step-consultation")


def differing(mine: Note, other: Note) -> tuple[str, ...]:
    """The texts that two notes have otherwise."""
    return tuple(name for name in TEXTS if getattr(mine, name) != getattr(other, name))
