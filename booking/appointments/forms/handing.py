"""Handing a visit over: what an admin says, on the page and in JSON."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from booking.appointments.actions.hand_over import Handing
from booking.appointments.rules.handing import LONGEST_NOTE, LONGEST_REASON
from marketplace.webkit.reading import Fields


class HandingForm(FlaskForm):
    """To whom, what the client is told, what the colleague must know."""

    provider = SelectField(_l("Colleague"), validators=[InputRequired(_l("Choose a colleague."))])
    reason = TextAreaField(
        _l("What the client is told"), validators=[InputRequired(_l("Say why.")), Length(max=LONGEST_REASON)], render_kw={"rows": 2}
    )
    note = TextAreaField(_l("For the colleague alone"), validators=[Length(max=LONGEST_NOTE)], render_kw={"rows": 4})


def read_handing(body: dict[str, Any]) -> Handing:
    """The body of `POST /appointments/{id}/handover`."""
    fields = Fields(body)
    wanted = Handing(
        fields.text("provider"),
        fields.text("reason", longest=LONGEST_REASON),
        fields.text("note", None, longest=LONGEST_NOTE, blank=True) or None,
    )
    fields.finish()
    return wanted
