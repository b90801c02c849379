"""People who book without an account: who they are, and that the address is theirs."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts.changes import count_failure
from marketplace.accounts.contacts import read_email, read_name, read_phone
from marketplace.accounts.models import Person
from marketplace.accounts.queries import get_person
from marketplace.accounts.rules import CODE_DIGITS, CODE_LIFE, MOST_CODE_ATTEMPTS
from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Limited, Refused
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import vault

MOST_CODES_SENT = 5  # to one address in a quarter of an hour


@dataclass(frozen=True)
class GuestDetails:
    """What a guest gives: where letters and, on the day, a call reach them."""

    name: str
    email: str
    phone: str


def set_guest_details(person_id: int, details: GuestDetails, now: datetime) -> None:
    """Keep a guest's details and send a code to the address.

    Raises Refused `invalid`, Conflict `has_account` for a person who has an account, Limited `too_many_codes`. The same address, once
    confirmed, gets no new code.
    """
    email, phone, name = read_email(details.email), read_phone(details.phone), read_name(details.name)
    with transaction() as session:
        person = get_person(session, person_id)
        if person.account_id is not None:
            raise Conflict("has_account", "These details belong to an account.")
        confirmed = person.email == email and person.email_confirmed_at is not None
        person.name, person.phone, person.email = name, phone, email
        if not confirmed:
            if count_failure(session, vault().fingerprint(email, "codes sent"), now) > MOST_CODES_SENT:
                raise Limited("too_many_codes", "We have sent several codes to this address. Use the last one, or wait 15 minutes.")
            person.email_confirmed_at = None
            _send_code(session, person, now)


def _send_code(session: Session, person: Person, now: datetime) -> None:
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    person.code_hash = _code_hash(person, code)
    person.code_expires_at = now + CODE_LIFE
    person.code_attempts = 0
    enqueue_letter(
        session,
        key=f"code:{person.public_id}:{secrets.token_hex(6)}",
        kind="code",
        about=f"person:{person.public_id}",
        recipient=person.email or "",
        facts={"name": person.name, "code": code, "minutes": int(CODE_LIFE.total_seconds()) // 60},
        now=now,
        send_before_at=person.code_expires_at,
    )


def _code_hash(person: Person, code: str) -> str:
    return vault().fingerprint(f"{person.public_id}:{person.email}:{code}", "guest code")


def confirm_guest_code(person_id: int, code: str, now: datetime) -> None:
    """The guest has read the letter. Raises Refused `code_expired` or `bad_code`, Limited `too_many_attempts` after five wrong ones."""
    with transaction() as session:
        person = get_person(session, person_id)
        refusal = _code_refusal(person, code.strip().replace(" ", ""), now)
        if refusal is None:
            person.email_confirmed_at = now
            person.code_hash = person.code_expires_at = None
            record(session, Deed(now, f"person:{person.id}", "email_confirmed", "person", person.public_id))
    if refusal is not None:
        raise refusal


def _code_refusal(person: Person, code: str, now: datetime) -> Refused | Limited | None:
    """Why a code does not do; a wrong one is counted."""
    if person.code_hash is None or person.code_expires_at is None or now >= person.code_expires_at:
        return Refused(
            "code_expired", "This code is no longer good. Ask for a new one.", faults=[FieldFault("code", "Ask for a new code.")]
        )
    if person.code_attempts >= MOST_CODE_ATTEMPTS:
        return Limited("too_many_attempts", "Too many wrong codes. Ask for a new one.")
    person.code_attempts += 1
    if not hmac.compare_digest(person.code_hash, _code_hash(person, code)):
        return Refused("bad_code", "That code is wrong.", faults=[FieldFault("code", "That code is wrong.")])
    return None
