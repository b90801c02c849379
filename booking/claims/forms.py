"""What is read of insurance details and claim forms, by pages and by programs, and how they are answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from booking.claims.actions import Opened
from booking.claims.queries import Given, Made
from booking.claims.rules.boxes import BOXES, COLUMNS, Box
from booking.claims.rules.faults import Fault
from booking.claims.rules.filling import REPLACES, VOIDS, Earlier, Form, Wish
from booking.claims.rules.insurance import (
    DAYS,
    LONGEST,
    PLANS,
    RELATIONS,
    SWITCHES,
    TEXT,
    TEXT_VERSION,
    TEXTS,
    WORDS,
    Insurance,
    insurance_faults,
    insurance_to_dict,
    tidied,
)
from booking.claims.rules.placing import FORM, LAYOUTS, MOST_SHIFT_MM, sheets_of
from booking.claims.rules.versions import WHY, form_to_dict
from booking.papers.pdf_port import typed_pdf
from marketplace.kernel.errors import FieldFault
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields, json_object

UNKNOWN = "unknown"
SHORTEST_NAME, LONGEST_NAME, LONGEST_REFERENCE = 2, 120, 18
LABELS = {
    "payer_name": _l("Insurer's name"),
    "payer_line1": _l("Street or P.O. box for claims"),
    "payer_city": _l("City"),
    "payer_state": _l("State"),
    "payer_zip": _l("ZIP code"),
    "plan": _l("Kind of plan"),
    "insured_id": _l("Insured's ID, as on the card"),
    "group_number": _l("Policy or group number"),
    "plan_name": _l("Plan's name"),
    "authorization": _l("Prior authorization number"),
    "relation": _l("Who is the insured"),
    "patient_last": _l("Your last name"),
    "patient_first": _l("Your first name"),
    "patient_middle": _l("Middle name or initial"),
    "patient_sex": _l("Sex, as your insurer has it"),
    "patient_line1": _l("Your street with the apartment"),
    "patient_city": _l("City"),
    "patient_state": _l("State"),
    "patient_zip": _l("ZIP code"),
    "patient_phone": _l("Phone"),
    "insured_last": _l("Insured's last name"),
    "insured_first": _l("Insured's first name"),
    "insured_middle": _l("Middle name or initial"),
    "insured_sex": _l("Insured's sex"),
    "insured_born_on": _l("Insured's birth date"),
    "insured_line1": _l("Insured's street"),
    "insured_city": _l("City"),
    "insured_state": _l("State"),
    "insured_zip": _l("ZIP code"),
    "insured_phone": _l("Phone"),
    "employment": _l("It comes from work"),
    "auto_accident": _l("It comes from a car accident"),
    "auto_state": _l("State of the car accident"),
    "other_accident": _l("It comes from another accident"),
    "began_on": _l("When it began"),
    "other_last": _l("Last name of who is insured there"),
    "other_first": _l("First name"),
    "other_middle": _l("Middle name or initial"),
    "other_policy": _l("Policy or group number"),
    "other_plan": _l("Plan's name"),
    "pays_therapist": _l("Ask the insurer to pay my therapist, not me"),
}
GROUPS = (
    (_l("The insurer"), ("payer_name", "payer_line1", "payer_city", "payer_state", "payer_zip", "plan")),
    (_l("The card"), ("insured_id", "group_number", "plan_name", "authorization", "relation")),
    (_l("You, as the insurer has you"), tuple(name for name in LABELS if name.startswith("patient_"))),
    (_l("The insured, if it is not you"), tuple(name for name in LABELS if name.startswith("insured_") and name != "insured_id")),
    (_l("What it comes from"), ("began_on", "employment", "auto_accident", "auto_state", "other_accident")),
    (_l("A second plan, if there is one"), tuple(name for name in LABELS if name.startswith("other_") and name != "other_accident")),
    (_l("Who is paid"), ("pays_therapist",)),
)
_WORDS = {
    "plan": PLANS, "relation": RELATIONS, "patient_sex": {"": _l("Not told"), "female": _l("Female"), "male": _l("Male")},
    "insured_sex": {"": _l("Not told"), "female": _l("Female"), "male": _l("Male")},
}  # fmt: skip


class _InsuranceForm(FlaskForm):
    """A client's insurance details with their permission."""

    signed_name = StringField(
        _l("Your name, as a signature"), validators=[InputRequired(_l("Write your name.")), Length(min=SHORTEST_NAME, max=LONGEST_NAME)]
    )
    accepted = BooleanField(_l("I permit this"), validators=[InputRequired(_l("Without your permission nothing is kept."))])
    today: date

    @property
    def told(self) -> Insurance:
        """What a valid form says."""
        texts = {name: (self[name].data or "").strip() for name in (*TEXTS, *WORDS)}
        return tidied(texts | {name: self[name].data for name in (*DAYS, *SWITCHES)})

    def validate(self, extra_validators: object = None) -> bool:
        """By the rule that the verb asks too."""
        if not super().validate(extra_validators):
            return False
        faults = insurance_faults(self.told, self.today)
        for fault in faults:
            self[fault.field].errors = [*self[fault.field].errors, fault.message]
        return not faults


def _fields() -> dict[str, Any]:
    found: dict[str, Any] = {name: StringField(LABELS[name], validators=[Optional(), Length(max=LONGEST)]) for name in TEXTS}
    found |= {name: DateField(LABELS[name], validators=[Optional()]) for name in DAYS}
    found |= {name: BooleanField(LABELS[name]) for name in SWITCHES}
    return found | {
        name: SelectField(LABELS[name], choices=[SelectChoice(*pair) for pair in words.items()]) for name, words in _WORDS.items()
    }


_FilledForm: type[_InsuranceForm] = type("InsuranceForm", (_InsuranceForm,), _fields())


def insurance_form(told: Insurance, today: date) -> _InsuranceForm:
    """The form, filled with what is known."""
    form = _FilledForm(data=vars(told))
    form.today = today
    return form


def read_insurance() -> tuple[Insurance, str]:
    """The body of `PUT /appointments/{id}/insurance`: `{details: {…}, signed_name, accepted: true}`."""
    fields = Fields(json_object(request))
    table = fields.table("details")
    inner = Fields(table or {}, "details.")
    told: dict[str, Any] = {name: inner.text(name, "", longest=LONGEST, blank=True) or "" for name in TEXTS}
    told |= {name: inner.written_day(name) for name in DAYS}
    told |= {name: bool(inner.boolean(name, False)) for name in SWITCHES}
    told |= {name: inner.choice(name, words, _first(name)) or _first(name) for name, words in WORDS.items()}
    fields.adopt(inner)
    name = fields.text("signed_name", longest=LONGEST_NAME)
    if fields.boolean("accepted") is False:
        fields.fault("accepted", "Without the client's permission nothing is kept.")
    fields.finish()
    return tidied(told), name


def _first(name: str) -> str:
    return {"plan": "group", "relation": "self"}.get(name, "")


def given_answer(given: Given | None) -> dict[str, Any]:
    """What the client gave, for programs; with the words that they agree to."""
    return {
        "details": given and insurance_to_dict(given.insurance),
        "given_at": given and rfc3339(given.given_at),
        "expires_on": given and given.expires_on.isoformat(),
        "permission": {"version": TEXT_VERSION, "text": TEXT},
        "coverage": UNKNOWN,
    }


def read_wish() -> Wish:
    """The body of `POST /appointments/{id}/claim-form`: `{accept_assignment?, earlier?: {code: "7"|"8", reference}}`."""
    fields = Fields(json_object(request))
    accepts = bool(fields.boolean("accept_assignment", False))
    table = fields.table("earlier", None)
    earlier = None
    if isinstance(table, dict):
        inner = Fields(table, "earlier.")
        code, reference = inner.choice("code", (REPLACES, VOIDS)), inner.text("reference", longest=LONGEST_REFERENCE)
        fields.adopt(inner)
        earlier = Earlier(str(code), str(reference))
    fields.finish()
    return Wish(accepts, earlier)


class WishForm(FlaskForm):
    """How a therapist makes a form."""

    accepts = BooleanField(_l("I accept assignment (box 27)"))
    earlier = SelectField(
        _l("The insurer's copy"),
        choices=[
            SelectChoice("", _l("The insurer has none yet")),
            SelectChoice(REPLACES, _l("This replaces the claim that the insurer has (7)")),
            SelectChoice(VOIDS, _l("Take back the claim that the insurer has (8)")),
        ],
    )
    reference = StringField(
        _l("The insurer's number of that claim"), validators=[Length(max=LONGEST_REFERENCE)],
        description=_l("It stands on the insurer's answer. Needed only where the insurer has a claim already."),
    )  # fmt: skip

    @property
    def wish(self) -> Wish:
        """What a valid form says."""
        code = self.earlier.data or ""
        return Wish(bool(self.accepts.data), Earlier(code, (self.reference.data or "").strip()) if code else None)


def opened_answer(opened: Opened) -> dict[str, Any]:
    """The claim form of a visit, for programs: what was made last, what one would say now, and what is in its way."""
    newest, draft = next(iter(opened.made), None), opened.draft
    return {
        "newest": newest and made_answer(newest),
        "versions": [_version(made) for made in opened.made],
        "draft": draft and {"forms": [form_to_dict(form) for form in draft.forms], "faults": [_fault(one) for one in draft.faults]},
        "why_not": opened.why_not and {"code": opened.why_not.code, "detail": opened.why_not.sentence},
        "reasons": [{"code": code, "detail": WHY[code]} for code in opened.reasons],
        "coverage": UNKNOWN,
        "submitted": False,
    }


def made_answer(made: Made) -> dict[str, Any]:
    """A form as it was made, for programs."""
    return {**_version(made), "forms": [form_to_dict(form) for form in made.forms], "coverage": UNKNOWN, "submitted": False}


def _version(made: Made) -> dict[str, Any]:
    return {"id": made.public_id, "version": made.version, "frequency": made.frequency, "made_at": rfc3339(made.made_at)}


def _fault(fault: Fault) -> dict[str, Any]:
    return {"box": fault.box, "field": fault.code, "detail": fault.detail}


@dataclass(frozen=True)
class Printing:
    """Which version is printed and how: None is the newest; the shift is in millimeters."""

    version: int | None
    layout: str
    right_mm: int
    down_mm: int


def read_printing() -> Printing:
    """`?version=&layout=form|draft&right_mm=&down_mm=` of a file."""
    fields = Fields(request.args.to_dict())
    version, layout = _whole(fields, "version", 1, 10_000), fields.choice("layout", LAYOUTS, FORM)
    right, down = (_whole(fields, name, -MOST_SHIFT_MM, MOST_SHIFT_MM) for name in ("right_mm", "down_mm"))
    fields.finish()
    return Printing(version, layout, right or 0, down or 0)


def _whole(fields: Fields, name: str, least: int, most: int) -> int | None:
    typed = fields.text(name, "", longest=6, blank=True)
    if not typed:
        return None
    plain = typed.removeprefix("-")
    if not plain.isascii() or not plain.isdigit() or not least <= int(typed) <= most:
        fields.fault(name, f"This must be a whole number between {least} and {most}.")
        return None
    return int(typed)


def file_of(made: Made, printing: Printing) -> Response:
    """A form as a PDF that nobody else keeps."""
    sheets = sheets_of(made.forms, printing.layout, printing.right_mm, printing.down_mm)
    response = Response(typed_pdf(f"Claim form, version {made.version}", sheets), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="claim-form-{made.version}-{printing.layout}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@dataclass(frozen=True)
class Row:
    """One row of the table of boxes: its number, what it is for, what it says (empty where it is left empty)."""

    box: str
    label: str
    says: str


def table_of(form: Form) -> list[Row]:
    """All boxes but the lines, in the order of the form."""
    return [Row(_number(box), box.label, form.boxes.get(box.code, "")) for box in BOXES]


def columns_of(form: Form) -> Sequence[Box]:
    """The columns that some line of a form fills."""
    return [box for box in COLUMNS if any(box.code in line for line in form.lines)]


def _number(box: Box) -> str:
    number = box.code.partition(".")[0]
    return "" if number == "0" else number


def faults_of_refusal(faults: Sequence[FieldFault]) -> list[Row]:
    """A refusal's faults as rows: box and sentence."""
    return [Row(fault.field.partition(".")[0].removeprefix("0"), "", fault.message) for fault in faults]
