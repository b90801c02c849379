"""Programs and journals as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.rules.states import COMPLETED
from booking.homecare.models import HomeProgram, JournalEntry
from booking.homecare.rules.journal import Entry
from booking.homecare.rules.programs import Program, program_from_dict
from marketplace.kernel.errors import NotFound
from providers.registry.models import Provider


@dataclass(frozen=True)
class Given:
    """A program, when and at which visit it was given, and by whom."""

    public_id: str
    program: Program
    given_at: datetime
    appointment: str
    provider: str


@dataclass(frozen=True)
class Written:
    """An entry with its public id and when it was written."""

    public_id: str
    entry: Entry
    written_at: datetime


def load_programs(session: Session, person_id: int, appointment_id: int | None = None) -> list[Given]:
    """The newest program of each of a person's visits (of one visit where it is named), newest first."""
    newest = select(func.max(HomeProgram.id)).where(HomeProgram.person_id == person_id).group_by(HomeProgram.appointment_id)
    wanted = (
        select(HomeProgram, Appointment.public_id, Provider.name)
        .join(Appointment, Appointment.id == HomeProgram.appointment_id)
        .join(Provider, Provider.id == Appointment.provider_id)
        .where(HomeProgram.id.in_(newest))
        .order_by(HomeProgram.given_at.desc(), HomeProgram.id.desc())
    )
    if appointment_id is not None:
        wanted = wanted.where(HomeProgram.appointment_id == appointment_id)
    return [Given(row.public_id, program_from_dict(row.content), row.given_at, visit, name) for row, visit, name in session.execute(wanted)]


def load_journal(session: Session, person_id: int) -> list[Written]:
    """A person's entries, the latest day first."""
    rows = session.scalars(select(JournalEntry).where(JournalEntry.person_id == person_id))
    written = [Written(row.public_id, _entry(row), row.written_at) for row in rows]
    return sorted(written, key=lambda one: (one.entry.on, one.written_at), reverse=True)


def _entry(row: JournalEntry) -> Entry:
    kept = row.content
    return Entry(date.fromisoformat(kept["on"]), kept["pain"], kept["stiffness"], kept["mobility"], kept["note"])


def count_journal(session: Session, person_id: int) -> int:
    """How many entries a person keeps."""
    return session.scalar(select(func.count(JournalEntry.id)).where(JournalEntry.person_id == person_id)) or 0


def get_entry(session: Session, public_id: str, person_id: int) -> JournalEntry:
    """A person's own entry. Raises NotFound."""
    found = session.scalar(select(JournalEntry).where(JournalEntry.public_id == public_id, JournalEntry.person_id == person_id))
    if found is None:
        raise NotFound("not_found", "There is no such entry of yours.")
    return found


def ends_with(session: Session, person_id: int, provider_id: int) -> list[datetime]:
    """When a person's visits with a provider ended that took place."""
    done = select(Appointment.ends_at).where(
        Appointment.person_id == person_id, Appointment.provider_id == provider_id, Appointment.status == COMPLETED
    )
    return list(session.scalars(done))
