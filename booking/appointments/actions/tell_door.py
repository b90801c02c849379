"""A therapist says how long it took to get in: added to set-up when this client books a visit there again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from booking.appointments.changes.history import Doer
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.models import DoorTime
from booking.appointments.queries import Booked, door_mark
from booking.appointments.rules.doors import LONGEST_DOOR_MINUTES, assess_door
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Forbidden, Refused


def tell_door(public_id: str, minutes: int, doer: Doer, now: datetime) -> Booked:
    """Keep the minutes for this therapist, client and door; said again, the last word counts. Nobody else reads them.

    Raises NotFound, Forbidden, Conflict `wrong_state` or `too_late`, Refused `invalid`.
    """
    if not 0 <= minutes <= LONGEST_DOOR_MINUTES:
        sentence = f"Between 0 and {LONGEST_DOOR_MINUTES} minutes."
        raise Refused("invalid", sentence, faults=[FieldFault("minutes", sentence)])
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        verdict = assess_door(visit.status, visit.setting, visit.ends_at, doer.part, now)
        if not verdict.allowed or not visit.address:
            raise (Forbidden if verdict.code == "forbidden" else Conflict)(verdict.code, verdict.sentence)
        key = {"provider_id": visit.provider_id, "person_id": visit.person_id, "mark": door_mark(visit.address)}
        told = session.scalar(select(DoorTime).filter_by(**key)) or DoorTime(**key)
        told.minutes, told.told_at = minutes, now
        session.add(told)
        audit.record(session, audit.Deed(now, doer.name, "appointment.door_told", "appointment", public_id))
        return booked
