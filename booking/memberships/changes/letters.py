"""Letters about memberships, once for each thing they tell of."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from booking.memberships.queries import Kept
from marketplace.outbox.changes import enqueue_letter
from providers.registry.queries import find_address

JOINED, PAID, REMINDER, DECLINED = "membership_joined", "membership_paid", "membership_reminder", "membership_declined"
SUSPENDED, ENDED, PAUSED = "membership_suspended", "membership_ended", "membership_paused"
SKIPPED, CHANGED = "membership_skipped", "membership_changed"
PROVIDER_JOINED, PROVIDER_ENDED = "provider_membership_joined", "provider_membership_ended"


def write_to_member(session: Session, kept: Kept, kind: str, once: str, now: datetime, **facts: object) -> None:
    """A letter to a member; `once` says what makes it come once (a month, a try)."""
    if kept.person.email:
        _write(session, kept, f"{kind}:{kept.membership.public_id}:{once}", kept.person.email, facts, now)


def write_to_therapist(session: Session, kept: Kept, kind: str, now: datetime, **facts: object) -> None:
    """A letter to the therapist about one member."""
    address = find_address(session, kept.provider.id)
    if address:
        _write(session, kept, f"{kind}:{kept.membership.public_id}:", address, {"client": kept.person.name, **facts}, now)


def _write(session: Session, kept: Kept, key: str, to: str, facts: dict[str, object], now: datetime) -> None:
    one, plan = kept.membership, kept.plan
    known = {
        "provider_name": kept.provider.name, "service_name": plan.service_name, "minutes": plan.minutes, "visits": plan.visits,
        "stays_months": plan.stays_months, "membership": one.public_id, "next_on": day_of(one.next_on),
    }  # fmt: skip
    kind = key.partition(":")[0]
    enqueue_letter(session, key=key, kind=kind, recipient=to, facts={**known, **facts}, now=now, about=one.public_id)


def day_of(day: date | None) -> str | None:
    """A day as letters keep it."""
    return None if day is None else day.isoformat()
