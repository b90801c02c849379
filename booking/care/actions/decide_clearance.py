"""A therapist looks at a clearance, and takes it or does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.appointments.changes.clearing import clear_visit, waiting_for_clearance
from booking.appointments.changes.history import Doer
from booking.care.changes import note_read
from booking.care.queries.papers import ClearanceSeen, clearances_for, get_for_provider
from booking.screening.models import ClearanceDecision
from booking.screening.rules.clearances import ACCEPT, SUBMITTED
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.outbox.changes import enqueue_letter
from providers.registry.changes import lock_provider

DECIDED = "clearance_decided"


@dataclass(frozen=True)
class Decision:
    """Accept or reject, and a note for the client."""

    decision: str
    note: str | None = None


def look_at_clearance(public_id: str, provider_id: int, actor: str, now: datetime) -> ClearanceSeen:
    """A clearance as the therapist sees whom it concerns; the look is written down. Raises NotFound."""
    with transaction() as session:
        seen = get_for_provider(session, public_id, provider_id)
        note_read(session, seen.person, "clearance", actor, now, {"clearance": public_id})
        return seen


def look_at_clearances(provider_id: int, actor: str, now: datetime) -> list[ClearanceSeen]:
    """All that a therapist may see; each look is written down."""
    with transaction() as session:
        found = clearances_for(session, provider_id)
        for seen in found:
            note_read(session, seen.person, "clearance", actor, now, {"clearance": seen.clearance.public_id})
        return found


def look_at_file(public_id: str, provider_id: int, actor: str, now: datetime) -> tuple[str, bytes]:
    """The document of a clearance, with its media type; the look is written down. Raises NotFound."""
    with transaction() as session:
        seen = get_for_provider(session, public_id, provider_id)
        row = seen.clearance
        if row.content is None or row.media_type is None:
            raise NotFound("not_found", "There is no file with this clearance.")
        note_read(session, seen.person, "clearance_file", actor, now, {"clearance": public_id})
        return row.media_type, row.content


def decide_clearance(public_id: str, wanted: Decision, provider_id: int, doer: Doer, base_url: str, now: datetime) -> ClearanceSeen:
    """Take a clearance, or not. What waited for nothing else with this therapist is confirmed by a yes; the client is told either way.

    Raises NotFound, Conflict `wrong_state` for what its physician has not answered or is over.
    """
    with transaction() as session:
        lock_provider(session, provider_id)
        seen = get_for_provider(session, public_id, provider_id)
        row = seen.clearance
        if row.state != SUBMITTED:
            raise Conflict("wrong_state", "There is no answer to decide on yet.")
        session.add(
            ClearanceDecision(
                clearance_id=row.id, provider_id=provider_id, decision=wanted.decision, note=wanted.note, decided_by=doer.name,
                decided_at=now,
            )
        )  # fmt: skip
        session.flush()
        told = {"decision": wanted.decision, "provider": seen.provider.slug}
        audit.record(session, audit.Deed(now, doer.name, "clearance.decided", "clearance", public_id, told))
        waiting = waiting_for_clearance(session, row.person_id, provider_id) if wanted.decision == ACCEPT else ()
        confirmed = [clear_visit(session, visit.public_id, doer, base_url, now) for visit in waiting]
        if seen.person.email is not None and not any(confirmed):
            facts = {
                "provider": seen.provider.name, "accepted": wanted.decision == ACCEPT,
                "link": f"{base_url}/care" if seen.person.account_id else None,
            }  # fmt: skip
            enqueue_letter(
                session, key=f"{DECIDED}:{public_id}:{provider_id}:{now.isoformat()}", kind=DECIDED, recipient=seen.person.email,
                facts=facts, now=now, about=public_id,
            )  # fmt: skip
        return get_for_provider(session, public_id, provider_id)
