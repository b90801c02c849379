"""Requests as they are read. Whoever asks has been let in before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from booking.appointments.models import Appointment
from booking.care.queries.papers import visits_used
from booking.extensions.models import ExtensionRequest
from booking.extensions.rules.asking import APPROVED, OPEN, status_of
from booking.screening.models import Prescription
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from providers.registry.models import Provider

MISSING = "There is no such request."
Given = aliased(Prescription)
Row = tuple[ExtensionRequest, Prescription, Person, Provider, str, Prescription | None]


@dataclass(frozen=True)
class Asked:
    """A request with the prescription it is about and how many visits count for that, both people, the visit it was written at, and
    what a yes has given.
    """

    request: ExtensionRequest
    prescription: Prescription
    person: Person
    provider: Provider
    appointment: str
    given: Prescription | None
    used: int
    status: str

    @property
    def open(self) -> bool:
        """Whether it waits for somebody."""
        return self.request.state in OPEN

    @property
    def reason(self) -> str:
        """Why, in the therapist's words."""
        return str(self.request.content["reason"])


def list_requests(session: Session, condition: ColumnElement[bool], now: datetime) -> list[Asked]:
    """Requests, the newest first."""
    return _asked(session, _joined().where(condition).order_by(ExtensionRequest.id.desc()).limit(200), now)


def get_request(session: Session, condition: ColumnElement[bool], now: datetime, *, lock: bool = False) -> Asked:
    """One request, with its row to itself until the commit if wanted. Raises NotFound."""
    wanted = _joined().where(condition).execution_options(populate_existing=True)
    found = _asked(session, wanted.with_for_update(of=ExtensionRequest) if lock else wanted, now)
    if not found:
        raise NotFound("not_found", MISSING)
    return found[0]


def newer_prescriptions(session: Session, asked: Asked) -> Sequence[Prescription]:
    """What the client has written down since, and that answers no request yet, the newest first."""
    taken = select(ExtensionRequest.given_id).where(ExtensionRequest.given_id.is_not(None))
    newer = select(Prescription).where(
        Prescription.person_id == asked.person.id, Prescription.id != asked.prescription.id,
        Prescription.created_at >= asked.request.written_at, Prescription.id.not_in(taken),
    )  # fmt: skip
    return session.scalars(newer.order_by(Prescription.id.desc())).all()


def extension_findings(session: Session) -> Iterator[str]:
    """Requests that were answered with a paper of somebody else, or about a prescription of somebody else."""
    for row in session.execute(_joined().order_by(ExtensionRequest.id)):
        request, prescription, given = row[0], row[1], row[5]
        if prescription.person_id != request.person_id or (given is not None and given.person_id != request.person_id):
            yield f"request {request.public_id} is about a prescription of somebody else"
        elif request.state == APPROVED and given is not None and given.created_at < request.written_at:
            yield f"request {request.public_id} was answered with an older prescription"


def _joined() -> Select[*Row]:
    wanted: Select[*Row] = select(ExtensionRequest, Prescription, Person, Provider, Appointment.public_id, Given)
    return (
        wanted.join(Prescription, Prescription.id == ExtensionRequest.prescription_id)
        .join(Person, Person.id == ExtensionRequest.person_id)
        .join(Provider, Provider.id == ExtensionRequest.provider_id)
        .join(Appointment, Appointment.id == ExtensionRequest.appointment_id)
        .outerjoin(Given, Given.id == ExtensionRequest.given_id)
    )


def _asked(session: Session, wanted: Select[*Row], now: datetime) -> list[Asked]:
    rows = session.execute(wanted).all()
    used = visits_used(session, {row[1].id for row in rows}) if rows else {}
    return [
        Asked(row[0], row[1], row[2], row[3], row[4], row[5], used.get(row[1].id, 0), status_of(row[0].state, row[0].link_expires_at, now))
        for row in rows
    ]
