"""What papers are made from, and the ones that were given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.queries import Booked, find_series_of_hold, get_any, visits_of_holds
from booking.appointments.rules.states import COMPLETED, CONFIRMED, LIVE, REQUESTED
from booking.papers.catalogue import estimate_notices
from booking.papers.models import Estimate, EstimateVisit, PaperFacts
from booking.papers.rules.estimates import (
    CHANGED,
    MONTHS_COVERED,
    SCHEDULED,
    Content,
    ItemFacts,
    PartyFacts,
    estimate_of,
    expected_cpt,
    paper_of,
)
from booking.papers.rules.paper import Paper
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.models import Credential
from providers.places.models import ProviderPlace
from providers.services.catalogue import techniques

VISIT, SERIES = "visit", "series"
# A visit that is nearer than this when it is made or changed has never three business days before it.
NEAR = timedelta(days=2)
# Visits that changed longer ago have been looked at.
LOOKED_BACK = timedelta(days=3)
DAYS_COVERED = timedelta(days=MONTHS_COVERED * 365 // 12)
_CREDENTIALS = {"lmt": "Licensed massage therapist", "pt": "Physical therapist"}


@dataclass(frozen=True)
class Subject:
    """What one estimate is about: its name, and its visits in order of time, the first of which names the sides."""

    name: str
    visits: tuple[Booked, ...]

    @property
    def first(self) -> Booked:
        """The visit that comes first."""
        return self.visits[0]


def subject_of(session: Session, booked: Booked) -> Subject:
    """A visit by itself, or all that stand of those it was planned with, within twelve months of the first."""
    hold_id = booked.appointment.hold_id
    series = find_series_of_hold(session, hold_id) if hold_id is not None else None
    if series is None:
        return Subject(f"{VISIT}:{booked.appointment.public_id}", (booked,))
    visits = visits_of_holds(session, [hold.id for hold in series.holds]).values()
    standing = sorted((one for one in visits if one.status in {*LIVE, COMPLETED}), key=lambda one: one.starts_at)
    own = [one for one in standing if one.provider_id == booked.appointment.provider_id]
    near = [one for one in own if one.starts_at - own[0].starts_at <= DAYS_COVERED]
    if booked.appointment not in near:
        return Subject(f"{VISIT}:{booked.appointment.public_id}", (booked,))
    return Subject(f"{SERIES}:{series.series.public_id}", tuple(get_any(session, one.public_id) for one in near))


def list_estimates(session: Session, subject: str) -> list[Estimate]:
    """All versions, the newest first."""
    return list(session.scalars(select(Estimate).where(Estimate.subject == subject).order_by(Estimate.version.desc())))


def find_estimate(session: Session, booked: Booked) -> Estimate | None:
    """The newest estimate that a visit is part of."""
    return next(iter(list_estimates(session, subject_of(session, booked).name)), None)


def sheet_of(estimate: Estimate) -> Paper:
    """An estimate as a paper, as it was given."""
    return paper_of(estimate.content, f"{estimate.public_id}, version {estimate.version}", local_day(to_minute(estimate.made_at)))


def content_of(session: Session, subject: Subject, standing: Estimate | None, reason: str, now: datetime) -> Content:
    """What an estimate would say now.

    A first one counts from booking, a later one from the change, one that is asked for from the question.
    """
    first = min(booked.appointment.booked_at for booked in subject.visits)
    since = first if reason == SCHEDULED and standing is None else now
    return estimate_of(
        parties_of(session, subject.first),
        items_of(subject),
        reason=CHANGED if reason == SCHEDULED and standing is not None else reason,
        scheduled_on=local_day(to_minute(since)),
        notices=estimate_notices(),
    )


def content_now(session: Session, booked: Booked, now: datetime) -> Content:
    """What a first estimate of a visit would say; nothing is given by looking."""
    return content_of(session, subject_of(session, booked), None, SCHEDULED, now)


def unlooked_visits(session: Session, now: datetime) -> list[str]:
    """Public ids of coming visits that were made or changed since somebody last saw whether they need an estimate."""
    seen = exists().where(EstimateVisit.appointment_id == Appointment.id, EstimateVisit.seen_at >= Appointment.changed_at)
    wanted = select(Appointment.public_id).where(
        Appointment.status.in_((REQUESTED, CONFIRMED)),
        Appointment.total_cents > 0,
        Appointment.starts_at > now + NEAR,
        Appointment.changed_at > now - LOOKED_BACK,
        ~seen,
    )
    return list(session.scalars(wanted.order_by(Appointment.id)))


def items_of(subject: Subject) -> list[ItemFacts]:
    """The agreed lines of each visit."""
    return [_item(booked.appointment) for booked in subject.visits]


def _item(visit: Appointment) -> ItemFacts:
    technique = techniques().get(visit.technique or "")
    lines = tuple((line["code"], line["label"], line["amount_cents"]) for line in visit.quote["lines"])
    return ItemFacts(
        visit.reference,
        local_day(to_minute(visit.starts_at)),
        visit.service_name,
        visit.minutes,
        expected_cpt(technique.cpt_hint if technique else None),
        lines,
        visit.total_cents,
    )


def parties_of(session: Session, booked: Booked) -> PartyFacts:
    """Both sides of a visit as papers name them."""
    provider = booked.provider
    born_on = find_birth_date(session, booked.person.id)
    npi = session.scalar(
        select(Credential)
        .where(Credential.provider_id == provider.id, Credential.kind == "npi", Credential.status == "verified")
        .order_by(Credential.id.desc())
        .limit(1)
    )
    return PartyFacts(
        client_name=booked.person.name,
        client_born_on=born_on,
        provider_name=provider.name,
        provider_credential=_CREDENTIALS.get(provider.profession, provider.profession.replace("_", " ").capitalize()),
        provider_npi=npi.number if npi else None,
        provider_tax_id=find_tax_id(session, provider.id),
        place=_place_words(booked.appointment, booked.place),
    )


def _place_words(visit: Appointment, place: ProviderPlace | None) -> str:
    if visit.setting == "clinic" and place is not None:
        return f"{place.name}, {place.line1}, {place.zip} New York"
    return f"At the client's {visit.setting}, {visit.zip or 'New York'}"


def find_birth_date(session: Session, person_id: int) -> date | None:
    """What a client stated as their birth date."""
    kept = session.scalar(select(PaperFacts).where(PaperFacts.person_id == person_id))
    text = kept.facts.get("born_on") if kept else None
    return date.fromisoformat(text) if text else None


def find_tax_id(session: Session, provider_id: int) -> str | None:
    """What a provider stated as the tax number of the business."""
    kept = session.scalar(select(PaperFacts).where(PaperFacts.provider_id == provider_id))
    return kept.facts.get("tax_id") if kept else None
