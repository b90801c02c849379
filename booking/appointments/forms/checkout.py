"""Consent, place and details, the code, and the last yes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from booking.appointments.forms.doors import DOOR_CHOICES
from booking.screening.rules.form import ConsentText
from marketplace.accounts.contacts import read_email, read_phone
from marketplace.kernel.errors import Refusal

LONGEST_NOTE = 2000


class PlainForm(FlaskForm):
    """Nothing but the token against forged posts."""


def consent_form(consent: ConsentText, given: Iterable[str]) -> FlaskForm:
    """One box for what every visit needs, and one for each thing that is agreed to on its own."""
    optional = [section for section in consent.sections if not section.required]
    fields: dict[str, Any] = {
        "accepted": BooleanField(
            _l("I have read this and I agree."), validators=[InputRequired(_l("A visit can only be booked with your agreement."))]
        ),
        **{section.code: BooleanField(section.text) for section in optional},
    }
    chosen = set(given)
    form: FlaskForm = type("ConsentForm", (FlaskForm,), fields)(data={code: code in chosen for code in fields})
    return form


class PlaceForm(FlaskForm):
    """Where a mobile provider is to come."""

    line1 = StringField(
        _l("Street address"),
        validators=[InputRequired(_l("Tell us the street and number.")), Length(max=160)],
        render_kw={"autocomplete": "address-line1"},
    )
    unit = StringField(_l("Apartment, room or suite"), validators=[Length(max=40)], render_kw={"autocomplete": "address-line2"})
    access = TextAreaField(
        _l("How to get in"), validators=[Length(max=500)], description=_l("Doorman, buzzer, elevator or walk-up floor, parking, pets.")
    )
    door_minutes = SelectField(
        _l("From the street to your door"),
        choices=list(DOOR_CHOICES),
        default="0",
        description=_l("Elevator, desk, stairs, parking. Your therapist plans more time to set up at your next visit."),
    )


def _readable(read: Callable[[str], str]) -> Callable[[FlaskForm, Field], None]:
    """A validator that says at the field what `read` would refuse later, so that all faults of the page are named at once."""

    def check(_form: FlaskForm, field: Field) -> None:
        try:
            read(field.data)
        except Refusal as refusal:
            raise ValidationError(refusal.faults[0].message if refusal.faults else refusal.sentence) from refusal

    return check


class DetailsForm(FlaskForm):
    """Who a guest is; accounts are known."""

    name = StringField(
        _l("Your name"), validators=[InputRequired(_l("Give your name.")), Length(max=120)], render_kw={"autocomplete": "name"}
    )
    email = EmailField(
        _l("E-mail"),
        validators=[InputRequired(_l("Give an e-mail address.")), Length(max=254), _readable(read_email)],
        description=_l("We send a code to it, then the confirmation."),
        render_kw={"autocomplete": "email"},
    )
    phone = TelField(
        _l("Mobile phone"),
        validators=[InputRequired(_l("Give a phone number.")), Length(max=40), _readable(read_phone)],
        description=_l("Only for the day of the visit."),
        render_kw={"autocomplete": "tel"},
    )


class CallForm(FlaskForm):
    """Whom to call, and a word to the therapist. An account is known but for its number."""

    phone = TelField(
        _l("Phone number"),
        validators=[InputRequired(_l("Give a phone number.")), Length(max=40), _readable(read_phone)],
        description=_l("Your therapist calls this number. They see it from a day before until a day after the call."),
        render_kw={"autocomplete": "tel"},
    )
    note = TextAreaField(
        _l("What you would like to ask"), validators=[Length(max=LONGEST_NOTE)], description=_l("In a few words, if you wish.")
    )


class GuestCallForm(CallForm):
    """The same for somebody without an account."""

    name = StringField(
        _l("Your name"), validators=[InputRequired(_l("Give your name.")), Length(max=120)], render_kw={"autocomplete": "name"}
    )
    email = EmailField(
        _l("E-mail"),
        validators=[InputRequired(_l("Give an e-mail address.")), Length(max=254), _readable(read_email)],
        description=_l("We send a code to it, then the confirmation."),
        render_kw={"autocomplete": "email"},
    )


class WishesForm(FlaskForm):
    """Technique and a word to the therapist."""

    technique = SelectField(_l("Technique"), validators=[Optional()])
    prescription = SelectField(
        _l("Prescription"), validators=[Optional()], choices=[SelectChoice("", _l("Book without one"))],
        description=_l("A visit that counts for a prescription uses one of its visits."),
    )  # fmt: skip
    note = TextAreaField(
        _l("Anything your therapist should know"),
        validators=[Length(max=LONGEST_NOTE)],
        description=_l("No health details needed: the health check has them."),
    )


class CodeForm(FlaskForm):
    """The code from the letter."""

    code = StringField(
        _l("Code from the letter"),
        validators=[InputRequired(_l("Enter the six digits.")), Regexp(r"^\s*\d{3}\s?\d{3}\s*$", message=_l("The code has six digits."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
