"""What superbills are made from, and the ones that were issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.queries import Booked
from booking.appointments.rules.states import CANCELLED, COMPLETED, EXPIRED, NO_SHOW, REQUESTED
from booking.care.queries.papers import prescription_of_visit
from booking.guardians.queries import guardian_line
from booking.ledger.queries import as_entry, entries_of_visit
from booking.notes.queries import LockedNote, find_locked
from booking.papers.queries import parties_of
from booking.papers.rules.estimates import expected_cpt
from booking.papers.rules.paper import Paper
from booking.superbills.catalogue import superbill_notices
from booking.superbills.models import Superbill
from booking.superbills.rules.content import Attested, Client, Content, Known, Party, Prescribed, VisitFacts, money_of, superbill_of
from booking.superbills.rules.papers import paper_of, superbill_name
from marketplace.accounts.models import Person
from marketplace.kernel.errors import Conflict
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.models import Credential
from providers.places.models import ProviderPlace
from providers.registry.models import Provider
from providers.services.catalogue import techniques
from providers.services.rules.calls import PHONE

NOT_LOCKED = "There is a superbill once the therapist has signed the note of this visit."
NO_VISIT = "There is a superbill for visits that took place."
_NOT_HAD = (REQUESTED, CANCELLED, NO_SHOW, EXPIRED)


@dataclass(frozen=True)
class Given:
    """A superbill as its reader has it: version 0 without a number is what would be issued now."""

    content: Content
    version: int = 0
    public_id: str | None = None
    number: str | None = None
    issued_at: datetime | None = None

    @property
    def sheet(self) -> Paper:
        """The same as a paper."""
        issued_on = None if self.issued_at is None else local_day(to_minute(self.issued_at))
        return paper_of(self.content, self.number, self.version, issued_on)


def list_superbills(session: Session, appointment_id: int) -> list[Superbill]:
    """All versions of a visit's superbill, the newest first."""
    return list(session.scalars(select(Superbill).where(Superbill.appointment_id == appointment_id).order_by(Superbill.version.desc())))


def given_of(booked: Booked, row: Superbill) -> Given:
    """An issued superbill."""
    return Given(row.content, row.version, row.public_id, superbill_name(booked.provider.slug, row.year, row.number), row.issued_at)


def get_given(session: Session, booked: Booked, now: datetime) -> Given:
    """The newest that was issued; before that, what one would say. Raises Conflict `wrong_state`, `note_not_locked`."""
    issued = list_superbills(session, booked.appointment.id)
    return given_of(booked, issued[0]) if issued else Given(content_now(session, booked, now))


def content_now(session: Session, booked: Booked, now: datetime) -> Content:
    """What a superbill of a visit would say now. Raises Conflict `wrong_state`, `note_not_locked`."""
    visit = booked.appointment
    if visit.setting == PHONE or visit.status in _NOT_HAD:
        raise Conflict("wrong_state", NO_VISIT)
    note = find_locked(session, visit.id)
    if note is None:
        raise Conflict("note_not_locked", NOT_LOCKED)
    return superbill_of(_known(session, booked, note, now), superbill_notices())


def last_number(session: Session, provider_id: int, year: int) -> int:
    """The highest number of a provider's New York year; 0 where there is none."""
    highest = select(func.max(Superbill.number)).where(Superbill.provider_id == provider_id, Superbill.year == year)
    return session.scalar(highest) or 0


def _known(session: Session, booked: Booked, note: LockedNote, now: datetime) -> Known:
    visit, provider = booked.appointment, booked.provider
    on = local_day(to_minute(visit.starts_at))
    sides = parties_of(session, booked)
    prescribed = prescription_of_visit(session, visit.id, now)
    paper = prescribed.prescription if prescribed else None
    return Known(
        _visit(visit, on),
        Client(
            sides.client_name, sides.client_born_on, _address_of(booked.person, visit),
            guardian_line(session, visit.person_id, visit.starts_at),
        ),
        Party(
            sides.provider_name, sides.provider_credential, _license_number(session, provider.id, on), sides.provider_npi,
            sides.provider_tax_id, _practice(session, provider, booked.place), provider.phone,
        ),
        None if paper is None else Prescribed(paper.prescriber_name, paper.prescriber_npi, paper.icd10, paper.diagnosis, paper.issued_on),
        Attested(
            tuple((expected_cpt(techniques()[used.code].cpt_hint), used.minutes) for used in note.techniques if used.code in techniques()),
            note.hands_on_minutes, note.signed_by, note.signed_at,
        ),
        money_of(as_entry(row) for row in entries_of_visit(session, visit.id)),
    )  # fmt: skip


def _visit(visit: Appointment, on: date) -> VisitFacts:
    lines = tuple((line["code"], line["label"], line["amount_cents"]) for line in visit.quote["lines"])
    return VisitFacts(visit.reference, on, visit.setting, visit.service_name, lines, visit.status == COMPLETED)


def _license_number(session: Session, provider_id: int, on: date) -> str | None:
    """The number of the verified license that held on a day."""
    held = select(Credential).where(
        Credential.provider_id == provider_id, Credential.kind == "license", Credential.status == "verified",
        or_(Credential.expires_on.is_(None), Credential.expires_on >= on),
    )  # fmt: skip
    found = session.scalar(held.order_by(Credential.id.desc()).limit(1))
    return found.number if found else None


def _address_of(person: Person, visit: Appointment) -> str | None:
    """Where a client lives: as they saved it, or where they were visited at home."""
    kept, zip_code = (person.address, person.zip) if person.address else (visit.address if visit.setting == "home" else None, visit.zip)
    if not kept:
        return None
    return ", ".join(part for part in (kept.get("line1"), kept.get("unit"), f"New York, NY {zip_code or ''}".strip()) if part)


def _practice(session: Session, provider: Provider, place: ProviderPlace | None) -> str | None:
    """The address of the practice: where the visit was, or the provider's first place that is open to clients."""
    first = select(ProviderPlace).where(ProviderPlace.provider_id == provider.id).order_by(ProviderPlace.id).limit(1)
    found = place or session.scalar(first)
    if found is None:
        return None
    return ", ".join(part for part in (found.name, found.line1, found.unit, f"{found.city}, NY {found.zip}") if part)
