"""Choosing a prescription at checkout."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from booking.appointments.forms.checkout import WishesForm
from booking.screening.queries import list_prescriptions
from booking.screening.rules.prescriptions import visit_fault
from marketplace.db import db
from marketplace.kernel.walltime import local_day, to_minute


def prescription_choices(person_id: int, starts_at: datetime) -> list[SelectChoice]:
    """A person's prescriptions that are in force on the day of a visit, behind the choice of none."""
    day = local_day(to_minute(starts_at))
    mine = list_prescriptions(db.session(), person_id)
    fitting = [one for one in mine if visit_fault(day, issued_on=one.issued_on, expires_on=one.expires_on) is None]
    named = [
        SelectChoice(
            one.public_id, _("%(what)s, by %(who)s, until %(day)s", what=one.diagnosis, who=one.prescriber_name, day=one.expires_on)
        )
        for one in fitting
    ]
    return [SelectChoice("", _("Book without one")), *named]


def kept_wishes(form: WishesForm) -> dict[str, Any]:
    """What the step of wishes leaves in the draft."""
    return {"technique": form.technique.data, "note": form.note.data, "prescription": form.prescription.data or None}
