"""Letters of the waitlist, and the link by which somebody takes themselves off it without signing in."""

from __future__ import annotations

import hmac
from datetime import date, datetime

from sqlalchemy.orm import Session

from booking.appointments.models import Hold, WaitlistEntry
from booking.appointments.queries import Waiting
from booking.appointments.rules.waiting import CONFIRM_WITHIN
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import DAY_MINUTES, day_begin, from_minute
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import vault
from providers.registry.models import Provider

JOINED, OFFER, CONFIRM = "waitlist_joined", "waitlist_offer", "waitlist_confirm"
PURPOSE, CONFIRMING, OFFERING = "waitlist leave", "waitlist confirm", "waitlist offer"
KEY_DIGITS = 32
MISSING = "There is no such wish on the waitlist."


def leave_key(public_id: str) -> str:
    """The secret (128 bits) that takes one wish off the list; kept nowhere, made anew from the vault's key."""
    return vault().fingerprint(public_id, PURPOSE)[:KEY_DIGITS]


def check_leave_key(public_id: str, key: str) -> None:
    """Raises NotFound for any other key, so that nothing can be probed."""
    if not hmac.compare_digest(leave_key(public_id).encode(), key.encode()):
        raise NotFound("not_found", MISSING)


def confirm_key(public_id: str) -> str:
    """The secret that puts a guest's wish in line: whoever has it reads the letters that go to its address."""
    return vault().fingerprint(public_id, CONFIRMING)[:KEY_DIGITS]


def check_confirm_key(public_id: str, key: str) -> None:
    """Raises NotFound for any other key."""
    if not hmac.compare_digest(confirm_key(public_id).encode(), key.encode()):
        raise NotFound("not_found", MISSING)


def offer_key(hold_id: str) -> str:
    """The secret of one offer (by its hold's public id), for a guest: it opens the checkout of that time and of nothing else."""
    return vault().fingerprint(hold_id, OFFERING)[:KEY_DIGITS]


def offered_by(waiting: Waiting, key: str) -> Hold:
    """The offer that a letter's link is about, in whatever state. Raises NotFound."""
    for hold in waiting.offers:
        if hmac.compare_digest(offer_key(hold.public_id).encode(), key.encode()):
            return hold
    raise NotFound("not_found", MISSING)


def write_confirm(session: Session, entry: WaitlistEntry, provider: Provider | None, person: Person, base_url: str, now: datetime) -> None:
    """Somebody typed this address: whoever reads it says with one tap that it was them. After a day the letter helps nobody."""
    facts = _facts(entry, provider, base_url) | {
        "link": f"{base_url}/waitlist/{entry.public_id}/confirm/{confirm_key(entry.public_id)}",
    }
    _write(session, f"{CONFIRM}:{entry.public_id}", entry, person, facts, now=now, before=now + CONFIRM_WITHIN)


def write_joined(session: Session, entry: WaitlistEntry, provider: Provider | None, person: Person, base_url: str, now: datetime) -> None:
    """What somebody waits for, and how to take it back."""
    _write(session, f"{JOINED}:{entry.public_id}", entry, person, _facts(entry, provider, base_url), now=now, before=None)


def write_offer(
    session: Session, entry: WaitlistEntry, provider: Provider, hold: Hold, person: Person, *, base_url: str, now: datetime
) -> None:
    """A time is free and kept for them, until when, and the way into the checkout. After the offer's end the letter helps nobody."""
    facts = _facts(entry, provider, base_url) | {
        "service_name": hold.service_name,
        "zip": hold.zip,
        "starts_at": hold.starts_at.isoformat(),
        "expires_at": hold.expires_at.isoformat(),
        "total_cents": hold.quote["total_cents"],
        "link": f"{base_url}/checkout/{hold.public_id}/health",
        "list_link": f"{base_url}/waitlist",
    }
    if person.account_id is None:
        facts |= {"link": f"{base_url}/waitlist/{entry.public_id}/offer/{offer_key(hold.public_id)}", "list_link": None}
    _write(session, f"{OFFER}:{hold.public_id}", entry, person, facts, now=now, before=hold.expires_at)


def _facts(entry: WaitlistEntry, provider: Provider | None, base_url: str) -> dict[str, object]:
    return {
        "provider_name": provider.name if provider else None,
        "minutes": entry.minutes,
        "setting": entry.setting,
        "zip": entry.zip,
        "from_at": _noon(entry.from_on),
        "until_at": _noon(entry.until_on),
        "leave_link": f"{base_url}/waitlist/{entry.public_id}/leave/{leave_key(entry.public_id)}",
    }


def _noon(day: date) -> str:
    """A day as letters carry it: an instant in its middle."""
    return from_minute(day_begin(day) + DAY_MINUTES // 2).isoformat()


def _write(
    session: Session, key: str, entry: WaitlistEntry, person: Person, facts: dict[str, object], *, now: datetime, before: datetime | None
) -> None:
    if person.email is None:
        return
    kind = key.partition(":")[0]
    enqueue_letter(session, key=key, kind=kind, recipient=person.email, facts=facts, now=now, about=entry.public_id, send_before_at=before)
