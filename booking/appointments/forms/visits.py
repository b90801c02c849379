"""Cancelling and moving one's own visit."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

REASONS = (
    SelectChoice("", _l("I would rather not say")),
    SelectChoice("illness", _l("Fever or something contagious")),
    SelectChoice("emergency", _l("An emergency")),
    SelectChoice("weather", _l("Severe weather")),
    SelectChoice("building_access", _l("My building lets nobody in")),
    SelectChoice("other", _l("Something else")),
)


class CancelForm(FlaskForm):
    """Why, and the fee that was on the page."""

    reason = RadioField(_l("Why are you canceling?"), choices=REASONS, default="", validators=[Optional()])
    note = TextAreaField(_l("A message to your therapist"), validators=[Length(max=2000)])
    expected_fee_cents = IntegerField(validators=[Optional()], widget=HiddenInput())


class MoveForm(FlaskForm):
    """The new start, one of those on the page."""

    starts_at = HiddenField(validators=[InputRequired(_l("Choose a time."))])


class TechniqueForm(FlaskForm):
    """Another technique of the same service."""

    technique = SelectField(_l("Technique"), validators=[InputRequired()])
