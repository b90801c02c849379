"""Supervisions and reviews as they are read. Whoever asks has been let in before; no word of a note is opened here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from booking.appointments.models import Appointment
from booking.notes.models import ClinicalNote
from booking.reviewing.models import NoteReview, NoteReviewStep, Supervision
from booking.reviewing.rules.steps import LIVE, OFFERED, state_of
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from providers.registry.models import Provider

Supervisor = aliased(Provider)


@dataclass(frozen=True)
class Pair:
    """A supervision with its two people."""

    supervision: Supervision
    provider: Provider
    supervisor: Provider

    @property
    def state(self) -> str:
        """Named, live or ended."""
        return state_of(self.supervision.accepted_at, self.supervision.ended_at)

    def other(self, provider_id: int) -> Provider:
        """The other of the two."""
        return self.supervisor if provider_id == self.provider.id else self.provider


@dataclass(frozen=True)
class Review:
    """A review with its steps in order, the visit whose note it is about, and whom that visit was with."""

    review: NoteReview
    pair: Pair
    person: Person
    visit: Appointment
    steps: Sequence[NoteReviewStep]

    @property
    def status(self) -> str:
        """The kind of the last step."""
        return self.steps[-1].kind

    @property
    def waits(self) -> bool:
        """Whether the supervising colleague may look now."""
        return self.status == OFFERED and self.pair.state == LIVE

    @property
    def offered_at(self) -> datetime:
        """When it was offered last."""
        return max(step.at for step in self.steps if step.kind == OFFERED)


def list_pairs(session: Session, condition: ColumnElement[bool]) -> list[Pair]:
    """Supervisions, the newest first."""
    rows = session.execute(_pairs().where(condition).order_by(Supervision.id.desc()).limit(200))
    return [Pair(row[0], row[1], row[2]) for row in rows]


def get_pair(session: Session, condition: ColumnElement[bool], *, lock: bool = False) -> Pair:
    """One supervision, its row to itself until the commit if wanted. Raises NotFound."""
    wanted = _pairs().where(condition).execution_options(populate_existing=True)
    row = session.execute(wanted.with_for_update(of=Supervision) if lock else wanted).one_or_none()
    if row is None:
        raise NotFound("not_found", "There is no such supervision of yours.")
    return Pair(row[0], row[1], row[2])


def list_reviews(session: Session, condition: ColumnElement[bool]) -> list[Review]:
    """Reviews that have a step, those offered last first."""
    wanted = (
        select(NoteReview, Supervision, Provider, Supervisor, Person, Appointment)
        .join(Supervision, Supervision.id == NoteReview.supervision_id)
        .join(Provider, Provider.id == Supervision.provider_id)
        .join(Supervisor, Supervisor.id == Supervision.supervisor_id)
        .join(ClinicalNote, ClinicalNote.id == NoteReview.note_id)
        .join(Person, Person.id == ClinicalNote.person_id)
        .join(Appointment, Appointment.id == ClinicalNote.appointment_id)
    )
    rows = session.execute(wanted.where(condition).order_by(NoteReview.id.desc()).limit(200)).all()
    steps = _steps(session, [row[0].id for row in rows])
    found = [Review(row[0], Pair(row[1], row[2], row[3]), row[4], row[5], steps[row[0].id]) for row in rows if row[0].id in steps]
    return sorted(found, key=lambda one: one.steps[-1].at, reverse=True)


def get_review(session: Session, condition: ColumnElement[bool]) -> Review:
    """One review. Raises NotFound."""
    found = list_reviews(session, condition)
    if not found:
        raise NotFound("not_found", "There is no such review of yours.")
    return found[0]


def count_waiting(session: Session, provider_id: int) -> int:
    """How many notes wait for a supervising therapist's look."""
    return sum(one.waits for one in list_reviews(session, Supervision.supervisor_id == provider_id))


def reviewing_findings(session: Session) -> Iterator[str]:
    """Reviews of notes that nobody signed, or that are of somebody else than the one who is supervised."""
    wanted = select(NoteReview.public_id, ClinicalNote.locked_at, ClinicalNote.provider_id, Supervision.provider_id)
    joined = wanted.join(ClinicalNote, ClinicalNote.id == NoteReview.note_id).join(Supervision, Supervision.id == NoteReview.supervision_id)
    for public_id, locked_at, writer, supervised in session.execute(joined.order_by(NoteReview.id)):
        if locked_at is None or writer != supervised:
            yield f"review {public_id} is of a note that could not be offered"


def _pairs() -> Select[Supervision, Provider, Provider]:
    wanted = select(Supervision, Provider, Supervisor).join(Provider, Provider.id == Supervision.provider_id)
    return wanted.join(Supervisor, Supervisor.id == Supervision.supervisor_id)


def _steps(session: Session, review_ids: Sequence[int]) -> dict[int, list[NoteReviewStep]]:
    found: dict[int, list[NoteReviewStep]] = {}
    wanted = (
        select(NoteReviewStep).where(NoteReviewStep.review_id.in_(review_ids)).order_by(NoteReviewStep.review_id, NoteReviewStep.number)
    )
    for step in session.scalars(wanted):
        found.setdefault(step.review_id, []).append(step)
    return found
