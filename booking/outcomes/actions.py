"""Taking outcomes down, and opening those of a client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.care.changes import note_read
from booking.care.queries.visits import get_in_care
from booking.outcomes.models import Outcome
from booking.outcomes.queries import Kept, count_outcomes, load_outcomes
from marketplace import audit
from marketplace.accounts.queries import get_person
from marketplace.db import transaction
from marketplace.kernel.errors import Refused

MOST_A_PERSON = 5_000


@dataclass(frozen=True)
class Sitting:
    """Values (measure, label, tenths) taken at one time: whose, by which side, and at which visit (its public id) if at one."""

    person_id: int
    side: str
    appointment: str | None
    values: tuple[tuple[str, str | None, int], ...]


def take_outcomes(sitting: Sitting, actor: str, now: datetime) -> list[Kept]:
    """Keep the values, which must have been checked, sealed.

    Raises Refused `too_many_outcomes`, and NotFound for a visit that is not in care: before it is confirmed, called off, or long past.
    """
    with transaction() as session:
        visit_id = None if sitting.appointment is None else get_in_care(session, sitting.appointment, now).appointment.id
        if count_outcomes(session, sitting.person_id) + len(sitting.values) > MOST_A_PERSON:
            raise Refused("too_many_outcomes", "No more values can be kept for this person.")
        rows = [_row(sitting, value, visit_id, actor, now) for value in sitting.values]
        session.add_all(rows)
        session.flush()
        person = get_person(session, sitting.person_id)
        audit.record(session, audit.Deed(now, actor, "outcomes.taken", "person", person.public_id, {"values": len(rows)}))
        ids = {row.public_id for row in rows}
        return [kept for kept in load_outcomes(session, sitting.person_id) if kept.public_id in ids]


def open_outcomes(appointment: str, actor: str, now: datetime) -> list[Kept]:
    """The outcomes of the client of a visit, for its therapist: written in the audit and in the client's log of who has read what.

    The caller has made sure that the visit is theirs. Raises NotFound where the visit is not in care.
    """
    with transaction() as session:
        person = get_in_care(session, appointment, now).person
        note_read(session, person, "outcomes", actor, now, {"appointment": appointment})
        return load_outcomes(session, person.id)


def _row(sitting: Sitting, value: tuple[str, str | None, int], visit_id: int | None, actor: str, now: datetime) -> Outcome:
    measure, label, tenths = value
    return Outcome(
        person_id=sitting.person_id,
        appointment_id=visit_id,
        side=sitting.side,
        taken_by=actor,
        taken_at=now,
        content={"measure": measure, "label": label, "tenths": tenths},
    )
