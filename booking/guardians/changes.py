"""What verbs need of birth dates and guardians inside their own transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.guardians import catalogue
from booking.guardians.models import CareAge, Guardianship
from booking.guardians.queries import find_birth_date, standing_of
from booking.guardians.rules import ENDED, NEEDED_WORDS, NOT_TREATED, age_on, birth_date_fault, day_of, is_minor, restating_fault
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.kernel.errors import FieldFault, Refused
from providers.minors.rules import treats

EndFollower = Callable[[Session, int, str, datetime], None]
_followers: dict[str, EndFollower] = {}


def on_guardian_ended(name: str, follow: EndFollower) -> None:
    """Have `follow` run where a guardian's agreement is taken back, in the same transaction; a topic registers once under its `name`.

    It is given the person's id, our own address and the instant.
    """
    _followers[name] = follow


def tell_ended(session: Session, person_id: int, base_url: str, now: datetime) -> None:
    """Tell everybody whose visits rested on the agreement."""
    session.flush()
    for follow in _followers.values():
        follow(session, person_id, base_url, now)


GUARDIAN_NEEDED, AGE_NOT_TREATED = "guardian_needed", "age_not_treated"


def refuse_unguarded(session: Session, person_id: int, starts_at: datetime) -> None:
    """Let no visit of somebody under 18 on its New York day be made, moved, handed over or begun without a guardian's agreement.

    Whoever takes the agreement back waits until the caller's transaction is over. Raises Refused `guardian_needed`.
    """
    found = standing_of(session, person_id, day_of(starts_at), lock=True)
    if not found.open:
        raise Refused(GUARDIAN_NEEDED, NEEDED_WORDS[found.state], details={"guardian": found.state})


def refuse_untreated(session: Session, person_id: int | None, starts_at: datetime, youngest: int | None) -> None:
    """Let nobody be held or booked whom the therapist is too young for by their own policy (None: adults alone).

    Raises Refused `age_not_treated`.
    """
    born_on = None if person_id is None else find_birth_date(session, person_id)
    if born_on is not None and not treats(youngest, age_on(born_on, day_of(starts_at))):
        raise Refused(AGE_NOT_TREATED, NOT_TREATED)


def keep_birth_date(session: Session, person_id: int, born_on: date, actor: str, now: datetime) -> None:
    """Keep what was stated. Raises Refused `invalid`, or `birth_date_fixed` where somebody under 18 would become older."""
    today, limit = day_of(now), catalogue.house().age_limit
    if fault := birth_date_fault(born_on, today):
        raise Refused("invalid", fault, faults=[FieldFault("born_on", fault)])
    person = lock_person(session, person_id)
    kept = find_birth_date(session, person_id, lock=True)
    if kept == born_on:
        return
    if fault := restating_fault(kept, born_on, today, limit):
        raise Refused("birth_date_fixed", fault, faults=[FieldFault("born_on", fault)])
    write_birth_date(session, person, born_on, actor, now)


def write_birth_date(session: Session, person: Person, born_on: date, actor: str, now: datetime) -> None:
    """Write it down, whatever was kept before; the audit says that it was stated, never the day."""
    row = session.scalar(select(CareAge).where(CareAge.person_id == person.id))
    if row is None:
        row = CareAge(person_id=person.id)
        session.add(row)
    row.born_on, row.stated_by, row.stated_at = born_on.isoformat(), actor, now
    minor = is_minor(born_on, day_of(now), catalogue.house().age_limit)
    audit.record(session, audit.Deed(now, actor, "care_age.stated", "person", person.public_id, {"minor": minor}))
    session.flush()


def lock_person(session: Session, person_id: int) -> Person:
    """The person, locked: what is stated of them is stated one after the other."""
    return session.scalars(select(Person).where(Person.id == person_id).with_for_update()).one()


def end(row: Guardianship, by: str, now: datetime) -> None:
    """What was asked or given is over from now on; that it was stays known. The links no longer open."""
    row.state, row.ended_at, row.ended_by, row.token_hash, row.end_token_hash = ENDED, now, by, None, None
