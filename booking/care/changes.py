"""What several verbs of care do inside their transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.clearing import waiting_for_clearance
from booking.appointments.changes.letters import Sending, letter_facts, visit_link, with_guest_key
from booking.appointments.queries import get_any, provider_email
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


@dataclass(frozen=True)
class Asking:
    """A letter that asks a client for something on a page of their visit: kind, the key that sends it once, the page's last part."""

    kind: str
    key: str
    page: str


def ask_by_letter(session: Session, public_id: str, asking: Asking, base_url: str, now: datetime) -> None:
    """Ask a visit's client, by a letter that is worth nothing any more once the visit has begun; its link is `{page}_link`."""
    booked = get_any(session, public_id)
    sending = with_guest_key(session, booked.appointment, Sending(base_url))
    facts = letter_facts(booked, sending, for_provider=False, to=booked.person.email)
    enqueue_letter(
        session, key=asking.key, kind=asking.kind, recipient=str(booked.person.email),
        facts={**facts, f"{asking.page}_link": visit_link(booked.appointment, sending, asking.page)}, now=now, about=public_id,
        send_before_at=booked.appointment.starts_at,
    )  # fmt: skip


def note_read(session: Session, person: Person, what: str, actor: str, now: datetime, about: Mapping[str, object]) -> None:
    """Write down that somebody has read a person's health data; `what` and `about` say which, without a word of it."""
    audit.record(session, audit.Deed(now, actor, HEALTH_READ, "person", person.public_id, {"what": what, **about}))
