"""Giving estimates, and stating what papers alone need."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.changes.letters import Sending, visit_link, with_guest_key
from booking.appointments.queries import get_any
from booking.guardians.catalogue import house
from booking.guardians.changes import keep_birth_date
from booking.guardians.rules import day_of, is_minor
from booking.papers.models import Estimate, EstimateVisit, PaperFacts
from booking.papers.queries import Subject, content_of, list_estimates, subject_of, unlooked_visits
from booking.papers.rules.estimates import ASKED, SCHEDULED, says_the_same
from marketplace import audit
from marketplace.db import db, transaction, wait_turn
from marketplace.jobs import one_by_one
from marketplace.outbox.changes import enqueue_letter

JOB = "job:estimates"
LETTER = "estimate_given"


def give_due_estimates(now: datetime, base_url: str) -> int:
    """Give an estimate for every visit that needs one and has none that still holds: minutes after it was booked, days before it is due."""
    return one_by_one("give estimates", unlooked_visits(db.session(), now), lambda public_id: _look(public_id, base_url, now))


def ask_estimate(public_id: str, actor: str, base_url: str, now: datetime) -> Estimate:
    """Give an estimate to a client who asks for one; the one that stands, where it would say the same. Raises NotFound."""
    with transaction() as session:
        made, _new = _give(session, public_id, ASKED, actor, base_url, now)
        if made is None:
            raise RuntimeError("an estimate that is asked for is always given")
        return made


def state_birth_date(person_id: int, born_on: date | None, now: datetime) -> None:
    """Keep, or forget, a client's birth date for papers. Under 18 it also says that a guardian has to agree; that is not forgotten."""
    with transaction() as session:
        _keep(session, PaperFacts(person_id=person_id), {"born_on": born_on.isoformat()} if born_on else {}, now)
        if born_on is not None and is_minor(born_on, day_of(now), house().age_limit):
            keep_birth_date(session, person_id, born_on, f"person:{person_id}", now)


def state_tax_id(provider_id: int, tax_id: str | None, actor: str, now: datetime) -> None:
    """Keep, or forget, the tax number of a provider's business for papers."""
    with transaction() as session:
        _keep(session, PaperFacts(provider_id=provider_id), {"tax_id": tax_id} if tax_id else {}, now)
        audit.record(session, audit.Deed(now, actor, "papers.tax_id", "provider", str(provider_id), {"given": tax_id is not None}))


def _keep(session: Session, new: PaperFacts, facts: dict[str, str], now: datetime) -> None:
    wait_turn(session, f"paper facts of {new.person_id} {new.provider_id}")
    mine = select(PaperFacts).where(PaperFacts.person_id == new.person_id, PaperFacts.provider_id == new.provider_id)
    kept = session.scalar(mine) or new
    kept.facts, kept.changed_at = facts, now
    session.add(kept)


def _look(public_id: str, base_url: str, now: datetime) -> bool:
    with transaction() as session:
        _made, new = _give(session, public_id, SCHEDULED, JOB, base_url, now)
        return new


def _give(session: Session, public_id: str, reason: str, actor: str, base_url: str, now: datetime) -> tuple[Estimate | None, bool]:
    """The estimate that holds for a visit now, and whether it was made just now. None where none is needed."""
    subject = subject_of(session, get_any(session, public_id))
    wait_turn(session, f"estimate of {subject.name}")
    standing = next(iter(list_estimates(session, subject.name)), None)
    for booked in subject.visits:
        _mark_seen(session, booked.appointment.id, now)
    content = content_of(session, subject, standing, reason, now)
    if standing is not None and says_the_same(standing.content, content):
        return standing, False
    if reason == SCHEDULED and standing is None and content["due_on"] is None:
        return None, False
    due_on = date.fromisoformat(content["due_on"]) if content["due_on"] else None
    made = Estimate(
        subject=subject.name, version=standing.version + 1 if standing else 1, reason=content["reason"], due_on=due_on, made_at=now,
        person_id=subject.first.person.id, provider_id=subject.first.provider.id, content=content,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(
        session, audit.Deed(now, actor, "estimate.given", "estimate", made.public_id, {"version": made.version, "about": subject.name})
    )
    _write(session, subject, made, base_url, now)
    return made, True


def _mark_seen(session: Session, appointment_id: int, now: datetime) -> None:
    seen = session.get(EstimateVisit, appointment_id) or EstimateVisit(appointment_id=appointment_id)
    seen.seen_at = now
    session.add(seen)


def _write(session: Session, subject: Subject, made: Estimate, base_url: str, now: datetime) -> None:
    booked = subject.first
    visit, email = booked.appointment, booked.person.email
    if email is None:
        return
    sending = with_guest_key(session, visit, Sending(base_url))
    facts = {
        "provider_name": booked.provider.name,
        "starts_at": visit.starts_at.isoformat(),
        "visits": len(subject.visits),
        "total_cents": made.content["total_cents"],
        "again": made.version > 1,
        "link": visit_link(visit, sending, "estimate"),
    }
    enqueue_letter(session, key=f"{LETTER}:{made.public_id}", kind=LETTER, recipient=email, facts=facts, now=now, about=visit.public_id)
