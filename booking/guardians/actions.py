"""Stating a birth date; naming a guardian; the guardian's answer, and its end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.guardians import catalogue
from booking.guardians.changes import end, keep_birth_date, lock_person, tell_ended, write_birth_date
from booking.guardians.models import Guardianship
from booking.guardians.queries import count_asked, find_birth_date, find_guardian
from booking.guardians.rules import (
    ASKED,
    DECLINED,
    GIVEN,
    Naming,
    answer_fault,
    birth_date_fault,
    day_of,
    is_minor,
    naming_faults,
)
from marketplace import audit
from marketplace.accounts.contacts import read_email, read_name, read_phone
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Limited, NotFound, Refused
from marketplace.outbox.changes import enqueue_letter, withdraw_letters
from marketplace.vault import secret_hash

TOKEN_BYTES = 32
ASKED_LETTER, GIVEN_LETTER, ANSWERED_LETTER, ENDED_LETTER = "guardian_asked", "guardian_given", "guardian_answered", "guardian_ended"
GUARDIAN = "guardian link"
CLOSED = "This link is not open. It may have been used, or be too old."


@dataclass(frozen=True)
class Opened:
    """What an open link shows: who is asked, and for whom."""

    guardianship: Guardianship
    person: Person


def state_birth_date(person_id: int, born_on: date, actor: str, now: datetime) -> None:
    """Keep when the person who receives care was born. Raises Refused `invalid`, `birth_date_fixed`."""
    with transaction() as session:
        keep_birth_date(session, person_id, born_on, actor, now)


def correct_birth_date(public_id: str, born_on: date, actor: str, now: datetime) -> None:
    """Put a birth date right after a person has looked at a paper that shows it. Raises NotFound, Refused `invalid`."""
    if fault := birth_date_fault(born_on, day_of(now)):
        raise Refused("invalid", fault, faults=[FieldFault("born_on", fault)])
    with transaction() as session:
        person = session.scalar(select(Person).where(Person.public_id == public_id).with_for_update())
        if person is None:
            raise NotFound("not_found", "There is no such person.")
        find_birth_date(session, person.id, lock=True)
        write_birth_date(session, person, born_on, actor, now)


def name_guardian(person_id: int, wanted: Naming, actor: str, base_url: str, now: datetime) -> Guardianship:
    """Name the guardian of somebody under 18: one who books agrees at once, another one is sent a link, good for one answer.

    Who was asked before is asked no more; who has agreed before holds until the new one has. Raises Refused `invalid` with every fault,
    `not_under_age`, `own_address`, Limited `too_many_letters`.
    """
    house = catalogue.house()
    if faults := naming_faults(wanted, house):
        raise Refused("invalid", faults[0].message, faults=faults)
    email = read_email(wanted.email) if wanted.email else None
    row = Guardianship(
        person_id=person_id, state=GIVEN if wanted.by_booker else ASKED, name=read_name(wanted.name), relation=wanted.relation,
        phone=read_phone(wanted.phone) if wanted.phone else None, email=email, by_booker=wanted.by_booker, asked_by=actor, asked_at=now,
    )  # fmt: skip
    with transaction() as session:
        person = lock_person(session, person_id)
        born_on = find_birth_date(session, person_id, lock=True)
        if born_on is None or not is_minor(born_on, day_of(now), house.age_limit):
            raise Refused("not_under_age", "A guardian is named for somebody under 18. State the birth date first.")
        _end_live(session, person_id, ASKED, actor, now)
        if wanted.by_booker:
            _end_live(session, person_id, GIVEN, actor, now)
            row.text_version, row.answered_at = house.text.version, now
            session.add(row)
            session.flush()
            _tell_guardian(session, row, person, base_url, now)
        else:
            _ask(session, row, person, base_url, now)
        told = {"by_booker": row.by_booker, "version": row.text_version}
        audit.record(session, audit.Deed(now, actor, f"guardian.{row.state}", "guardianship", row.public_id, told))
        return row


def _end_live(session: Session, person_id: int, state: str, by: str, now: datetime) -> None:
    """Whoever stood in this state before gives way, before another one takes their place."""
    row = find_guardian(session, person_id, state)
    if row is not None:
        withdraw_letters(session, about=row.public_id, kinds=(ASKED_LETTER,), now=now)
        end(row, by, now)
        session.flush()


def _ask(session: Session, row: Guardianship, person: Person, base_url: str, now: datetime) -> None:
    """Send the link to an address that is not the booker's own."""
    house = catalogue.house()
    if person.email is not None and row.email == person.email.casefold():
        sentence = "This is the booker's own address. Say that you are the guardian yourself, or give the guardian's address."
        raise Refused("own_address", sentence, faults=[FieldFault("email", sentence)])
    if count_asked(session, person.id, now - timedelta(days=1)) >= house.most_letters_a_day:
        raise Limited("too_many_letters", f"{house.most_letters_a_day} guardians were asked today already. Try again tomorrow.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row.token_hash, row.link_expires_at = secret_hash(token), now + timedelta(days=house.link_days)
    session.add(row)
    session.flush()
    facts = {"client": person.name, "days": house.link_days, "link": f"{base_url}/guardian/answer/{token}"}
    enqueue_letter(
        session, key=f"{ASKED_LETTER}:{row.public_id}", kind=ASKED_LETTER, recipient=str(row.email), facts=facts, now=now,
        about=row.public_id, send_before_at=row.link_expires_at,
    )  # fmt: skip


def _tell_guardian(session: Session, row: Guardianship, person: Person, base_url: str, now: datetime) -> None:
    """The guardian's own copy of what they agreed to do, with the link by which they take it back."""
    if row.email is None:
        return
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row.end_token_hash = secret_hash(token)
    facts = {"client": person.name, "link": f"{base_url}/guardian/end/{token}"}
    enqueue_letter(
        session, key=f"{GIVEN_LETTER}:{row.public_id}", kind=GIVEN_LETTER, recipient=row.email, facts=facts, now=now, about=row.public_id
    )


def open_link(token: str, now: datetime) -> Opened:
    """What a guardian is asked; the look is written down. Raises NotFound, always the same, for a link that is not open."""
    with transaction() as session:
        opened = _opened(session, token, now)
        _note_look(session, opened, now)
        return opened


def answer_link(token: str, version: str, base_url: str, now: datetime, *, agrees: bool) -> bool:
    """Keep the guardian's answer; the link is used up, and whoever books is told. Gives whether they agreed.

    Raises NotFound for a link that is not open (any more), Refused `invalid` where the text has changed, `not_under_age` where the
    18th birthday has come.
    """
    fault = answer_fault(version, catalogue.house(), agrees=agrees)
    if fault is not None:
        raise Refused("invalid", fault.message, faults=[fault])
    with transaction() as session:
        _lock_for(session, Guardianship.token_hash == secret_hash(token))
        opened = _opened(session, token, now)
        row, person = opened.guardianship, opened.person
        born_on = find_birth_date(session, person.id, lock=True)
        if born_on is None or not is_minor(born_on, day_of(now), catalogue.house().age_limit):
            raise Refused("not_under_age", "They have turned 18 and decide for themselves. Nothing more is asked of you.")
        row.token_hash, row.answered_at = None, now
        if agrees:
            _end_live(session, person.id, GIVEN, GUARDIAN, now)
            row.state, row.text_version = GIVEN, version
            session.flush()
            _tell_guardian(session, row, person, base_url, now)
        else:
            row.state = DECLINED
        audit.record(session, audit.Deed(now, GUARDIAN, f"guardian.{row.state}", "guardianship", row.public_id, {"version": version}))
        _tell_booker(session, row, person, ANSWERED_LETTER, base_url, now)
        return agrees


def withdraw_guardian(person_id: int, actor: str, base_url: str, now: datetime) -> None:
    """Whoever books takes the guardian's agreement back, or the question. Raises Conflict `no_guardian`."""
    with transaction() as session:
        person = lock_person(session, person_id)
        find_birth_date(session, person_id, lock=True)
        rows = [row for state in (GIVEN, ASKED) if (row := find_guardian(session, person_id, state)) is not None]
        if not rows:
            raise Conflict("no_guardian", "No guardian is named.")
        for row in rows:
            _end(session, row, person, actor, base_url, now)


def open_end(token: str, now: datetime) -> Opened:
    """The agreement that a guardian may take back; the look is written down. Raises NotFound for a link that is not open."""
    with transaction() as session:
        opened = _opened_to_end(session, token)
        _note_look(session, opened, now)
        return opened


def end_by_link(token: str, base_url: str, now: datetime) -> None:
    """The guardian takes it back: from now on no visit is booked or begins by it. Raises NotFound for a link that is not open."""
    with transaction() as session:
        _lock_for(session, Guardianship.end_token_hash == secret_hash(token))
        opened = _opened_to_end(session, token)
        find_birth_date(session, opened.person.id, lock=True)
        _end(session, opened.guardianship, opened.person, GUARDIAN, base_url, now)


def _lock_for(session: Session, found_by: object) -> None:
    """Take the person's turn before the row is read: every verb locks in this order."""
    person_id = session.scalar(select(Guardianship.person_id).where(found_by))  # type: ignore[arg-type]
    if person_id is not None:
        lock_person(session, person_id)


def _end(session: Session, row: Guardianship, person: Person, by: str, base_url: str, now: datetime) -> None:
    withdraw_letters(session, about=row.public_id, kinds=(ASKED_LETTER,), now=now)
    held = row.state == GIVEN
    end(row, by, now)
    audit.record(session, audit.Deed(now, by, "guardian.ended", "guardianship", row.public_id))
    _tell_booker(session, row, person, ENDED_LETTER, base_url, now)
    if held:
        tell_ended(session, person.id, base_url, now)


def _tell_booker(session: Session, row: Guardianship, person: Person, kind: str, base_url: str, now: datetime) -> None:
    if person.email is None:
        return
    facts = {"name": person.name, "agreed": row.state == GIVEN, "link": f"{base_url}/guardian"}
    enqueue_letter(
        session, key=f"{kind}:{row.public_id}", kind=kind, recipient=person.email, facts=facts, now=now, about=row.public_id
    )  # fmt: skip


def _note_look(session: Session, opened: Opened, now: datetime) -> None:
    audit.record(session, audit.Deed(now, GUARDIAN, "guardian.looked", "guardianship", opened.guardianship.public_id))


def _opened(session: Session, token: str, now: datetime) -> Opened:
    wanted = select(Guardianship, Person).join(Person, Person.id == Guardianship.person_id)
    wanted = wanted.where(Guardianship.token_hash == secret_hash(token)).execution_options(populate_existing=True)
    found = session.execute(wanted).first()
    if found is None or found[0].state != ASKED or (found[0].link_expires_at or now) <= now:
        raise NotFound("not_found", CLOSED)
    return Opened(found[0], found[1])


def _opened_to_end(session: Session, token: str) -> Opened:
    wanted = select(Guardianship, Person).join(Person, Person.id == Guardianship.person_id)
    wanted = wanted.where(Guardianship.end_token_hash == secret_hash(token), Guardianship.state == GIVEN)
    found = session.execute(wanted.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("not_found", CLOSED)
    return Opened(found[0], found[1])
