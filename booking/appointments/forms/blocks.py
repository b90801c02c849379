"""Time off as typed on a page: days and wall times in New York. The same reader as the JSON's judges it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import DateField, StringField, TimeField
from wtforms.validators import InputRequired, Length

from booking.appointments.queries import find_in_the_way
from marketplace.kernel.errors import Refusal
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.typed import wall_or_text
from providers.schedule.forms import read_block
from providers.schedule.rules.drafts import BlockDraft

_FIELDS = {"starts_at": "starts_on", "ends_at": "ends_on", "note": "note"}


class BlockForm(FlaskForm):
    """From when until when, and a note for oneself."""

    starts_on = DateField(_l("From"), validators=[InputRequired(_l("Choose a day."))])
    starts_time = TimeField(_l("At"), validators=[InputRequired(_l("Choose a time."))])
    ends_on = DateField(_l("Until"), validators=[InputRequired(_l("Choose a day."))])
    ends_time = TimeField(_l("Until what time"), validators=[InputRequired(_l("Choose a time."))])
    note = StringField(_l("Note for yourself"), validators=[Length(max=300)])

    def draft(self) -> BlockDraft:
        """What was typed, as the verb takes it. Raises Refused. In the hour that repeats, the first pass begins and the second ends.

        A time that the clocks leave out is the moment in which they jump.
        """
        body: dict[str, Any] = {
            "starts_at": wall_or_text(self.starts_on.data, self.starts_time.data),
            "ends_at": wall_or_text(self.ends_on.data, self.ends_time.data, second=True),
            "note": self.note.data or "",
        }
        return read_block(body)

    def show(self, refusal: Refusal) -> None:
        """Put a refusal beside the fields it is about, or at the top."""
        for fault in refusal.faults:
            field = self[_FIELDS.get(fault.field, "note")]
            field.errors = [*field.errors, fault.message]
        if not refusal.faults:
            self.form_errors.append(refusal.sentence)


def visits_between(session: Session, provider_id: int, from_minute: int, until_minute: int) -> list[dict[str, object]]:
    """The visits in the way of a block, as the answer lists them."""
    return [
        {
            "id": visit.public_id,
            "reference": visit.reference,
            "starts_at": rfc3339(visit.starts_at),
            "ends_at": rfc3339(visit.ends_at),
        }
        for visit in find_in_the_way(session, provider_id, from_minute, until_minute)
    ]
