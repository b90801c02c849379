"""A client sends a request on to whoever prescribes, or closes it; its therapist may take it back."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import provider_email
from booking.extensions.changes import ASKED_LETTER, check_open, end_request, record, tell_therapist
from booking.extensions.models import ExtensionRequest
from booking.extensions.queries import Asked, get_request
from booking.extensions.rules.asking import CLIENT, CLOSED, SENT, THERAPIST
from booking.screening.rules.clearances import LIFE, TOKEN_BYTES
from marketplace.accounts.contacts import read_email
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import secret_hash

OWN_ADDRESS = "This is your own address or your therapist's. Ask the practice that prescribed for theirs."


def send_request(public_id: str, email: str, person_id: int, actor: str, base_url: str, now: datetime) -> Asked:
    """Send the prescriber a letter with a link, good for one answer: sending is the client's permission. The letter names no health.

    Raises NotFound, Refused `invalid` or `own_address`, Conflict `wrong_state`, `asked_already` while a link waits.
    """
    recipient, token = read_email(email), secrets.token_urlsafe(TOKEN_BYTES)
    with transaction() as session:
        mine = (ExtensionRequest.public_id == public_id) & (ExtensionRequest.person_id == person_id)
        asked = get_request(session, mine, now, lock=True)
        check_open(asked)
        if asked.status == SENT:
            raise Conflict("asked_already", "A letter is with them already. Wait for the answer, or until its link runs out.")
        _check_address(session, asked, recipient)
        row = asked.request
        row.state, row.sent_at, row.token_hash, row.link_expires_at = SENT, now, secret_hash(token), now + LIFE
        record(session, asked, "sent", actor, now)
        facts = {
            "client": asked.person.name, "physician": asked.prescription.prescriber_name, "provider": asked.provider.name,
            "days": LIFE.days, "link": f"{base_url}/more-visits/{token}",
        }  # fmt: skip
        enqueue_letter(
            session, key=f"{ASKED_LETTER}:{public_id}:{now.isoformat()}", kind=ASKED_LETTER, recipient=recipient, facts=facts, now=now,
            about=public_id, send_before_at=row.link_expires_at,
        )  # fmt: skip
        return get_request(session, mine, now)


def decline_request(public_id: str, person_id: int, actor: str, base_url: str, now: datetime) -> None:
    """The client does not want it; the therapist is told. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        mine = (ExtensionRequest.public_id == public_id) & (ExtensionRequest.person_id == person_id)
        tell_therapist(session, _close(session, get_request(session, mine, now, lock=True), CLIENT, actor, now), base_url, now)


def withdraw_request(public_id: str, provider_id: int, actor: str, now: datetime) -> None:
    """The therapist takes it back. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        mine = (ExtensionRequest.public_id == public_id) & (ExtensionRequest.provider_id == provider_id)
        _close(session, get_request(session, mine, now, lock=True), THERAPIST, actor, now)


def _close(session: Session, asked: Asked, how: str, actor: str, now: datetime) -> Asked:
    check_open(asked)
    end_request(asked, CLOSED, how, now)
    record(session, asked, "closed", actor, now)
    return asked


def _check_address(session: Session, asked: Asked, recipient: str) -> None:
    own = {address.casefold() for address in (asked.person.email, provider_email(session, asked.provider.id)) if address}
    if recipient.casefold() in own:
        raise Refused("own_address", OWN_ADDRESS, faults=[FieldFault("email", OWN_ADDRESS)])
