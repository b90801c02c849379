"""Time off as typed on a page: days, or days with times; and the visits that stand in it."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, DateField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from booking.appointments.models import Appointment
from booking.appointments.queries import find_inside
from marketplace.kernel.errors import Refusal
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.typed import wall_or_text
from providers.schedule.forms.time_off import read_time_off
from providers.schedule.rules.time_off import LONGEST_MESSAGE, LONGEST_REASON, TimeOffDraft

_FIELDS = {"from": "first_on", "until": "last_on"}


class TimeOffForm(FlaskForm):
    """From which day to which; with both times left empty the days are whole."""

    first_on = DateField(_l("First day"), validators=[InputRequired(_l("Choose a day."))])
    first_time = TimeField(_l("From what time"), validators=[Optional()])
    last_on = DateField(_l("Last day"), validators=[InputRequired(_l("Choose a day."))])
    last_time = TimeField(_l("Until what time"), validators=[Optional()])
    reason = StringField(_l("Why, for yourself"), validators=[Length(max=LONGEST_REASON)])
    message = TextAreaField(_l("What clients read"), validators=[Length(max=LONGEST_MESSAGE)])
    colleague = StringField(_l("Who sees clients in the meantime"), validators=[Length(max=80)])
    keep_visits = BooleanField(_l("I have seen these visits and will move, cancel or hand over each."))

    def draft(self) -> TimeOffDraft:
        """What was typed, as the verb takes it. Raises Refused. A time left empty is the beginning or the end of its day."""
        begin, end = self.first_time.data, self.last_time.data
        times = begin is not None or end is not None
        body: dict[str, Any] = {
            "from": wall_or_text(self.first_on.data, begin or time()) if times else self.first_on.data.isoformat(),
            "until": _end(self.last_on.data, end) if times else self.last_on.data.isoformat(),
            "reason": self.reason.data or "",
            "message": self.message.data or "",
            "colleague": (self.colleague.data or "").strip().rstrip("/").rpartition("/")[2],
            "keep_visits": bool(self.keep_visits.data),
        }
        return read_time_off(body)

    def show(self, refusal: Refusal) -> None:
        """Put a refusal beside the fields it is about, or at the top."""
        for fault in refusal.faults:
            field = self[_FIELDS.get(fault.field, fault.field)]
            field.errors = [*field.errors, fault.message]
        if not refusal.faults:
            self.form_errors.append(refusal.sentence)


def _end(day: date, moment: time | None) -> str:
    """Until a time of the last day; without one until the day is over."""
    if moment or day == date.max:
        return wall_or_text(day, moment or time(), second=True)
    return wall_or_text(date.fromordinal(day.toordinal() + 1), time())


def visits_inside(session: Session, provider_id: int, from_minute: int, until_minute: int) -> list[dict[str, object]]:
    """The visits that stand in time off, as the answer lists them."""
    return [visit_line(visit) for visit in find_inside(session, provider_id, from_minute, until_minute)]


def visit_line(visit: Appointment) -> dict[str, object]:
    """One of them."""
    return {
        "id": visit.public_id,
        "reference": visit.reference,
        "status": visit.status,
        "starts_at": rfc3339(visit.starts_at),
        "ends_at": rfc3339(visit.ends_at),
    }
