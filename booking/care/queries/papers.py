"""Prescriptions with what is left of them and clearances with what was decided, as clients and therapists see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from booking.appointments.changes.prescribing import NOT_TAKEN_PLACE
from booking.appointments.models import Appointment, PrescribedVisit
from booking.appointments.rules.states import LIVE
from booking.screening.models import Clearance, ClearanceDecision, Prescription
from booking.screening.queries import get_clearance, list_clearances, list_prescriptions, newest_decisions
from booking.screening.rules.clearances import ACCEPT, ASKED
from booking.screening.rules.prescriptions import Left, visit_fault, what_is_left
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.models import Letter
from providers.registry.models import Provider
from providers.services.rules.calls import PHONE

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


@dataclass(frozen=True)
class ClearanceRow:
    """A clearance as its client sees it: asked, expired (nobody answered), refused, submitted, accepted or rejected, and who decided."""

    clearance: Clearance
    status: str
    decisions: tuple[tuple[ClearanceDecision, Provider], ...] = ()


@dataclass(frozen=True)
class ClearanceSeen:
    """A clearance as one therapist sees it: whose it is, and what they decided last, if anything."""

    clearance: Clearance
    person: Person
    provider: Provider
    decision: ClearanceDecision | None

    @property
    def status(self) -> str:
        """Where it stands for this therapist."""
        return {"accept": "accepted", "reject": "rejected"}[self.decision.decision] if self.decision else self.clearance.state


def clearances_of(session: Session, person_id: int, now: datetime) -> list[ClearanceRow]:
    """A person's clearances, the newest first."""
    rows = list_clearances(session, person_id)
    decided = newest_decisions(session, [row.id for row in rows])
    names = _providers(session, {provider_id for made in decided.values() for provider_id in made})
    return [
        ClearanceRow(
            row, _status(row, decided.get(row.id, {}), now), tuple((one, names[pid]) for pid, one in decided.get(row.id, {}).items())
        )
        for row in rows
    ]


def clearances_for(session: Session, provider_id: int) -> list[ClearanceSeen]:
    """The clearances that a therapist may see and that were answered, those they have not decided first, then the newest."""
    mine = select(Clearance).where(Clearance.state == "submitted", _may_see(provider_id)).order_by(Clearance.id.desc()).limit(200)
    rows = session.scalars(mine).all()
    decided = newest_decisions(session, [row.id for row in rows])
    people = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_({row.person_id for row in rows})))}
    provider = session.get_one(Provider, provider_id)
    seen = [ClearanceSeen(row, people[row.person_id], provider, decided.get(row.id, {}).get(provider_id)) for row in rows]
    return sorted(seen, key=lambda one: one.decision is not None)


def get_for_provider(session: Session, public_id: str, provider_id: int) -> ClearanceSeen:
    """A clearance of somebody who has a coming visit with this therapist, or who sent it to them. Raises NotFound."""
    row = get_clearance(session, public_id)
    if session.scalar(select(Clearance.id).where(Clearance.id == row.id, _may_see(provider_id))) is None:
        raise NotFound("not_found", "There is no such clearance.")
    decision = newest_decisions(session, [row.id]).get(row.id, {}).get(provider_id)
    return ClearanceSeen(row, session.get_one(Person, row.person_id), session.get_one(Provider, provider_id), decision)


def _may_see(provider_id: int) -> ColumnElement[bool]:
    """Sent to this therapist, or of a client whose visit with them is asked for, confirmed or under way; calls do not count."""
    live = exists().where(
        Appointment.person_id == Clearance.person_id, Appointment.provider_id == provider_id, Appointment.status.in_(LIVE),
        Appointment.setting != PHONE,
    )  # fmt: skip
    return or_(Clearance.provider_id == provider_id, live)


def _providers(session: Session, ids: Collection[int]) -> dict[int, Provider]:
    return {one.id: one for one in session.scalars(select(Provider).where(Provider.id.in_(ids)))} if ids else {}


def _status(row: Clearance, decisions: Mapping[int, ClearanceDecision], now: datetime) -> str:
    if row.state == ASKED:
        return "expired" if row.link_expires_at is not None and row.link_expires_at <= now else ASKED
    if decisions:
        return "accepted" if any(one.decision == ACCEPT for one in decisions.values()) else "rejected"
    return row.state


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
