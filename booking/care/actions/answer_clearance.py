"""A physician opens their link, and answers it, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.care.changes import codes, note_read, tell_therapists
from booking.screening import catalogue
from booking.screening.models import Clearance
from booking.screening.rules.clearances import ASKED, REFUSED, SUBMITTED, ClearanceDraft, clearance_faults
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.vault import secret_hash
from providers.credentials.rules.numbers import npi_fault

CLOSED = "This link is not open. It may have been used, or be older than seven days."
PHYSICIAN = "clearance link"


@dataclass(frozen=True)
class Answer:
    """A yes with who signs, until when, where, which of what was asked; or a no. `words` are for the therapist."""

    agrees: bool
    signer_name: str
    signer_profession: str
    signer_npi: str
    expires_on: date | None
    covers: tuple[str, ...]
    regions: tuple[str, ...] = ()
    words: str | None = None


@dataclass(frozen=True)
class Opened:
    """What an open link shows: whose clearance it is, and the row."""

    clearance: Clearance
    person: Person


def open_clearance(token: str, now: datetime) -> Opened:
    """What a physician is asked; the look is written down. Raises NotFound, always the same, for a link that is not open."""
    with transaction() as session:
        opened = _open(session, token, now)
        note_read(session, opened.person, "clearance", PHYSICIAN, now, {"clearance": opened.clearance.public_id})
        return opened


def answer_clearance(token: str, answer: Answer, base_url: str, now: datetime) -> None:
    """Keep a physician's answer; the link is used up. Therapists who wait for it are told. Raises NotFound, Refused `invalid`."""
    with transaction() as session:
        row = _open(session, token, now).clearance
        if answer.agrees:
            _keep(row, answer, local_day(to_minute(now)))
        else:
            row.state = REFUSED
        row.words, row.answered_at, row.token_hash = answer.words, now, None
        audit.record(session, audit.Deed(now, PHYSICIAN, "clearance.answered", "clearance", row.public_id, {"agrees": answer.agrees}))
        if answer.agrees:
            tell_therapists(session, row, base_url, now)


def _open(session: Session, token: str, now: datetime) -> Opened:
    wanted = select(Clearance, Person).join(Person, Person.id == Clearance.person_id).where(Clearance.token_hash == secret_hash(token))
    row = session.execute(wanted.with_for_update(of=Clearance).execution_options(populate_existing=True)).first()
    if row is None or row[0].state != ASKED or (row[0].link_expires_at or now) <= now:
        raise NotFound("not_found", CLOSED)
    return Opened(row[0], row[1])


def _keep(row: Clearance, answer: Answer, today: date) -> None:
    draft = ClearanceDraft(
        answer.signer_name, answer.signer_profession, answer.signer_npi, today, answer.expires_on or today, answer.covers, answer.regions
    )
    faults = clearance_faults(draft, codes() & set(row.covers), catalogue.body_map().names.keys(), today)
    if (fault := npi_fault(answer.signer_npi)) is not None:
        faults.append(FieldFault("signer_npi", fault))
    if answer.expires_on is None:
        faults.append(FieldFault("expires_on", "Say until when."))
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    row.state, row.signed_on, row.expires_on = SUBMITTED, today, answer.expires_on
    row.signer_name, row.signer_profession, row.signer_npi = answer.signer_name, answer.signer_profession, answer.signer_npi
    row.covers, row.regions = sorted(set(answer.covers)), sorted(set(answer.regions))
