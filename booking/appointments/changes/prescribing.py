"""Visits that count for a prescription: each takes a number, and a day within the prescription's own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment, PrescribedVisit
from booking.appointments.rules.states import CANCELLED, EXPIRED, NO_SHOW
from booking.screening.models import Prescription
from booking.screening.queries import get_prescription
from booking.screening.rules.prescriptions import SENTENCES, USED_UP, free_number, visit_fault
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import local_day, to_minute

NOT_TAKEN_PLACE = (CANCELLED, EXPIRED, NO_SHOW)


def lock_prescription(session: Session, public_id: str | None, person_id: int) -> Prescription | None:
    """A person's prescription with its numbers to itself until the commit; None where none is named. Raises NotFound."""
    return get_prescription(session, public_id, person_id, lock=True) if public_id is not None else None


def count_visits(session: Session, prescription: Prescription, visits: Collection[Appointment], now: datetime) -> None:
    """Let visits count for a locked prescription, in order. What did not take place has given its number back.

    Raises Refused `prescription_used_up`, `prescription_expired` or `prescription_too_early`; then none of them is booked.
    """
    ended = select(Appointment.id).where(Appointment.status.in_(NOT_TAKEN_PLACE))
    mine = PrescribedVisit.prescription_id == prescription.id
    freed = update(PrescribedVisit).where(mine, PrescribedVisit.freed_at.is_(None), PrescribedVisit.appointment_id.in_(ended))
    session.execute(freed.values(freed_at=now).execution_options(synchronize_session=False))
    used = set(session.scalars(select(PrescribedVisit.number).where(mine, PrescribedVisit.freed_at.is_(None))))
    for visit in visits:
        _check_day(prescription, visit.starts_at)
        number = free_number(used, prescription.visits_allowed)
        if number is None:
            raise Refused(USED_UP, SENTENCES[USED_UP])
        used.add(number)
        allowed = prescription.visits_allowed
        session.add(PrescribedVisit(prescription_id=prescription.id, appointment_id=visit.id, number=number, allowed=allowed))
    session.flush()


def check_prescribed_day(session: Session, visit: Appointment, starts_at: datetime) -> None:
    """A visit that counts for a prescription moves within its dates alone. Raises Refused with the code of what says no."""
    counted = select(Prescription).join(PrescribedVisit, PrescribedVisit.prescription_id == Prescription.id)
    prescription = session.scalar(counted.where(PrescribedVisit.appointment_id == visit.id))
    if prescription is not None:
        _check_day(prescription, starts_at)


def _check_day(prescription: Prescription, starts_at: datetime) -> None:
    day = local_day(to_minute(starts_at))
    code = visit_fault(day, issued_on=prescription.issued_on, expires_on=prescription.expires_on)
    if code is not None:
        raise Refused(code, SENTENCES[code])
