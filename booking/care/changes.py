"""What several verbs about clearances do inside their transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.clearing import waiting_for_clearance
from booking.appointments.queries import provider_email
from booking.care.queries.reads import HEALTH_READ
from booking.screening import catalogue
from booking.screening.models import Clearance
from booking.screening.rules.clearances import clearable
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.outbox.changes import enqueue_letter
from providers.registry.models import Provider
from providers.services import catalogue as services

TO_DECIDE = "clearance_to_decide"


def codes() -> frozenset[str]:
    """What a clearance can lift."""
    return clearable(catalogue.rules(), services.conditions())


def tell_therapists(session: Session, row: Clearance, base_url: str, now: datetime) -> None:
    """A letter to each therapist who can decide: those whose visits wait, and the one it was sent to."""
    waiting = {visit.provider_id for visit in waiting_for_clearance(session, row.person_id)}
    for provider_id in sorted(waiting | ({row.provider_id} if row.provider_id else set())):
        facts = {"name": session.get_one(Provider, provider_id).name, "link": f"{base_url}/provider/clearances/{row.public_id}"}
        enqueue_letter(
            session, key=f"{TO_DECIDE}:{row.public_id}:{provider_id}", kind=TO_DECIDE, recipient=provider_email(session, provider_id),
            facts=facts, now=now, about=row.public_id,
        )  # fmt: skip


def note_read(session: Session, person: Person, what: str, actor: str, now: datetime, about: Mapping[str, object]) -> None:
    """Write down that somebody has read a person's health data; `what` and `about` say which, without a word of it."""
    audit.record(session, audit.Deed(now, actor, HEALTH_READ, "person", person.public_id, {"what": what, **about}))
