"""What the verbs of requests do inside their transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import provider_email
from booking.extensions.queries import Asked
from booking.extensions.rules.asking import APPROVED, REFUSED
from booking.screening.models import Prescription
from marketplace import audit
from marketplace.kernel.errors import Conflict
from marketplace.outbox.changes import enqueue_letter

WRITTEN_LETTER, ASKED_LETTER, ANSWERED_LETTER = "more_visits_written", "more_visits_asked", "more_visits_answered"
READ = "more_visits"


def check_open(asked: Asked) -> None:
    """Raises Conflict `wrong_state` for a request that has its answer."""
    if not asked.open:
        raise Conflict("wrong_state", "This request has been answered or closed already.")


def end_request(asked: Asked, state: str, how: str, now: datetime, given: Prescription | None = None) -> None:
    """Put the end into the row; its link, if any, opens nothing from now on."""
    row = asked.request
    row.state, row.answered_how, row.answered_at, row.token_hash = state, how, now, None
    row.given_id = given.id if given is not None else None


def record(session: Session, asked: Asked, verb: str, actor: str, now: datetime) -> None:
    """The audit hears what was done, without a word of why."""
    told = {"state": asked.request.state, "visits": asked.request.visits}
    session.flush()
    audit.record(session, audit.Deed(now, actor, f"more_visits.{verb}", "extension_request", asked.request.public_id, told))


def tell_client(session: Session, asked: Asked, kind: str, base_url: str, now: datetime) -> None:
    """A letter to the client that says nothing of their health."""
    person, public_id = asked.person, asked.request.public_id
    if person.email is None:
        return
    facts = {"name": person.name, "other": asked.provider.name, "outcome": _outcome(asked), "link": f"{base_url}/care/more-visits"}
    enqueue_letter(session, key=f"{kind}:{public_id}:client", kind=kind, recipient=person.email, facts=facts, now=now, about=public_id)


def tell_therapist(session: Session, asked: Asked, base_url: str, now: datetime) -> None:
    """A letter to the therapist: their request has an answer. The client is not named."""
    public_id, link = asked.request.public_id, f"{base_url}/provider/appointments/{asked.appointment}/more-visits"
    facts = {"name": asked.provider.name, "other": None, "outcome": _outcome(asked), "link": link}
    enqueue_letter(
        session, key=f"{ANSWERED_LETTER}:{public_id}:provider", kind=ANSWERED_LETTER, recipient=provider_email(session, asked.provider.id),
        facts=facts, now=now, about=public_id,
    )  # fmt: skip


def _outcome(asked: Asked) -> str:
    return {APPROVED: "yes", REFUSED: "no"}.get(asked.request.state, "closed")
