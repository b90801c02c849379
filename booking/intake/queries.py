"""Intakes, comfort cards and papers as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.queries import Booked, get_any
from booking.appointments.rules.states import CHECKED_IN, COMPLETED, CONFIRMED, LIVE
from booking.care.queries.reads import HEALTH_READ
from booking.care.rules import SEEN_AFTER
from booking.intake.models import ComfortVersion, HealthFile, IntakeVersion
from booking.intake.rules.comfort import Comfort, comfort_from_dict
from booking.intake.rules.files import MOST_BYTES, MOST_FILES, About
from booking.intake.rules.keeping import Look, Told
from booking.intake.rules.telling import Intake, intake_from_dict
from marketplace.accounts.models import Person
from marketplace.audit import AuditEntry
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import local_day, to_minute
from providers.profiles.rules import MOBILE
from providers.services.rules.calls import PHONE

INTAKE, COMFORT, FILE = "intake", "comfort_card", "health_file"
MOST_LOOKS = 500


@dataclass(frozen=True)
class KeptIntake:
    """An intake with its version's public id, when it was written or confirmed, and to which version of the form."""

    public_id: str
    intake: Intake
    form_version: str
    written_at: datetime

    @property
    def told(self) -> Told:
        """What decides whether it is asked about again."""
        return Told(local_day(to_minute(self.written_at)), self.form_version)


@dataclass(frozen=True)
class KeptComfort:
    """A comfort card with its version's public id, when it was written or confirmed, and to which text."""

    public_id: str
    card: Comfort
    text_version: str
    written_at: datetime

    @property
    def told(self) -> Told:
        """What decides whether it is asked about again."""
        return Told(local_day(to_minute(self.written_at)), self.text_version)


@dataclass(frozen=True)
class KeptFile:
    """A paper without its content: public id, what it is, its media type and size in bytes, when it was added."""

    public_id: str
    about: About
    media_type: str
    size_bytes: int
    added_at: datetime


def find_intake(session: Session, person_id: int) -> KeptIntake | None:
    """A person's newest intake."""
    newest = select(IntakeVersion).where(IntakeVersion.person_id == person_id).order_by(IntakeVersion.id.desc()).limit(1)
    row = session.scalar(newest)
    return None if row is None else _intake(row)


def find_intake_version(session: Session, person_id: int, public_id: str) -> KeptIntake | None:
    """One version of a person's intake."""
    row = session.scalar(select(IntakeVersion).where(IntakeVersion.person_id == person_id, IntakeVersion.public_id == public_id))
    return None if row is None else _intake(row)


def _intake(row: IntakeVersion) -> KeptIntake:
    return KeptIntake(row.public_id, intake_from_dict(row.content), row.form_version, row.written_at)


def find_comfort(session: Session, person_id: int, until: datetime | None = None) -> KeptComfort | None:
    """A person's newest comfort card, or the one that stood at the instant `until`."""
    own = select(ComfortVersion).where(ComfortVersion.person_id == person_id)
    written = own if until is None else own.where(ComfortVersion.written_at <= until)
    row = session.scalar(written.order_by(ComfortVersion.id.desc()).limit(1))
    return None if row is None else KeptComfort(row.public_id, comfort_from_dict(row.content), row.text_version, row.written_at)


def list_files(session: Session, person_id: int) -> list[KeptFile]:
    """A person's papers, the latest day first."""
    rows = session.execute(_files().where(HealthFile.person_id == person_id).order_by(HealthFile.id))
    return sorted((_file(row) for row in rows), key=lambda one: one.about.taken_on, reverse=True)


def _files() -> Select[Any]:
    """Papers without their content, which may be large."""
    return select(HealthFile.public_id, HealthFile.about, HealthFile.media_type, HealthFile.size_bytes, HealthFile.added_at)


def _file(row: Any) -> KeptFile:
    about = row.about
    told = About(about["kind"], date.fromisoformat(about["taken_on"]), about["title"])
    return KeptFile(row.public_id, told, row.media_type, row.size_bytes, row.added_at)


def room_taken(session: Session, person_id: int) -> tuple[int, int]:
    """How many papers a person keeps, and how many bytes they have together."""
    counted = select(func.count(HealthFile.id), func.coalesce(func.sum(HealthFile.size_bytes), 0)).where(HealthFile.person_id == person_id)
    row = session.execute(counted).one()
    return row[0], row[1]


def get_own_file(session: Session, public_id: str, person_id: int) -> HealthFile:
    """A person's own paper. Raises NotFound."""
    found = session.scalar(select(HealthFile).where(HealthFile.public_id == public_id, HealthFile.person_id == person_id))
    if found is None:
        raise NotFound("not_found", "There is no such file of yours.")
    return found


def get_shown_file(session: Session, public_id: str, provider_id: int, now: datetime) -> tuple[HealthFile, Booked]:
    """A paper of a client with a visit in care of this therapist, and the latest such visit. Raises NotFound."""
    in_care = select(Appointment.public_id).where(Appointment.person_id == HealthFile.person_id, *_in_care(provider_id, now))
    latest = in_care.order_by(Appointment.starts_at.desc(), Appointment.id.desc()).limit(1).scalar_subquery()
    row = session.execute(select(HealthFile, latest).where(HealthFile.public_id == public_id)).one_or_none()
    if row is None or row[1] is None:
        raise NotFound("not_found", "There is no such file for you.")
    return row[0], get_any(session, row[1])


def _in_care(provider_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Visits of a therapist that open their client's health; the same window as `care.rules.why_closed`."""
    return (
        Appointment.provider_id == provider_id,
        Appointment.status.in_((CONFIRMED, CHECKED_IN, COMPLETED)),
        Appointment.setting != PHONE,
        Appointment.ends_at >= now - SEEN_AFTER,
    )


def looks_at_intake(session: Session, person: Person, actor: str) -> list[Look]:
    """A reader's latest looks at a person's intake, the earliest first."""
    read = select(AuditEntry).where(
        AuditEntry.object_kind == "person", AuditEntry.object_id == person.public_id, AuditEntry.verb == HEALTH_READ,
        AuditEntry.actor == actor,
    )  # fmt: skip
    entries = reversed(session.scalars(read.order_by(AuditEntry.id.desc()).limit(MOST_LOOKS)).all())
    return [
        Look(entry.details["appointment"], entry.details["version"])
        for entry in entries
        if entry.details["what"] == INTAKE and entry.details.get("version")
    ]


def is_visited(session: Session, person_id: int) -> bool:
    """Whether a therapist comes, or came, to where this person is."""
    known = exists().where(Appointment.person_id == person_id, Appointment.setting.in_(MOBILE), Appointment.status.in_((*LIVE, COMPLETED)))
    return bool(session.scalar(select(known)))


def intake_findings(session: Session) -> Iterator[str]:
    """Persons who keep more papers than there is room for."""
    counted = select(Person.public_id, func.count(HealthFile.id), func.sum(HealthFile.size_bytes)).join(
        HealthFile, HealthFile.person_id == Person.id
    )
    rows = session.execute(counted.group_by(Person.public_id).order_by(Person.public_id))
    yield from (f"person {row[0]} keeps {row[1]} files of {row[2]} bytes" for row in rows if row[1] > MOST_FILES or row[2] > MOST_BYTES)
