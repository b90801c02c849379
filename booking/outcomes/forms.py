"""What is read of outcomes: one value by a program, a short sheet by a client, one measure after the other by a therapist."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DecimalField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from booking.outcomes.actions import Sitting
from booking.outcomes.rules.measures import (
    FREE_LABEL,
    LONGEST_ACTIVITY,
    MEASURES,
    MOST_ACTIVITIES,
    Measure,
    label_faults,
    number,
    tidy_label,
    value_faults,
)
from marketplace.webkit.reading import Fields, json_object

Value = tuple[str, str | None, int]
PERSONAL = ("stiffness", "sleep", "medicine_days", "lost_work_days")
OVERALL = (
    SelectChoice("3", _l("Very much better")),
    SelectChoice("2", _l("Much better")),
    SelectChoice("1", _l("A little better")),
    SelectChoice("0", _l("No change")),
    SelectChoice("-1", _l("A little worse")),
    SelectChoice("-2", _l("Much worse")),
    SelectChoice("-3", _l("Very much worse")),
)
OVERALL_WORDS = {int(choice.value) * 10: choice.label for choice in OVERALL}
"""In tenths, as values are kept."""


def to_tenths(value: object) -> int | None:
    """A JSON number in tenths; None for what is none or has more digits after the point."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    tenths = Decimal(str(value)) * 10
    return int(tenths) if tenths.is_finite() and tenths == tenths.to_integral_value() else None


def read_outcome(*, by_client: bool) -> tuple[Value, str | None]:
    """`{measure, value, label?, appointment?}`: the value in tenths with its tidy label, and the visit's public id."""
    fields = Fields(json_object(request))
    code = fields.choice("measure", [code for code, one in MEASURES.items() if one.by_client or not by_client])
    label = fields.text("label", None, longest=LONGEST_ACTIVITY, blank=True)
    value, appointment = fields.raw("value"), fields.text("appointment", None, longest=40)
    tenths = to_tenths(value)
    measure = MEASURES.get(code) if isinstance(code, str) else None
    if measure is not None and value is not None:
        for fault in _faults(measure, tenths, label):
            fields.fault(fault[0], fault[1])
    fields.finish()
    known = MEASURES[str(code)]
    return (known.code, tidy_label(known, label), tenths or 0), appointment


def _faults(measure: Measure, tenths: int | None, label: str | None) -> list[tuple[str, str]]:
    found = [] if tenths is not None else [("value", "This must be a number with at most one digit after the point.")]
    wrong = [*(value_faults(measure, tenths) if tenths is not None else ()), *label_faults(measure, label)]
    return found + [(fault.field, fault.message) for fault in wrong]


class SheetForm(FlaskForm):
    """What a client answers about themself; every part may be left empty."""

    pain_now = IntegerField(_l("Pain now"), validators=[Optional(), NumberRange(0, 10)])
    pain_best = IntegerField(_l("Pain at its best in the last 24 hours"), validators=[Optional(), NumberRange(0, 10)])
    pain_worst = IntegerField(_l("Pain at its worst in the last 24 hours"), validators=[Optional(), NumberRange(0, 10)])
    stiffness = IntegerField(_l("Stiffness today"), validators=[Optional(), NumberRange(0, 10)])
    sleep = IntegerField(_l("How you slept last night"), validators=[Optional(), NumberRange(0, 10)])
    medicine_days = IntegerField(_l("Days with pain medicine, of the last seven"), validators=[Optional(), NumberRange(0, 7)])
    lost_work_days = IntegerField(_l("Days of work lost, of the last seven"), validators=[Optional(), NumberRange(0, 7)])
    global_change = RadioField(_l("Compared with before your first visit"), choices=OVERALL, validators=[Optional()])

    def values(self) -> list[Value]:
        """The answers as they are kept."""
        pains = [("nprs", name, self[f"pain_{name}"].data) for name in ("now", "best", "worst")]
        own = [(code, None, self[code].data) for code in PERSONAL]
        overall = [("global_change", None, int(self.global_change.data))] if self.global_change.data else []
        acts = [("psfs", tidy_label(MEASURES["psfs"], name.data), level.data) for name, level in self.pairs() if (name.data or "").strip()]
        return [(code, label, value * 10) for code, label, value in (*pains, *own, *overall, *acts) if value is not None]

    def pairs(self) -> list[tuple[StringField, IntegerField]]:
        """The activities with how well they go."""
        return [(self[f"activity_{place}"], self[f"level_{place}"]) for place in range(MOST_ACTIVITIES) if f"activity_{place}" in self]

    def validate(self, extra_validators: Any = None) -> bool:
        """At least one answer, and a level for each activity that is answered at all."""
        fine = super().validate(extra_validators)
        for name, level in self.pairs():
            if level.data is not None and not (name.data or "").strip():
                name.errors = [*name.errors, _("Say which activity, in your own words.")]
                fine = False
        if fine and not self.values():
            self.form_errors.append(_("Nothing is filled in yet."))
            return False
        return fine


def sheet_form(named: Sequence[str]) -> SheetForm:
    """The sheet with the activities a client has named, and one more place while there are fewer than five."""
    known = list(named[-MOST_ACTIVITIES:])
    places = min(len(known) + 1, MOST_ACTIVITIES)
    fields: dict[str, Any] = {}
    for place in range(places):
        fields[f"activity_{place}"] = StringField(
            _l("Activity %(number)s", number=place + 1), default=known[place] if place < len(known) else "",
            validators=[Optional(), Length(max=LONGEST_ACTIVITY)],
        )  # fmt: skip
        fields[f"level_{place}"] = IntegerField(
            _l("Activity %(number)s, how well today", number=place + 1), validators=[Optional(), NumberRange(0, 10)]
        )
    form: SheetForm = type("OwnSheetForm", (SheetForm,), fields)()
    return form


class OneForm(FlaskForm):
    """One measure by a therapist: what it is of, and the value."""

    what = SelectField(_l("Measure"), validators=[InputRequired()])
    activity = StringField(_l("Which activity"), validators=[Optional(), Length(max=LONGEST_ACTIVITY)])
    value = DecimalField(_l("Value"), validators=[InputRequired()])

    def __init__(self) -> None:
        """With every measure and what it may be taken of."""
        super().__init__()
        self.what.choices = [choice for measure in MEASURES.values() for choice in _choices(measure)]

    def chosen(self) -> tuple[Measure, str | None]:
        """The measure, and its label as typed or chosen."""
        code, _colon, label = (self.what.data or "").partition(":")
        return MEASURES[code], self.activity.data if MEASURES[code].labels is FREE_LABEL else label or None

    def values(self) -> list[Value]:
        """The one value."""
        measure, label = self.chosen()
        return [(measure.code, tidy_label(measure, label), int(self.value.data * 10))]

    def validate(self, extra_validators: Any = None) -> bool:
        """On its scale, and of something it can be taken of."""
        if not super().validate(extra_validators):
            return False
        measure, label = self.chosen()
        fields = {"value": self.value, "label": self.activity if measure.labels is FREE_LABEL else self.what}
        faults = _faults(measure, to_tenths(self.value.data), label)
        for name, message in faults:
            fields[name].errors = [*fields[name].errors, message]
        return not faults


def _choices(measure: Measure) -> list[SelectChoice]:
    scale = f"{number(measure.low)}-{number(measure.high)} {measure.unit}".replace("0-10 of 10", "0-10")
    if not measure.labels:
        return [SelectChoice(measure.code, f"{measure.title} ({scale})")]
    return [SelectChoice(f"{measure.code}:{label}", f"{measure.title}: {words} ({scale})") for label, words in measure.labels.items()]


def sitting(person_id: int, side: str, appointment: str | None, values: Sequence[Value]) -> Sitting:
    """Values for the verb that keeps them."""
    return Sitting(person_id, side, appointment, tuple(values))
