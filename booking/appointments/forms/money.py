"""What is said about money at a visit, on the page and in JSON: the same values."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from booking.appointments.actions.refund import Refunding
from booking.appointments.actions.settle import Payment
from booking.appointments.rules.money import LONGEST_REASON
from booking.ledger.rules.entries import HOW
from marketplace.webkit.reading import Fields
from marketplace.webkit.typed import cents_or_text

MOST_CENTS = 100_000_000
LONGEST_NOTE = 500
WAYS = (
    SelectChoice("cash", _l("Cash")),
    SelectChoice("terminal", _l("Card, on your own terminal")),
    SelectChoice("check", _l("Check")),
    SelectChoice("other", _l("Another way")),
)


def _is_amount(_form: FlaskForm, typed: Field) -> None:
    if not isinstance(cents_or_text(typed.data or ""), int):
        raise ValidationError(_("Write an amount in dollars, such as 165 or 165.50."))


class PaymentForm(FlaskForm):
    """How much came in, and how. `expected_due_cents` is what the page said was due."""

    amount = StringField(
        _l("Amount in dollars"),
        validators=[InputRequired(_l("Say how much.")), Length(max=12), _is_amount],
        render_kw={"inputmode": "decimal"},
    )
    how = RadioField(_l("How was it paid?"), choices=WAYS, validators=[InputRequired(_l("Say how it was paid."))])
    expected_due_cents = IntegerField(validators=[Optional()], widget=HiddenInput())

    @property
    def payment(self) -> Payment:
        """What a valid form says."""
        return Payment(self.how.data, int(cents_or_text(self.amount.data or "") or 0), self.expected_due_cents.data)


class WaiverForm(FlaskForm):
    """How much is let go of, and why."""

    waived = StringField(
        _l("Amount in dollars"),
        validators=[InputRequired(_l("Say how much.")), Length(max=12), _is_amount],
        render_kw={"inputmode": "decimal"},
    )
    reason = StringField(_l("Why"), validators=[InputRequired(_l("Say why.")), Length(max=LONGEST_REASON)])

    @property
    def cents(self) -> int:
        """The amount of a valid form."""
        return int(cents_or_text(self.waived.data or "") or 0)


class CorrectionForm(FlaskForm):
    """Why a recorded payment does not count."""

    why = StringField(_l("What was wrong"), validators=[InputRequired(_l("Say what was wrong.")), Length(max=LONGEST_REASON)])


class RefundForm(FlaskForm):
    """How much card money goes back, and why. `expected_left_cents` is what the page said was left."""

    back = StringField(
        _l("Amount in dollars"),
        validators=[InputRequired(_l("Say how much.")), Length(max=12), _is_amount],
        render_kw={"inputmode": "decimal"},
    )
    told = StringField(_l("Why, in words for the client"), validators=[InputRequired(_l("Say why.")), Length(max=LONGEST_REASON)])
    note = StringField(_l("Note for the staff"), validators=[Optional(), Length(max=LONGEST_NOTE)])
    expected_left_cents = IntegerField(validators=[Optional()], widget=HiddenInput())

    @property
    def refunding(self) -> Refunding:
        """What a valid form says."""
        cents = int(cents_or_text(self.back.data or "") or 0)
        return Refunding(cents, self.told.data or "", self.note.data or None, self.expected_left_cents.data)


def read_refunding(body: dict[str, Any]) -> Refunding:
    """The body of `POST /appointments/{id}/refund`."""
    fields = Fields(body)
    wanted = Refunding(
        fields.integer("amount_cents", least=1, most=MOST_CENTS),
        fields.text("reason", longest=LONGEST_REASON),
        fields.text("note", None, longest=LONGEST_NOTE, blank=True) or None,
    )
    fields.finish()
    return wanted


def read_payment(body: dict[str, Any]) -> Payment:
    """The body of `POST /appointments/{id}/payments`."""
    fields = Fields(body)
    wanted = Payment(
        fields.choice("how", HOW), fields.integer("amount_cents", least=1, most=MOST_CENTS), fields.integer("expected_due_cents", None)
    )
    fields.finish()
    return wanted


def read_waiver(body: dict[str, Any]) -> tuple[int | None, str]:
    """The body of `POST /appointments/{id}/waiver`: cents (None: all that is due) and why."""
    fields = Fields(body)
    cents, reason = fields.integer("amount_cents", None, least=1, most=MOST_CENTS), fields.text("reason", longest=LONGEST_REASON)
    fields.finish()
    return cents, reason


def read_correction(body: dict[str, Any]) -> tuple[int, str]:
    """The body of `POST /appointments/{id}/payments/correction`: which payment of the visit, counted from 1, and what was wrong."""
    fields = Fields(body)
    number, reason = fields.integer("number", least=1, most=10_000), fields.text("reason", longest=LONGEST_REASON)
    fields.finish()
    return number, reason
