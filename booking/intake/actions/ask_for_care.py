"""A client says how they want to be touched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from booking.intake import catalogue
from booking.intake.models import ComfortVersion
from booking.intake.queries import KeptComfort, find_comfort
from booking.intake.rules.comfort import Comfort, comfort_faults, comfort_to_dict
from booking.intake.rules.keeping import why_asked
from booking.screening.catalogue import body_map
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute

ANOTHER_TEXT = "The text has changed. Please read it again."


def ask_for_care(card: Comfort, read: str, person_id: int, actor: str, now: datetime) -> KeptComfort:
    """Keep a version of a comfort card under the text that was read (its version). The same again while it stands is no new version.

    Raises Refused `invalid` naming every fault, Conflict `text_changed` where another text stands there now.
    """
    faults = comfort_faults(card, body_map().names.keys())
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        person = _reader(session, person_id, read)
        before = find_comfort(session, person_id)
        if before is not None and before.card == card and _why(before, now) is None:
            return before
        return _keep(session, person, card, actor, now, "comfort.told")


def card_still_right(read: str, person_id: int, actor: str, now: datetime) -> KeptComfort:
    """The card still stands, under the text that was read. Raises NotFound, Conflict `text_changed`."""
    with transaction() as session:
        person = _reader(session, person_id, read)
        before = find_comfort(session, person_id)
        if before is None:
            raise NotFound("not_found", "You have no comfort card yet.")
        return before if _why(before, now) is None else _keep(session, person, before.card, actor, now, "comfort.confirmed")


def _reader(session: Session, person_id: int, read: str) -> Person:
    if read != catalogue.statement().version:
        raise Conflict("text_changed", ANOTHER_TEXT, faults=[FieldFault("text_version", ANOTHER_TEXT)])
    return session.scalars(select(Person).where(Person.id == person_id).with_for_update()).one()


def _why(kept: KeptComfort, now: datetime) -> str | None:
    return why_asked(kept.told, catalogue.statement().version, local_day(to_minute(now)))


def _keep(session: Session, person: Person, card: Comfort, actor: str, now: datetime, verb: str) -> KeptComfort:
    row = ComfortVersion(
        person_id=person.id, text_version=catalogue.statement().version, written_by=actor, written_at=now, content=comfort_to_dict(card)
    )
    session.add(row)
    session.flush()
    audit.record(session, audit.Deed(now, actor, verb, "person", person.public_id, {"version": row.public_id}))
    return KeptComfort(row.public_id, card, row.text_version, now)
