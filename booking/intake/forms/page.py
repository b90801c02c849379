"""The intake as a page: one form with lines for medicines and surgeries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from booking.care.forms.prescriptions import show_faults
from booking.intake.rules.telling import (
    HOME_TEXTS,
    LINE,
    LONG,
    MOST_GOALS,
    MOST_ROWS,
    TEXTS,
    Emergency,
    Home,
    Intake,
    Medicine,
    Surgery,
    intake_faults,
)
from marketplace.accounts.contacts import read_phone
from marketplace.kernel.errors import FieldFault, Refused

SPARE_ROWS = 2
WORDS = {
    "reason": (_l("What brings you here"), ""),
    "impossible": (_l("Which everyday things are hard or impossible now"), _l("Such as reaching a shelf or carrying a child.")),
    "began": (_l("When and how it began"), ""),
    "course": (_l("What makes it better, what makes it worse"), ""),
    "earlier_care": (_l("What you have tried"), _l("Such as physical therapy or injections, and whether it helped.")),
    "history": (_l("Illnesses and injuries you have had"), ""),
    "accident": (_l("An accident or an injury at work"), _l("What happened and when, if this is why you come.")),
    "allergies": (_l("Allergies"), _l("To medicines, foods, scents, metals. Oils, latex and tape are asked with the health questions.")),
    "skin": (_l("Your skin"), _l("Where it is thin, easily hurt or reacts.")),
    "work": (_l("Your work"), _l("What your body does all day.")),
    "activity": (_l("Exercise and sport"), ""),
    "sleep": (_l("How you sleep"), ""),
    "physician": (_l("Your physician"), _l("Name and practice. We ask them nothing without your yes.")),
    "pronouns": (_l("Your pronouns"), ""),
}  # fmt: skip
HOME_WORDS = {
    "space": (_l("Room for a table"), _l("It needs about 7 by 10 feet. Where would it stand?")),
    "pets": (_l("Pets"), ""),
    "elevator": (_l("Elevator or stairs"), _l("How many flights, if there are stairs.")),
    "parking": (_l("Parking"), ""),
    "rules": (_l("Rules of the building"), _l("Such as a sign-in desk or quiet hours. Door codes belong to the address of the visit.")),
}  # fmt: skip
_ROW = re.compile(r"(medicine|surgery)_([0-9]{1,2})_[a-z]+")
_PATH = re.compile(r"(medicines|surgeries)\[([0-9]+)\]\.([a-z]+)")
_SINGULAR = {"medicines": "medicine", "surgeries": "surgery"}


class IntakeForm(FlaskForm):
    """Everything that a client tells. Lines and fields of the home are added by `intake_form`."""

    goal_0 = StringField(
        _l("What do you want to do again?"), validators=[InputRequired(_l("Say what you want to do again."))],
        description=_l("In your own words. Your therapist works toward it with you."),
    )  # fmt: skip
    goal_1 = StringField(_l("A second goal"))
    goal_2 = StringField(_l("A third goal"))
    emergency_name = StringField(_l("Name"), render_kw={"autocomplete": "off"})
    emergency_phone = StringField(_l("Phone number"), render_kw={"autocomplete": "off", "inputmode": "tel"})
    emergency_relation = StringField(_l("Who they are to you"), description=_l("Such as partner, parent or friend."))
    year: int
    kept: Intake | None
    rows: Mapping[str, int]
    asks_home: bool

    def texts(self, names: Iterable[str]) -> list[Field]:
        """The fields of these names, for the page."""
        return [self[name] for name in names]

    def lines(self, kind: str) -> list[list[Field]]:
        """The fields of each line of medicines or surgeries."""
        parts = ("name", "dose", "since") if kind == "medicine" else ("what", "year")
        return [[self[f"{kind}_{place}_{part}"] for part in parts] for place in range(self.rows[kind])]

    def _text(self, name: str) -> str:
        return (self[name].data or "").strip()

    def _used(self, kind: str) -> list[int]:
        return [place for place, line in enumerate(self.lines(kind)) if any(str(field.data or "").strip() for field in line)]

    def intake(self) -> Intake:
        """What is filled in. Raises Refused `invalid` for a phone number that is none."""
        told = [self._text(f"goal_{place}") for place in range(MOST_GOALS)]
        name, phone, relation = (self._text(f"emergency_{part}") for part in ("name", "phone", "relation"))
        phone = read_phone(phone, "emergency_phone") if phone else ""
        home = Home(**{part: self._text(f"home_{part}") for part in HOME_TEXTS}) if self.asks_home else None
        return Intake(
            goals=tuple(goal for goal in told if goal),
            **{text: self._text(text) for text in TEXTS},
            medicines=tuple(
                Medicine(*(self._text(f"medicine_{place}_{part}") for part in ("name", "dose", "since")))
                for place in self._used("medicine")
            ),
            surgeries=tuple(
                Surgery(self._text(f"surgery_{place}_what"), self[f"surgery_{place}_year"].data) for place in self._used("surgery")
            ),
            emergency=Emergency(name, phone, relation) if name or phone or relation else None,
            home=(home if home != Home() else None) if self.asks_home else self.kept.home if self.kept else None,
        )

    def validate(self, extra_validators: object = None) -> bool:
        """By the rule that the verb asks too."""
        if not super().validate(extra_validators):
            return False
        try:
            faults = intake_faults(self.intake(), self.year)
        except Refused as refusal:
            faults = list(refusal.faults)
        if faults:
            show_faults(self, [FieldFault(self._name(fault.field), fault.message) for fault in faults], faults[0].message)
        return not faults

    def _name(self, path: str) -> str:
        """The name of the field here that a rule's path means."""
        row = _PATH.fullmatch(path)
        if row is not None:
            kind = _SINGULAR[row[1]]
            return f"{kind}_{self._used(kind)[int(row[2])]}_{row[3]}"
        return {"goals": "goal_0"}.get(path, path.replace(".", "_"))


def intake_form(kept: Intake | None, sent: MultiDict[str, str], year: int, *, asks_home: bool, more: bool = False) -> IntakeForm:
    """The form filled with what was told before, or with what was sent; two lines of each list stay free, and `more` adds others."""
    rows = {kind: _rows(kind, kept, sent, more=more) for kind in ("medicine", "surgery")}
    fields: dict[str, Any] = {
        name: (TextAreaField if TEXTS[name] == LONG else StringField)(label, description=help_, render_kw={"maxlength": TEXTS[name]})
        for name, (label, help_) in WORDS.items()
    }
    for place in range(rows["medicine"]):
        labels = (("name", _l("Medicine %(number)s", number=place + 1)), ("dose", _l("Dose")), ("since", _l("Since")))
        fields |= {f"medicine_{place}_{part}": StringField(label, render_kw={"maxlength": LINE}) for part, label in labels}
    for place in range(rows["surgery"]):
        fields[f"surgery_{place}_what"] = StringField(_l("Surgery %(number)s", number=place + 1), render_kw={"maxlength": LINE})
        fields[f"surgery_{place}_year"] = IntegerField(_l("Year"), validators=[Optional()], render_kw={"inputmode": "numeric"})
    if asks_home:
        fields |= {f"home_{part}": StringField(label, description=help_) for part, (label, help_) in HOME_WORDS.items()}
    form: IntakeForm = type("IntakeOfLinesForm", (IntakeForm,), fields)(data=_prefilled(kept) if kept else None)
    form.kept, form.rows, form.year, form.asks_home = kept, rows, year, asks_home
    return form


def _rows(kind: str, kept: Intake | None, sent: MultiDict[str, str], *, more: bool) -> int:
    found = [int(match[2]) + 1 for name in sent if (match := _ROW.fullmatch(name)) and match[1] == kind]
    if found:
        return min(max(found) + (SPARE_ROWS if more else 0), MOST_ROWS)
    lines = () if kept is None else kept.medicines if kind == "medicine" else kept.surgeries
    return min(len(lines) + SPARE_ROWS, MOST_ROWS)


def _prefilled(kept: Intake) -> dict[str, object]:
    data: dict[str, object] = {name: getattr(kept, name) for name in TEXTS}
    data |= {f"goal_{place}": goal for place, goal in enumerate(kept.goals)}
    for place, medicine in enumerate(kept.medicines):
        data |= {f"medicine_{place}_{part}": getattr(medicine, part) for part in ("name", "dose", "since")}
    for place, surgery in enumerate(kept.surgeries):
        data |= {f"surgery_{place}_what": surgery.what, f"surgery_{place}_year": surgery.year}
    if kept.emergency:
        data |= {f"emergency_{part}": getattr(kept.emergency, part) for part in ("name", "phone", "relation")}
    return data | ({f"home_{part}": getattr(kept.home, part) for part in HOME_TEXTS} if kept.home else {})
