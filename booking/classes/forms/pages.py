"""What people type about classes: days and wall times in New York."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from booking.appointments.forms.visits import REASONS
from booking.classes.actions.leave_seat import Leaving
from booking.classes.rules.planning import (
    LEAST_MINUTES,
    LONGEST_TITLE,
    LONGEST_WHY,
    LONGEST_WORDS,
    MOST_CENTS,
    MOST_MINUTES,
    MOST_SEATS,
    ClassDraft,
)
from marketplace.kernel.errors import FieldFault, Malformed, Refusal, Refused
from marketplace.webkit.reading import read_instant
from marketplace.webkit.typed import cents_or_text, is_left_out, wall_or_text
from providers.places.models import ProviderPlace

NO_SUCH_TIME = "That time does not exist on this day: the clocks go forward."
_FIELDS = {"starts_at": "starts_on", "price_cents": "price"}


def _wall(day: date, moment: time) -> datetime:
    """A wall time as an instant; in the hour that repeats its first pass. Raises Refused where the clocks skip it."""
    if is_left_out(day, moment):
        raise Refused("invalid", NO_SUCH_TIME, faults=[FieldFault("starts_at", NO_SUCH_TIME)])
    try:
        return read_instant(wall_or_text(day, moment))
    except Malformed as fault:
        raise Refused("invalid", fault.sentence, faults=[FieldFault("starts_at", fault.sentence)]) from None


class StartForm(FlaskForm):
    """When a class begins."""

    starts_on = DateField(_l("Day"), validators=[InputRequired(_l("Choose a day."))])
    starts_time = TimeField(_l("Begins at"), validators=[InputRequired(_l("Choose a time."))])

    @property
    def starts_at(self) -> datetime:
        """The instant that was typed. Raises Refused."""
        return _wall(self.starts_on.data, self.starts_time.data)

    def show(self, refusal: Refusal) -> None:
        """Put a refusal beside the fields it is about, or at the top."""
        for fault in refusal.faults:
            field = self[_FIELDS.get(fault.field, fault.field)]
            field.errors = [*field.errors, fault.message]
        if not refusal.faults:
            self.form_errors.append(refusal.sentence)


class PlanForm(StartForm):
    """A class to be planned."""

    title = StringField(_l("What it is called"), validators=[InputRequired(_l("Give it a name.")), Length(max=LONGEST_TITLE)])
    words = TextAreaField(
        _l("What people do and bring"), validators=[Length(max=LONGEST_WORDS)],
        description=_l("Plain words. A class is movement, not treatment: promise no cure."),
    )  # fmt: skip
    place = SelectField(_l("Where"), validators=[InputRequired(_l("Choose one of your places."))])
    minutes = IntegerField(_l("Minutes"), default=60, validators=[InputRequired(_l("How long?")), NumberRange(LEAST_MINUTES, MOST_MINUTES)])
    capacity = IntegerField(_l("Seats"), default=8, validators=[InputRequired(_l("How many?")), NumberRange(1, MOST_SEATS)])
    price = StringField(
        _l("Whole price of a seat in dollars"), default="25",
        validators=[InputRequired(_l("What does it cost? 0 is free.")), Length(max=12)],
        description=_l("Paid to you at the class, with any tax in it."),
    )  # fmt: skip

    def offer(self, places: Iterable[ProviderPlace]) -> None:
        """The places to choose from."""
        self.place.choices = [SelectChoice(one.public_id, f"{one.name}, {one.line1}") for one in places]

    def draft(self) -> ClassDraft:
        """What was typed, as the verb takes it. Raises Refused."""
        cents = cents_or_text(self.price.data or "")
        if not isinstance(cents, int) or cents > MOST_CENTS:
            raise Refused("invalid", "", faults=[FieldFault("price_cents", f"Dollars such as 25 or 25.50, at most {MOST_CENTS // 100}.")])
        title, words = self.title.data or "", self.words.data or ""
        return ClassDraft(title, words, self.place.data, self.starts_at, self.minutes.data or 0, self.capacity.data or 0, cents)


class CallOffForm(FlaskForm):
    """Why a class does not take place."""

    why = TextAreaField(_l("A word to everybody who has a seat"), validators=[Length(max=LONGEST_WHY)])


class LeaveForm(FlaskForm):
    """Why somebody gives up their seat, and the fee that was on the page."""

    reason = RadioField(_l("Why are you canceling?"), choices=REASONS, default="", validators=[Optional()])
    note = HiddenField()
    expected_fee_cents = IntegerField(validators=[Optional()], widget=HiddenInput())

    def leaving(self) -> Leaving:
        """What was chosen; illness is always free, whatever was shown."""
        reason = self.reason.data or None
        return Leaving(0 if reason == "illness" else self.expected_fee_cents.data, reason)

    def show(self, fee_cents: int) -> None:
        """Draw the page for the fee that is true now; what was sent would be drawn again otherwise."""
        self.expected_fee_cents.raw_data, self.expected_fee_cents.data = None, fee_cents
