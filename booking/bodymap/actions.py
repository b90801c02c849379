"""Drawing a map, and opening that of a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import get_any
from booking.bodymap.models import PainMap
from booking.bodymap.queries import Drawn, Shown, count_maps, get_map, shown_at
from booking.bodymap.rules import Mark, in_order, mark_to_dict, marks_faults
from booking.care.changes import note_read
from booking.care.queries.visits import get_in_care
from booking.care.rules import NOT_YET, why_closed
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound, Refused
from providers.services.rules.calls import PHONE

MOST_A_PERSON = 2_000


@dataclass(frozen=True)
class Drawing:
    """What a client draws: the marks, a note about all of it, and the visit it is for (its public id), if for one."""

    marks: tuple[Mark, ...]
    note: str = ""
    appointment: str | None = None


def draw_map(drawing: Drawing, person_id: int, actor: str, now: datetime) -> Drawn:
    """Keep a person's map as a new version; those before stay as they are.

    Raises Refused `invalid` with every fault or `too_many_maps`, NotFound for a visit that is not theirs, a call, or long over.
    """
    if faults := marks_faults(drawing.marks, drawing.note):
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        visit_id = None if drawing.appointment is None else _visit_id(session, drawing.appointment, person_id, now)
        if count_maps(session, person_id) >= MOST_A_PERSON:
            raise Refused("too_many_maps", "No more maps can be kept.")
        kept = {"marks": [mark_to_dict(mark) for mark in in_order(drawing.marks)], "note": drawing.note}
        row = PainMap(person_id=person_id, appointment_id=visit_id, taken_by=actor, taken_at=now, content=kept)
        session.add(row)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "pain_map.drawn", "pain_map", row.public_id))
        return get_map(session, row.public_id, person_id)


def open_map(appointment: str, actor: str, now: datetime) -> Shown:
    """The map of a visit for its therapist: written in the audit and in the client's log of who has read what.

    The caller has made sure that the visit is theirs. Raises NotFound where the visit is not in care.
    """
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        note_read(session, booked.person, "pain_map", actor, now, {"appointment": appointment})
        return shown_at(session, appointment, now)


def _visit_id(session: Session, appointment: str, person_id: int, now: datetime) -> int:
    visit = get_any(session, appointment).appointment
    open_to_client = why_closed(visit.status, visit.ends_at, now) in (None, NOT_YET)
    if visit.person_id != person_id or visit.setting == PHONE or not open_to_client:
        raise NotFound("not_found", "There is nothing to draw for this visit.")
    return visit.id
