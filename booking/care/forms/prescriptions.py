"""What is said about prescriptions, on the page and in JSON: the same values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, IntegerField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from booking.care.queries.papers import PrescriptionRow
from booking.screening import catalogue
from booking.screening.rules.prescriptions import MOST_VISITS, PrescriptionDraft
from marketplace.kernel.errors import FieldFault
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields
from providers.credentials.rules.numbers import npi_fault

SHORT, LONG = 120, 1000


class RegionsField(SelectMultipleField):
    """Regions of the body map, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _is_npi(_form: FlaskForm, typed: Field) -> None:
    fault = npi_fault((typed.data or "").strip())
    if fault:
        raise ValidationError(fault)


class PrescriptionForm(FlaskForm):
    """A prescription as it stands on the paper."""

    prescriber_name = StringField(_l("Who prescribed it"), validators=[InputRequired(_l("Give the name.")), Length(max=SHORT)])
    prescriber_npi = StringField(
        _l("Their NPI"),
        validators=[InputRequired(_l("Give the ten digits.")), _is_npi],
        description=_l("Ten digits. They stand on the prescription; the office tells them as well."),
        render_kw={"inputmode": "numeric", "maxlength": 10},
    )
    diagnosis = StringField(
        _l("What it is for"), validators=[InputRequired(_l("Write what the paper says.")), Length(max=LONG)],
        description=_l("The diagnosis in the words of the paper."),
    )  # fmt: skip
    icd10 = StringField(
        _l("Diagnosis code"), validators=[InputRequired(_l("Write the code.")), Length(max=60)],
        description=_l("ICD-10, such as M54.50. Several with commas between."),
    )  # fmt: skip
    treatment = StringField(_l("What was prescribed"), validators=[InputRequired(_l("Write what the paper says.")), Length(max=LONG)])
    frequency = StringField(_l("How often"), validators=[Length(max=SHORT)], description=_l("Such as once a week for six weeks."))
    visits_allowed = IntegerField(
        _l("How many visits"),
        validators=[InputRequired(_l("Say how many.")), NumberRange(1, MOST_VISITS, _l("Write a number from 1 to 100."))],
    )
    issued_on = DateField(_l("Written on"), validators=[InputRequired(_l("Choose the day."))])
    expires_on = DateField(_l("Good until"), validators=[InputRequired(_l("Choose the day."))], description=_l("The last day included."))
    regions = RegionsField(_l("Which areas"), validators=[Optional()])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.regions.choices = [SelectChoice(code, name) for code, name in catalogue.body_map().names.items()]

    @property
    def draft(self) -> PrescriptionDraft:
        """What a valid form says."""
        texts = {name: (self[name].data or "").strip() for name in ("prescriber_name", "prescriber_npi", "diagnosis", "icd10", "treatment")}
        texts["icd10"] = texts["icd10"].upper()
        return PrescriptionDraft(
            **texts, frequency=(self.frequency.data or "").strip() or None, regions=tuple(self.regions.data or ()),
            visits_allowed=self.visits_allowed.data or 0, issued_on=self.issued_on.data, expires_on=self.expires_on.data,
        )  # fmt: skip


def read_prescription(body: Mapping[str, Any]) -> PrescriptionDraft:
    """The body of `POST /prescriptions`."""
    fields = Fields(body)
    npi: str = fields.text("prescriber_npi", longest=10)
    fault = npi_fault(npi) if npi else None
    if fault:
        fields.fault("prescriber_npi", fault)
    draft = PrescriptionDraft(
        prescriber_name=fields.text("prescriber_name", longest=SHORT),
        prescriber_npi=npi,
        diagnosis=fields.text("diagnosis", longest=LONG),
        icd10=str(fields.text("icd10", longest=60) or "").upper(),
        treatment=fields.text("treatment", longest=LONG),
        frequency=fields.text("frequency", None, longest=SHORT, blank=True) or None,
        regions=tuple(fields.texts("regions", [])),
        visits_allowed=fields.integer("visits_allowed", least=1, most=MOST_VISITS),
        issued_on=fields.day("issued_on"),
        expires_on=fields.day("expires_on"),
    )
    fields.finish()
    return draft


def show_faults(form: FlaskForm, faults: list[FieldFault], sentence: str) -> None:
    """Put a verb's refusal where the person looks: at the field, or above the form."""
    named = [fault for fault in faults if fault.field in form]
    for fault in named:
        form[fault.field].errors = [*form[fault.field].errors, fault.message]
    if not named:
        form.form_errors.append(sentence)


def prescription_answer(row: PrescriptionRow) -> dict[str, Any]:
    """A prescription as the contract writes it."""
    one = row.prescription
    return {
        "id": one.public_id,
        "prescriber_name": one.prescriber_name,
        "prescriber_npi": one.prescriber_npi,
        "diagnosis": one.diagnosis,
        "icd10": one.icd10,
        "treatment": one.treatment,
        "frequency": one.frequency,
        "regions": one.regions,
        "visits_allowed": one.visits_allowed,
        "visits_used": row.used,
        "visits_left": row.left.visits,
        "days_left": row.left.days,
        "issued_on": one.issued_on.isoformat(),
        "expires_on": one.expires_on.isoformat(),
        "created_at": rfc3339(one.created_at),
    }
