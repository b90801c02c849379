"""Cancelling and moving one's own visit."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from booking.appointments.rules.cancellation import ILLNESS, Verdict
from booking.appointments.rules.waivers import WAIVERS_A_YEAR, Left
from marketplace.kernel.money import format_usd

REASONS = (
    SelectChoice("", _l("I would rather not say")),
    SelectChoice("illness", _l("Fever or something contagious")),
    SelectChoice("emergency", _l("An emergency")),
    SelectChoice("weather", _l("Severe weather")),
    SelectChoice("building_access", _l("My building lets nobody in")),
    SelectChoice("other", _l("Something else")),
)


class CancelForm(FlaskForm):
    """Why, the fee that was on the page, and the reasons for which the page said that it is waived."""

    reason = RadioField(_l("Why are you canceling?"), choices=REASONS, default="", validators=[Optional()])
    note = TextAreaField(_l("A message to your therapist"), validators=[Length(max=2000)])
    expected_fee_cents = IntegerField(validators=[Optional()], widget=HiddenInput())
    waives = HiddenField()

    def show(self, plain: Verdict, by_reason: Mapping[str, Verdict], left: Left) -> None:
        """Draw the page for what is true now: each reason with what it waives and how many such waivers are left."""
        # What was sent would be drawn again otherwise, and with it a fee that is no longer true.
        self.expected_fee_cents.raw_data, self.expected_fee_cents.data = None, plain.fee_cents
        self.waives.raw_data, self.waives.data = None, " ".join(code for code, one in by_reason.items() if one.waived_cents)
        words = {code: _about(verdict, left, code) for code, verdict in by_reason.items()}
        self.reason.choices = [
            SelectChoice(one.value, f"{one.label}: {words[one.value]}" if one.value in words else one.label) for one in REASONS
        ]

    @property
    def expected(self) -> tuple[int | None, int]:
        """The fee and the waived cents that the page said for the reason that was chosen."""
        shown = self.expected_fee_cents.data
        if self.reason.data == ILLNESS:
            return 0, 0
        return (0, shown or 0) if self.reason.data in (self.waives.data or "").split() else (shown, 0)


def _about(verdict: Verdict, left: Left, code: str) -> str:
    """What a reason does to the fee now."""
    if verdict.waived_cents:
        facts = {"fee": format_usd(verdict.waived_cents), "left": left.of(code), "most": WAIVERS_A_YEAR[code], "year": left.year}
        return _("%(fee)s is waived (%(left)s of %(most)s left in %(year)s)", **facts)
    if verdict.allowed and not verdict.fee_cents:
        return _("always free") if code == ILLNESS else _("free, as any reason now")
    fee = _("%(fee)s is due", fee=format_usd(verdict.fee_cents)) if verdict.allowed else _("canceling is no longer possible")
    return _("%(fee)s, no waiver is left in %(year)s", fee=fee, year=left.year)


class MoveForm(FlaskForm):
    """The new start, one of those on the page."""

    starts_at = HiddenField(validators=[InputRequired(_l("Choose a time."))])


class TechniqueForm(FlaskForm):
    """Another technique of the same service."""

    technique = SelectField(_l("Technique"), validators=[InputRequired()])
