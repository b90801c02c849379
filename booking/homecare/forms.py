"""What is read of programs and journals, by pages and by programs."""

from __future__ import annotations

from datetime import date

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from booking.homecare.rules.journal import LONGEST_NOTE, SCALES, Entry, entry_faults
from booking.homecare.rules.programs import KINDS, LONGEST_TEXT, MOST_ITEMS, MOST_TIMES, Item, Program, program_faults
from marketplace.kernel.errors import FieldFault
from marketplace.webkit.reading import Fields, json_object

KIND_WORDS = {
    "stretch": _l("Stretching"),
    "exercise": _l("Exercise"),
    "heat": _l("Warmth"),
    "ice": _l("Ice"),
    "water": _l("Drinking"),
    "sleep": _l("Sleep"),
    "movement": _l("Light movement"),
    "other": _l("Something else"),
}


def read_program() -> Program:
    """`{swollen?, items: [{kind, words?, minutes?, times_a_day?, until_on?}]}`."""
    fields = Fields(json_object(request))
    swollen = fields.boolean("swollen", False)
    rows = fields.items("items") or []
    items = []
    for place, row in enumerate(rows[: MOST_ITEMS + 1]):
        part = Fields(row, prefix=f"items.{place}.")
        kind, words = part.choice("kind", KINDS), part.text("words", "", longest=LONGEST_TEXT, blank=True)
        minutes, times = part.integer("minutes", None, least=1, most=60), part.integer("times_a_day", None, least=1, most=MOST_TIMES)
        until = part.written_day("until_on")
        part.finish()
        items.append(Item(str(kind), words or "", minutes, times, until))
    fields.finish()
    return Program(tuple(items), bool(swollen))


def read_entry(today: date) -> Entry:
    """`{on?, pain?, stiffness?, mobility?, note?}`; without a day it is about today."""
    fields = Fields(json_object(request))
    on = fields.written_day("on", today)
    pain, stiffness, mobility = (fields.integer(name, None, most=10) for name in SCALES)
    note = fields.text("note", "", longest=LONGEST_NOTE, blank=True)
    fields.finish()
    return Entry(on or today, pain, stiffness, mobility, note or "")


class EntryForm(FlaskForm):
    """One entry of a journal; at least one part is needed."""

    on = DateField(_l("Day"), validators=[Optional()])
    pain = IntegerField(_l("Pain"), validators=[Optional(), NumberRange(0, 10)])
    stiffness = IntegerField(_l("Stiffness"), validators=[Optional(), NumberRange(0, 10)])
    mobility = IntegerField(_l("How well you can move"), validators=[Optional(), NumberRange(0, 10)])
    note = TextAreaField(_l("What you noticed"), validators=[Optional(), Length(max=LONGEST_NOTE)])

    def __init__(self, today: date) -> None:
        """About today where no day is chosen."""
        super().__init__(on=today)
        self.today = today

    def entry(self) -> Entry:
        """What was written."""
        return Entry(self.on.data or self.today, self.pain.data, self.stiffness.data, self.mobility.data, (self.note.data or "").strip())

    def validate(self, extra_validators: object = None) -> bool:
        """By the rule that the verb asks too."""
        if not super().validate(extra_validators):
            return False
        return not show_faults(self, entry_faults(self.entry(), self.today))


class ProgramForm(FlaskForm):
    """A program: one line for each kind. What is not ticked is left out."""

    swollen = BooleanField(_l("Something is swollen (ice instead of warmth)"))

    def __init__(self, today: date, program: Program | None) -> None:
        """Filled with the program that was left before, if any."""
        before = {item.kind: item for item in program.items} if program else {}
        data: dict[str, object] = {"swollen": program.swollen if program else False}
        for kind, item in before.items():
            data |= {f"{kind}_do": True, f"{kind}_words": item.words, f"{kind}_minutes": item.minutes, f"{kind}_times": item.times_a_day}
            data[f"{kind}_until"] = item.until_on
        super().__init__(data=data)
        self.today = today

    def program(self) -> Program:
        """What is ticked."""
        return Program(tuple(self._item(kind) for kind in KINDS if self[f"{kind}_do"].data), bool(self.swollen.data))

    def _item(self, kind: str) -> Item:
        minutes = self[f"{kind}_minutes"].data if f"{kind}_minutes" in self else None
        words, times, until = self[f"{kind}_words"].data, self[f"{kind}_times"].data, self[f"{kind}_until"].data
        return Item(kind, (words or "").strip(), minutes, times, until)

    def validate(self, extra_validators: object = None) -> bool:
        """By the rule that the verb asks too."""
        if not super().validate(extra_validators):
            return False
        made = self.program()
        faults = [self._named(fault, made) for fault in program_faults(made, self.today)]
        return not show_faults(self, faults)

    def _named(self, fault: FieldFault, made: Program) -> FieldFault:
        """The same fault by the field of this form."""
        _items, _dot, rest = fault.field.partition(".")
        place, _dot, name = rest.partition(".")
        if not name:
            return fault
        short = {"times_a_day": "times", "until_on": "until", "kind": "do"}.get(name, name)
        return FieldFault(f"{made.items[int(place)].kind}_{short}", fault.message)


def program_form(today: date, program: Program | None) -> ProgramForm:
    """The form with its line for each kind."""
    fields: dict[str, object] = {}
    for code, kind in KINDS.items():
        fields[f"{code}_do"] = BooleanField(KIND_WORDS[code])
        fields[f"{code}_words"] = StringField(_l("What exactly"), validators=[Optional(), Length(max=LONGEST_TEXT)])
        if kind.most_minutes is not None:
            fields[f"{code}_minutes"] = IntegerField(_l("Minutes"), validators=[Optional(), NumberRange(1, kind.most_minutes)])
        fields[f"{code}_times"] = IntegerField(_l("Times a day"), validators=[Optional(), NumberRange(1, MOST_TIMES)])
        fields[f"{code}_until"] = DateField(_l("Until"), validators=[Optional()])
    form: ProgramForm = type("ProgramOfKindsForm", (ProgramForm,), fields)(today, program)
    return form


def show_faults(form: FlaskForm, faults: list[FieldFault]) -> bool:
    """Put faults at their fields, or at the form where they are of no field; whether there were any."""
    for fault in faults:
        if fault.field in form:
            form[fault.field].errors = [*form[fault.field].errors, fault.message]
        else:
            form.form_errors.append(fault.message)
    return bool(faults)
