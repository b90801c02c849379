"""Letters about a time kept by hand, the link in them, and what their appointment's history says of the rules passed over."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.appointments.models import HandBooking, Hold
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import vault
from providers.registry.models import Provider

KEPT = "visit_kept"
PURPOSE = "kept by hand"
KEY_DIGITS = 32


def kept_key(public_id: str) -> str:
    """The secret (128 bits) by which somebody without an account takes up a time kept for them; made anew from the vault's key."""
    return vault().fingerprint(public_id, PURPOSE)[:KEY_DIGITS]


def check_kept_key(public_id: str, key: str) -> None:
    """Raises NotFound for any other key, so that nothing can be probed."""
    if not hmac.compare_digest(kept_key(public_id).encode(), key.encode()):
        raise NotFound("not_found", "There is no such time.")


def write_kept(session: Session, hold: Hold, provider: Provider, person: Person, base_url: str, now: datetime) -> None:
    """What is kept for them, until when, and the way to the health questions and the consent that make it a visit."""
    own = f"{base_url}/checkout/{hold.public_id}/health"
    facts = {
        "provider_name": provider.name,
        "service_name": hold.service_name,
        "minutes": hold.minutes,
        "setting": hold.setting,
        "zip": hold.zip,
        "starts_at": hold.starts_at.isoformat(),
        "expires_at": hold.expires_at.isoformat(),
        "total_cents": hold.quote["total_cents"],
        "terms": hold.terms,
        "link": own if person.account_id else f"{base_url}/kept/{hold.public_id}/{kept_key(hold.public_id)}",
    }
    enqueue_letter(
        session, key=f"{KEPT}:{hold.public_id}", kind=KEPT, recipient=str(person.email), facts=facts, now=now, about=hold.public_id,
        send_before_at=hold.expires_at,
    )  # fmt: skip


def hand_facts(session: Session, hold: Hold) -> dict[str, object]:
    """For the history of the appointment that a hold becomes: who kept it by hand, and which rules they passed over why."""
    made = session.scalar(select(HandBooking).where(HandBooking.hold_id == hold.id))
    return {} if made is None else {"kept_by": made.made_by, "overrides": made.overrides}
