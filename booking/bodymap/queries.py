"""Maps as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment
from booking.appointments.queries import get_any
from booking.bodymap.models import PainMap
from booking.bodymap.rules import Change, Mark, changes, mark_from_dict, regions_for
from booking.screening import catalogue
from booking.screening.models import Screening
from booking.screening.queries import find_newest
from marketplace.kernel.errors import NotFound

MOST_SHOWN = 50


@dataclass(frozen=True)
class Drawn:
    """A map as it was kept: when, for which visit (its public id, if any), the marks from head to foot, and a note."""

    row_id: int
    public_id: str
    taken_at: datetime
    appointment: str | None
    marks: tuple[Mark, ...]
    note: str


@dataclass(frozen=True)
class Maps:
    """Maps, the newest first, and the row the next page begins before, if there is more."""

    items: tuple[Drawn, ...]
    more_before: int | None


@dataclass(frozen=True)
class Shown:
    """The map that counts at a visit, the one before it, what changed between them, and the regions that the visit leaves out."""

    drawn: Drawn | None
    before: Drawn | None
    changes: tuple[Change, ...]
    left_out: tuple[str, ...]


def load_maps(session: Session, person_id: int, before: int | None = None, most: int = MOST_SHOWN) -> Maps:
    """A person's maps that are older than the row `before` (None: from the newest on), at most so many."""
    older = _maps(person_id) if before is None else _maps(person_id).where(PainMap.id < before)
    found = tuple(_drawn(row) for row in session.execute(older.limit(most + 1)))
    return Maps(found[:most], found[most - 1].row_id if len(found) > most else None)


def get_map(session: Session, public_id: str, person_id: int) -> Drawn:
    """One of a person's maps. Raises NotFound."""
    row = session.execute(_maps(person_id).where(PainMap.public_id == public_id)).first()
    if row is None:
        raise NotFound("not_found", "There is no such map.")
    return _drawn(row)


def find_before(session: Session, person_id: int, drawn: Drawn) -> Drawn | None:
    """The map before another one, of another occasion: of two that belong to the same visit the first only prepared the second."""
    older = _maps(person_id).where(PainMap.id < drawn.row_id)
    if drawn.appointment is not None:
        older = older.where(or_(Appointment.public_id.is_(None), Appointment.public_id != drawn.appointment))
    row = session.execute(older.limit(1)).first()
    return None if row is None else _drawn(row)


def shown_at(session: Session, appointment: str, now: datetime) -> Shown:
    """What is shown of maps at a visit; whose eyes these are was decided before."""
    visit = get_any(session, appointment).appointment
    drawn = find_of_visit(session, visit)
    before = find_before(session, visit.person_id, drawn) if drawn is not None else None
    return Shown(drawn, before, compared(before, drawn), left_out(session, visit, now))


def compared(before: Drawn | None, drawn: Drawn | None) -> tuple[Change, ...]:
    """What changed between two maps; nothing where one of them is missing."""
    return changes(before.marks, drawn.marks) if before is not None and drawn is not None else ()


def find_of_visit(session: Session, visit: Appointment) -> Drawn | None:
    """The map that counts at a visit: the newest drawn for it, else the person's newest of all."""
    rows = (_maps(visit.person_id).where(PainMap.appointment_id == visit.id), _maps(visit.person_id))
    found = next((row for one in rows if (row := session.execute(one.limit(1)).first()) is not None), None)
    return None if found is None else _drawn(found)


def left_out(session: Session, visit: Appointment, now: datetime) -> tuple[str, ...]:
    """The regions that a visit leaves out, by the newest health answers that count, or by those given for it."""
    given = session.get(Screening, visit.screening_id) if visit.screening_id else None
    newest = find_newest(session, visit.person_id, now) if visit.ends_at >= now else None
    counts = newest or given
    return regions_for(counts.result.get("barred_regions", ()), catalogue.body_map().groups) if counts is not None else ()


def count_maps(session: Session, person_id: int) -> int:
    """How many maps are kept of a person."""
    return session.scalar(select(func.count(PainMap.id)).where(PainMap.person_id == person_id)) or 0


def map_findings(session: Session) -> Iterator[str]:
    """Maps that were drawn for somebody else's visit."""
    strayed = select(PainMap.public_id).join(Appointment, Appointment.id == PainMap.appointment_id)
    rows = session.scalars(strayed.where(Appointment.person_id != PainMap.person_id).order_by(PainMap.id))
    yield from (f"pain map {public_id} belongs to a visit of somebody else" for public_id in rows)


def _maps(person_id: int) -> Select[PainMap, str]:
    mine = select(PainMap, Appointment.public_id).outerjoin(Appointment, Appointment.id == PainMap.appointment_id)
    return mine.where(PainMap.person_id == person_id).order_by(PainMap.id.desc())


def _drawn(row: Row[PainMap, str]) -> Drawn:
    kept, appointment = row[0], row[1]
    marks = tuple(mark_from_dict(one) for one in kept.content["marks"])
    return Drawn(kept.id, kept.public_id, kept.taken_at, appointment, marks, kept.content["note"])
