"""A client sends a clearance, or asks a physician for one by a single-use link."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.care.changes import codes, tell_therapists
from booking.screening import catalogue
from booking.screening.models import Clearance
from booking.screening.rules.clearances import (
    ASKED,
    LIFE,
    MOST_A_DAY,
    SUBMITTED,
    TOKEN_BYTES,
    ClearanceDraft,
    clearance_faults,
)
from marketplace import audit
from marketplace.accounts.contacts import read_email
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, Limited, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import secret_hash
from providers.credentials.rules.drafts import Document

ASKED_LETTER = "clearance_asked"


@dataclass(frozen=True)
class Asking:
    """Whom to ask: a physician by name, what they are, their address; about which codes."""

    signer_name: str
    signer_profession: str
    email: str
    covers: tuple[str, ...]


@dataclass(frozen=True)
class Sender:
    """Whose clearance it is, who sends it, and to which therapist beside those of the visits that wait."""

    person_id: int
    actor: str
    provider_id: int | None = None


def send_clearance(draft: ClearanceDraft, document: Document | None, sender: Sender, base_url: str, now: datetime) -> Clearance:
    """Keep a clearance, sealed, and tell the therapists whose visits wait for it. Raises Refused `invalid` naming every fault."""
    faults = clearance_faults(draft, codes(), catalogue.body_map().names.keys(), local_day(to_minute(now)))
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        row = Clearance(
            person_id=sender.person_id, provider_id=sender.provider_id, state=SUBMITTED, signer_name=draft.signer_name,
            signer_profession=draft.signer_profession, signer_npi=draft.signer_npi, signed_on=draft.signed_on,
            expires_on=draft.expires_on, covers=sorted(set(draft.covers)), regions=sorted(set(draft.regions)),
            media_type=document.media_type if document else None, content=document.content if document else None, created_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.record(session, audit.Deed(now, sender.actor, "clearance.sent", "clearance", row.public_id, {"file": document is not None}))
        tell_therapists(session, row, base_url, now)
        return row


def ask_physician(wanted: Asking, sender: Sender, base_url: str, now: datetime) -> Clearance:
    """Send a physician a letter with a link of their own, good for one answer. The letter names nobody's health.

    Raises Refused `invalid` or `own_address`, Limited `too_many_letters`.
    """
    recipient, token = read_email(wanted.email), secrets.token_urlsafe(TOKEN_BYTES)
    if not wanted.covers or not set(wanted.covers) <= codes():
        raise Refused("invalid", "Say what you ask about.", faults=[FieldFault("covers", "Say what you ask about.")])
    with transaction() as session:
        person = session.scalars(select(Person).where(Person.id == sender.person_id).with_for_update()).one()
        _check_asking(session, person, recipient, now)
        row = Clearance(
            person_id=person.id, provider_id=sender.provider_id, state=ASKED, signer_name=wanted.signer_name,
            signer_profession=wanted.signer_profession, covers=sorted(set(wanted.covers)), regions=[], token_hash=secret_hash(token),
            link_expires_at=now + LIFE, created_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        facts = {"client": person.name, "physician": wanted.signer_name, "days": LIFE.days, "link": f"{base_url}/clearance/{token}"}
        enqueue_letter(
            session, key=f"{ASKED_LETTER}:{row.public_id}", kind=ASKED_LETTER, recipient=recipient, facts=facts, now=now,
            about=row.public_id, send_before_at=row.link_expires_at,
        )  # fmt: skip
        audit.record(session, audit.Deed(now, sender.actor, "clearance.asked", "clearance", row.public_id))
        return row


def _check_asking(session: Session, person: Person, recipient: str, now: datetime) -> None:
    if person.email is not None and recipient.casefold() == person.email.casefold():
        sentence = "This is your own address. Ask your physician for theirs."
        raise Refused("own_address", sentence, faults=[FieldFault("email", sentence)])
    asked = select(func.count()).select_from(Clearance).where(Clearance.person_id == person.id, Clearance.link_expires_at.is_not(None))
    if (session.scalar(asked.where(Clearance.created_at > now - timedelta(days=1))) or 0) >= MOST_A_DAY:
        raise Limited("too_many_letters", f"You have asked {MOST_A_DAY} times today. Try again tomorrow, or send a document.")
