"""Prescriptions with what is left of them, as clients and therapists see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.appointments.changes.prescribing import NOT_TAKEN_PLACE
from booking.appointments.models import Appointment, PrescribedVisit
from booking.screening.models import Prescription
from booking.screening.queries import list_prescriptions
from booking.screening.rules.prescriptions import Left, visit_fault, what_is_left
from marketplace.accounts.models import Person
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter

ENDING = "prescription_ends"


@dataclass(frozen=True)
class PrescriptionRow:
    """A prescription, how many visits count for it (booked or done), and what is left of it today."""

    prescription: Prescription
    used: int
    left: Left


def prescriptions_of(session: Session, person_id: int, now: datetime) -> list[PrescriptionRow]:
    """A person's prescriptions, the newest first."""
    return _rows(session, list_prescriptions(session, person_id), local_day(to_minute(now)))


def prescription_of_visit(session: Session, appointment_id: int, now: datetime) -> PrescriptionRow | None:
    """The prescription that a visit counts for."""
    counted = select(Prescription).join(PrescribedVisit, PrescribedVisit.prescription_id == Prescription.id)
    found = session.scalars(counted.where(PrescribedVisit.appointment_id == appointment_id)).all()
    return next(iter(_rows(session, found, local_day(to_minute(now)))), None)


def prescriptions_ending(session: Session, now: datetime) -> list[tuple[PrescriptionRow, Person]]:
    """Prescriptions in force of which little is left, of people whom a letter can reach and none has told yet."""
    today = local_day(to_minute(now))
    rows = select(Prescription, Person).join(Person, Person.id == Prescription.person_id)
    running = rows.where(Prescription.expires_on >= today, Prescription.issued_on <= today, Person.email.is_not(None))
    told = set(session.scalars(select(Letter.about).where(Letter.kind == ENDING)))
    found = {row[0].id: (row[0], row[1]) for row in session.execute(running) if row[0].public_id not in told}
    return [(row, found[row.prescription.id][1]) for row in _rows(session, [one for one, _ in found.values()], today) if row.left.prompt]


def visits_used(session: Session, prescription_ids: Collection[int]) -> dict[int, int]:
    """How many visits are booked or done on each of these prescriptions; what did not take place is not counted."""
    counted = (
        select(PrescribedVisit.prescription_id, func.count())
        .join(Appointment, Appointment.id == PrescribedVisit.appointment_id)
        .where(PrescribedVisit.prescription_id.in_(prescription_ids), Appointment.status.not_in(NOT_TAKEN_PLACE))
    )
    return {row[0]: row[1] for row in session.execute(counted.group_by(PrescribedVisit.prescription_id))}


def care_findings(session: Session) -> Iterator[str]:
    """Visits that count for a prescription of somebody else, or past its days, and prescriptions with more visits than they allow."""
    joined = select(Prescription, Appointment).join(PrescribedVisit, PrescribedVisit.prescription_id == Prescription.id)
    counted = joined.join(Appointment, Appointment.id == PrescribedVisit.appointment_id).where(Appointment.status.not_in(NOT_TAKEN_PLACE))
    allowed: dict[str, int] = {}
    used: Counter[str] = Counter()
    for row in session.execute(counted.order_by(Appointment.id)):
        prescription, visit = row[0], row[1]
        allowed[prescription.public_id] = prescription.visits_allowed
        used[prescription.public_id] += 1
        day = local_day(to_minute(visit.starts_at))
        if visit.person_id != prescription.person_id:
            yield f"appointment {visit.public_id} counts for a prescription of somebody else"
        elif visit_fault(day, issued_on=prescription.issued_on, expires_on=prescription.expires_on) is not None:
            yield f"appointment {visit.public_id} lies outside the days of its prescription"
    yield from (f"prescription {name} has {number} visits of {allowed[name]}" for name, number in used.items() if number > allowed[name])


def _rows(session: Session, found: Sequence[Prescription], today: date) -> list[PrescriptionRow]:
    used = visits_used(session, [one.id for one in found])
    return [
        PrescriptionRow(one, used.get(one.id, 0), what_is_left(used.get(one.id, 0), one.visits_allowed, one.expires_on, today))
        for one in found
    ]
