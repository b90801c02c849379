"""What is said about clearances, on pages and in JSON: the same values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from flask import Request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, EmailField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from booking.care.actions.answer_clearance import Answer
from booking.care.actions.decide_clearance import Decision
from booking.care.actions.send_clearance import Asking
from booking.care.queries.papers import ClearanceRow, ClearanceSeen
from booking.screening import catalogue
from booking.screening.rules.clearances import ACCEPT, REJECT, ClearanceDraft
from marketplace.kernel.errors import FieldFault, Refused
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields, json_object
from providers.credentials.rules.numbers import npi_fault
from providers.services import catalogue as services

SHORT, LONG = 120, 1000
LISTS = ("covers", "regions")


class BoxesField(SelectMultipleField):
    """Several boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def topics() -> dict[str, str]:
    """What a clearance can be about, in plain words, by code."""
    rules = {code: rule.topic for code, rule in catalogue.rules().items() if rule.until_cleared}
    conditions = {code: one.name for code, one in services.conditions().items() if one.clearance_by_default}
    return rules | conditions


def all_topics() -> dict[str, str]:
    """Every rule in the words of those who treat, and every condition, by code."""
    conditions = {code: one.name for code, one in services.conditions().items()}
    return conditions | {code: rule.topic for code, rule in catalogue.rules().items()}


def _topic_choices(codes: Collection[str]) -> list[SelectChoice]:
    return [SelectChoice(code, words) for code, words in topics().items() if code in codes]


def _region_choices() -> list[SelectChoice]:
    return [SelectChoice(code, name) for code, name in catalogue.body_map().names.items()]


class ClearanceForm(FlaskForm):
    """A document that the client has."""

    signer_name = StringField(_l("Who signed it"), validators=[InputRequired(_l("Give the name.")), Length(max=SHORT)])
    signer_profession = StringField(
        _l("What they are"), validators=[InputRequired(_l("Say what they are.")), Length(max=60)],
        description=_l("Such as physician, midwife or surgeon."),
    )  # fmt: skip
    signer_npi = StringField(_l("Their NPI"), validators=[Length(max=10)], render_kw={"inputmode": "numeric", "maxlength": 10})
    signed_on = DateField(_l("Signed on"), validators=[InputRequired(_l("Choose the day."))])
    expires_on = DateField(_l("Good until"), validators=[InputRequired(_l("Choose the day."))], description=_l("A year at most."))
    covers = BoxesField(_l("What it covers"), validators=[InputRequired(_l("Tick at least one."))])
    regions = BoxesField(_l("Only these areas"), validators=[Optional()], description=_l("Leave empty where it says nothing of areas."))
    file = FileField(_l("The document"), description=_l("PDF, JPEG or PNG, 10 MB at most. It is kept encrypted."))

    def __init__(self, codes: Collection[str], **more: Any) -> None:
        super().__init__(**more)
        self.covers.choices, self.regions.choices = _topic_choices(codes), _region_choices()

    @property
    def draft(self) -> ClearanceDraft:
        """What a valid form says. Raises Refused `invalid` for an NPI that is none."""
        npi = (self.signer_npi.data or "").strip() or None
        fault = npi_fault(npi) if npi else None
        if fault:
            raise Refused("invalid", fault, faults=[FieldFault("signer_npi", fault)])
        return ClearanceDraft(
            (self.signer_name.data or "").strip(), (self.signer_profession.data or "").strip(), npi, self.signed_on.data,
            self.expires_on.data, tuple(self.covers.data or ()), tuple(self.regions.data or ()),
        )  # fmt: skip


class AskForm(FlaskForm):
    """Whom to write to."""

    name = StringField(_l("Your physician’s name"), validators=[InputRequired(_l("Give the name.")), Length(max=SHORT)])
    profession = StringField(_l("What they are"), validators=[InputRequired(_l("Say what they are.")), Length(max=60)])
    email = EmailField(
        _l("Their e-mail"), validators=[InputRequired(_l("Give an e-mail address.")), Length(max=254)],
        description=_l("We send one letter with a link. It says nothing about your health; the page behind it asks what you tick here."),
    )  # fmt: skip
    about = BoxesField(_l("What to ask about"), validators=[InputRequired(_l("Tick at least one."))])

    def __init__(self, codes: Collection[str], **more: Any) -> None:
        super().__init__(**more)
        self.about.choices = _topic_choices(codes)

    @property
    def asking(self) -> Asking:
        """What a valid form says."""
        return Asking(
            (self.name.data or "").strip(), (self.profession.data or "").strip(), self.email.data or "", tuple(self.about.data or ())
        )


class PhysicianForm(FlaskForm):
    """A physician's answer behind their link."""

    answer = RadioField(
        _l("May this person have massage therapy?"),
        choices=[SelectChoice("yes", _l("Yes, within what I state below")), SelectChoice("no", _l("No, or I cannot say"))],
        validators=[InputRequired(_l("Please choose an answer."))],
    )
    signer_name = StringField(_l("Your name"), validators=[InputRequired(_l("Give your name.")), Length(max=SHORT)])
    signer_profession = StringField(_l("What you are"), validators=[InputRequired(_l("Say what you are.")), Length(max=60)])
    signer_npi = StringField(
        _l("Your NPI"), validators=[Length(max=10)], description=_l("Ten digits; needed for a yes."),
        render_kw={"inputmode": "numeric", "maxlength": 10},
    )  # fmt: skip
    covers = BoxesField(_l("Your yes covers"), validators=[Optional()])
    expires_on = DateField(_l("Good until"), validators=[Optional()], description=_l("A year at most."))
    regions = BoxesField(_l("Only these areas"), validators=[Optional()], description=_l("Leave empty for no limit."))
    words = TextAreaField(_l("What the therapist should know"), validators=[Length(max=LONG)])

    def __init__(self, codes: Collection[str], **more: Any) -> None:
        super().__init__(**more)
        self.covers.choices, self.regions.choices = _topic_choices(codes), _region_choices()

    @property
    def reply(self) -> Answer:
        """What a valid form says."""
        return Answer(
            self.answer.data == "yes", (self.signer_name.data or "").strip(), (self.signer_profession.data or "").strip(),
            (self.signer_npi.data or "").strip(), self.expires_on.data, tuple(self.covers.data or ()), tuple(self.regions.data or ()),
            (self.words.data or "").strip() or None,
        )  # fmt: skip


class DecisionForm(FlaskForm):
    """A therapist's decision."""

    decision = RadioField(
        _l("Do you take it?"),
        choices=[
            SelectChoice(ACCEPT, _l("Yes: what waited for it is confirmed")),
            SelectChoice(REJECT, _l("No: say below what is missing")),
        ],
        validators=[InputRequired(_l("Please choose an answer."))],
    )
    note = TextAreaField(_l("A note for the client"), validators=[Length(max=LONG)])

    @property
    def made(self) -> Decision:
        """What a valid form says."""
        return Decision(self.decision.data, (self.note.data or "").strip() or None)


def clearance_body(request: Request) -> dict[str, Any]:
    """The facts as sent: a JSON object, or the fields of a form beside its file; lists come as repeated fields or with commas."""
    if request.mimetype != "multipart/form-data":
        return json_object(request)
    body: dict[str, Any] = {name: text for name, text in request.form.items() if text.strip() and name not in {"csrf_token", *LISTS}}
    for name in LISTS:
        sent = [part.strip() for text in request.form.getlist(name) for part in text.strip("[]").replace('"', "").split(",")]
        if any(sent):
            body[name] = [part for part in sent if part]
    return body


def read_clearance(body: Mapping[str, Any]) -> tuple[ClearanceDraft, str | None]:
    """The body of `POST /clearances`, and the therapist (slug) it is sent to, if it says so."""
    fields = Fields(body)
    npi: str | None = fields.text("signer_npi", None, longest=10, blank=True) or None
    if npi and (fault := npi_fault(npi)):
        fields.fault("signer_npi", fault)
    draft = ClearanceDraft(
        signer_name=fields.text("signer_name", longest=SHORT),
        signer_profession=fields.text("signer_profession", longest=60),
        signer_npi=npi,
        signed_on=fields.day("signed_on"),
        expires_on=fields.day("expires_on"),
        covers=tuple(fields.texts("covers") or ()),
        regions=tuple(fields.texts("regions", None) or ()),
    )
    provider: str | None = fields.text("provider", None)
    fields.finish()
    return draft, provider


def read_asking(body: Mapping[str, Any]) -> tuple[Asking, str | None]:
    """The body of `POST /clearances/requests`, and the therapist (slug) it is for, if it says so."""
    fields = Fields(body)
    asking = Asking(
        signer_name=fields.text("signer_name", longest=SHORT),
        signer_profession=fields.text("signer_profession", longest=60),
        email=fields.text("email", longest=254),
        covers=tuple(fields.texts("covers") or ()),
    )
    provider: str | None = fields.text("provider", None)
    fields.finish()
    return asking, provider


def read_decision(body: Mapping[str, Any]) -> Decision:
    """The body of `POST /clearances/{id}/decision`."""
    fields = Fields(body)
    made = Decision(fields.choice("decision", (ACCEPT, REJECT)), fields.text("note", None, longest=LONG, blank=True) or None)
    fields.finish()
    return made


def own_answer(row: ClearanceRow) -> dict[str, Any]:
    """A clearance as its client sees it."""
    decisions = [
        {"provider": who.slug, "decision": one.decision, "note": one.note, "decided_at": rfc3339(one.decided_at)}
        for one, who in row.decisions
    ]
    return {**_facts(row.clearance), "status": row.status, "decisions": decisions}


def seen_answer(seen: ClearanceSeen) -> dict[str, Any]:
    """A clearance as a therapist sees it."""
    made = seen.decision
    return {
        **_facts(seen.clearance),
        "status": seen.status,
        "client": {"name": seen.person.name},
        "note": made.note if made else None,
        "decided_at": rfc3339(made.decided_at) if made else None,
    }


def _facts(row: Any) -> dict[str, Any]:
    until: datetime | None = row.link_expires_at
    return {
        "id": row.public_id,
        "signer_name": row.signer_name,
        "signer_profession": row.signer_profession,
        "signer_npi": row.signer_npi,
        "signed_on": row.signed_on.isoformat() if row.signed_on else None,
        "expires_on": row.expires_on.isoformat() if row.expires_on else None,
        "covers": row.covers,
        "regions": row.regions,
        "words": row.words,
        "by_link": until is not None,
        "has_file": row.media_type is not None,
        "created_at": rfc3339(row.created_at),
    }
