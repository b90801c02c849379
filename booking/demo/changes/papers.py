"""A prescription that the demo's client books with, and a physician's document that a therapist has to decide on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment, PrescribedVisit
from booking.appointments.rules.requests import CLEARANCE_DUE
from booking.appointments.rules.states import CONFIRMED, REQUESTED
from booking.screening.models import Clearance, Prescription
from booking.screening.rules.clearances import SUBMITTED
from marketplace.kernel.walltime import local_day, to_minute
from providers.services.rules.calls import PHONE

NPI = "1234567893"
VISITS, WEEKS_AGO, WEEKS_LEFT = 12, timedelta(weeks=2), timedelta(weeks=24)


def add_papers(session: Session, client_id: int, now: datetime) -> None:
    """Write down a prescription of a client with their next visit counted, and send the document that the soonest request waits for."""
    today = local_day(to_minute(now))
    prescription = Prescription(
        public_id="demo-prescription", person_id=client_id, prescriber_name="Dr. Miriam Osei", prescriber_npi=NPI,
        diagnosis="Chronic low back pain", icd10="M54.50", treatment="Manual therapy", frequency="Every two weeks",
        regions=["lower_back_l", "lower_back_r"], visits_allowed=VISITS, issued_on=today - WEEKS_AGO, expires_on=today + WEEKS_LEFT,
        created_at=now,
    )  # fmt: skip
    session.add(prescription)
    session.flush()
    coming = (
        select(Appointment).where(Appointment.starts_at > now, Appointment.setting != PHONE).order_by(Appointment.starts_at, Appointment.id)
    )
    booked = session.scalars(coming.where(Appointment.person_id == client_id, Appointment.status == CONFIRMED).limit(1)).first()
    if booked is not None:
        session.add(PrescribedVisit(prescription_id=prescription.id, appointment_id=booked.id, number=1, allowed=VISITS))
    asked = session.scalars(coming.where(Appointment.status == REQUESTED)).all()
    waiting = next((visit for visit in asked if CLEARANCE_DUE in visit.attention), None)
    if waiting is not None:
        session.add(
            Clearance(
                public_id="demo-clearance", person_id=waiting.person_id, state=SUBMITTED, signer_name="Dr. Miriam Osei",
                signer_profession="surgeon", signer_npi=NPI, signed_on=today, expires_on=today + WEEKS_AGO * 4,
                covers=["surgery_recent"], regions=[], created_at=now,
            )
        )  # fmt: skip
    session.flush()
