"""What is read of maps, by pages and by programs, and how they are answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from booking.bodymap.actions import Drawing
from booking.bodymap.queries import Drawn
from booking.bodymap.rules import (
    DEPTHS,
    LONGEST_NOTE,
    LONGEST_REMARK,
    MOST_INTENSITY,
    QUALITIES,
    REGIONS,
    Change,
    Mark,
    mark_to_dict,
    marks_faults,
)
from booking.care.forms.prescriptions import show_faults
from marketplace.kernel.errors import FieldFault
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields, json_object
from marketplace.webkit.typed import number_or_text

PARTS = (
    (_l("Head and neck"), ("head", "jaw", "neck")),
    (_l("Shoulders and arms"), ("shoulder", "upper_arm", "elbow", "forearm", "hand")),
    (_l("Chest and belly"), ("chest", "abdomen")),
    (_l("Back"), ("upper_back", "mid_back", "lower_back", "sacrum")),
    (_l("Hips and legs"), ("hip", "buttock", "thigh", "knee", "shin", "calf", "foot")),
)
QUALITY_WORDS = {
    "ache": _l("Aching"),
    "sharp": _l("Sharp"),
    "burning": _l("Burning"),
    "tingling": _l("Tingling"),
    "numb": _l("Numb"),
    "stiff": _l("Stiff"),
    "other": _l("Something else"),
}
# What stands in the field is no number: a number that every rule refuses.
_NO_NUMBER = -1


def read_map() -> Drawing:
    """`{marks: [{region, intensity, quality, note?, depth?, radiates_to?}], note?, appointment?}`."""
    fields = Fields(json_object(request))
    marks = []
    for part in fields.rows("marks", most=len(REGIONS)):
        marks.append(_read_mark(part))
        fields.adopt(part)
    note = fields.text("note", "", longest=LONGEST_REMARK, blank=True)
    appointment = fields.text("appointment", None, longest=40)
    fields.finish()
    return Drawing(tuple(marks), note or "", appointment)


def _read_mark(part: Fields) -> Mark:
    region, intensity = part.text("region", longest=40), part.integer("intensity", most=MOST_INTENSITY)
    quality, note = part.choice("quality", QUALITIES), part.text("note", "", longest=LONGEST_NOTE, blank=True)
    depth, radiates = part.choice("depth", DEPTHS, None), part.text("radiates_to", None, longest=40)
    return Mark(str(region), _NO_NUMBER if intensity is None else intensity, str(quality), note or "", depth, radiates)


def map_answer(drawn: Drawn) -> dict[str, Any]:
    """A map, for programs."""
    about = {"id": drawn.public_id, "taken_at": rfc3339(drawn.taken_at), "appointment": drawn.appointment, "note": drawn.note}
    return {**about, "marks": [mark_to_dict(mark) for mark in drawn.marks]}


def change_answer(change: Change) -> dict[str, Any]:
    """What became of a region, for programs."""
    return {"region": change.region, "before": change.before, "after": change.after, "way": change.way}


class _MapForm(FlaskForm):
    """A map as it is filled in: for each region a box, how strong, how it feels and a note. What is not ticked is left out."""

    note = TextAreaField(_l("Anything about all of it"), validators=[Optional(), Length(max=LONGEST_REMARK)])

    def marks(self) -> tuple[Mark, ...]:
        """What is ticked, from head to foot."""
        return tuple(self._mark(code) for code in REGIONS if self[f"{code}_on"].data)

    def drawing(self, appointment: str | None) -> Drawing:
        """The whole of it, for a visit or for none."""
        return Drawing(self.marks(), (self.note.data or "").strip(), appointment)

    def _mark(self, code: str) -> Mark:
        typed = {name: (self[f"{code}_{name}"].data or "").strip() for name in ("intensity", "note", "depth", "radiates")}
        number = number_or_text(typed["intensity"])
        intensity = number if isinstance(number, int) else _NO_NUMBER
        quality = self[f"{code}_quality"].data or ""
        return Mark(code, intensity, quality, typed["note"], typed["depth"] or None, typed["radiates"] or None)

    def validate(self, extra_validators: object = None) -> bool:
        """By the rule that the verb asks too."""
        if not super().validate(extra_validators):
            return False
        made = self.marks()
        faults = [_of_page(fault, made) for fault in marks_faults(made, "")]
        if faults:
            show_faults(self, faults, "")
        return not faults


def _of_page(fault: FieldFault, made: tuple[Mark, ...]) -> FieldFault:
    """The same fault by the field of the page: `marks[0].intensity` is `jaw_l_intensity`."""
    place, _, name = fault.field.removeprefix("marks[").partition("].")
    return FieldFault(f"{made[int(place)].region}_{ {'radiates_to': 'radiates'}.get(name, name) }", fault.message)


def _fields() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for code, region in REGIONS.items():
        fields[f"{code}_on"] = BooleanField(region.name)
        fields[f"{code}_intensity"] = StringField(region.name)
        # A text, though the page shows a list: words that are not in it are the rule's to refuse, by a sentence of ours.
        fields[f"{code}_quality"] = StringField(region.name)
        fields[f"{code}_note"] = StringField(region.name)
        fields[f"{code}_depth"] = StringField(region.name)
        fields[f"{code}_radiates"] = StringField(region.name)
    return fields


_FilledForm: type[_MapForm] = type("MapForm", (_MapForm,), _fields())


def map_form(drawn: Drawn | None) -> _MapForm:
    """The form, filled with a map that was drawn before, if any."""
    data: dict[str, Any] = {"note": drawn.note if drawn else ""}
    for mark in drawn.marks if drawn else ():
        said = {"on": True, "intensity": str(mark.intensity), "quality": mark.quality, "note": mark.note}
        said |= {"depth": mark.depth or "", "radiates": mark.radiates_to or ""}
        data |= {f"{mark.region}_{name}": value for name, value in said.items()}
    return _FilledForm(data=data)


def levels(marks: Iterable[Mark]) -> dict[str, int]:
    """How strong each marked region is, for the drawing; what is no number yet is left out."""
    return {mark.region: mark.intensity for mark in marks if 0 <= mark.intensity <= MOST_INTENSITY}


def parts() -> list[tuple[Any, list[str]]]:
    """The regions in the order of the list on the page, part by part."""
    return [(title, [code for code in REGIONS if code.startswith(heads)]) for title, heads in PARTS]
