"""Which two visits are side by side, read inside the caller's transaction or for a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from booking.appointments.models import Appointment, Couple, Hold
from booking.appointments.queries import Booked, get_of_hold, holds_together, list_visits
from booking.appointments.rules.states import LIVE
from marketplace.accounts.models import Person
from marketplace.kernel.errors import FieldFault, NotFound, Refused

OWN_ADDRESS = "Give the other person's own address: the link to their health questions is for them alone."
BROUGHT = "brought"
"""Under this name the second person's name and address wait, sealed with their hold, until both are booked."""


@dataclass(frozen=True)
class CoupleHeld:
    """Two holds side by side: the booker's and that of whom they bring."""

    couple: Couple
    first: Hold
    second: Hold

    @property
    def holds(self) -> tuple[Hold, Hold]:
        """Both, the booker's first."""
        return self.first, self.second


def find_couple(session: Session, hold_id: int | None) -> CoupleHeld | None:
    """The two that a hold is one of, if it is."""
    couple = session.scalar(select(Couple).where(or_(Couple.first_hold_id == hold_id, Couple.second_hold_id == hold_id)))
    if couple is None:
        return None
    return CoupleHeld(couple, session.get_one(Hold, couple.first_hold_id), session.get_one(Hold, couple.second_hold_id))


def get_couple(session: Session, public_id: str, person_id: int) -> CoupleHeld:
    """The two that a person has booked or holds, by public id. Raises NotFound; for whom they bring too."""
    mine = select(Couple.first_hold_id).join(Hold, Hold.id == Couple.first_hold_id)
    found = find_couple(session, session.scalar(mine.where(Couple.public_id == public_id, Hold.person_id == person_id)))
    if found is None:
        raise NotFound("not_found", "There are no such visits.")
    return found


def held_for_checkout(session: Session, hold: Hold) -> tuple[Hold, ...]:
    """What is booked with a hold, itself among it, in order: both of two side by side, a basket, a series, or itself alone."""
    found = find_couple(session, hold.id)
    return found.holds if found else holds_together(session, hold)


def other_half(session: Session, visit: Appointment) -> Booked | None:
    """The visit beside this one, in whatever state; None for a visit that was booked for one."""
    found = None if visit.hold_id is None else find_couple(session, visit.hold_id)
    if found is None:
        return None
    return get_of_hold(session, found.second.id if found.first.id == visit.hold_id else found.first.id)


def bring(session: Session, together: Sequence[Hold], booker: Person) -> dict[int, Person]:
    """Who is brought along in a checkout, by their hold's row id, with the name and address that the booker gave for them.

    Raises Refused `own_address` where that is the booker's own: the link to the health questions must be for one person alone.
    """
    found = find_couple(session, together[0].id) if len(together) == 2 else None
    if found is None:
        return {}
    given = (found.second.draft or {}).get(BROUGHT, {})
    check_own_address(given.get("email", ""), booker.email)
    person = session.get_one(Person, found.second.person_id)
    person.name, person.email = given["name"], given["email"]
    return {found.second.id: person}


def check_own_address(email: str, bookers: str | None) -> None:
    """Raises Refused `own_address` where whoever is brought along is given the booker's own address."""
    if bookers is not None and email.casefold() == bookers.casefold():
        raise Refused("own_address", OWN_ADDRESS, faults=[FieldFault("email", OWN_ADDRESS)])


def is_brought(session: Session, visit: Appointment) -> bool:
    """Whether this is the visit of somebody whom another person brought."""
    wanted = select(Couple.id).where(Couple.second_hold_id == visit.hold_id)
    return visit.hold_id is not None and session.scalar(wanted) is not None


def visits_beside(session: Session, visits: Iterable[Appointment]) -> dict[int, Booked]:
    """By row id the live visits beside those of a list that have one; two statements however many there are."""
    by_hold = {visit.hold_id: visit.id for visit in visits if visit.hold_id is not None}
    if not by_hold:
        return {}
    either = or_(Couple.first_hold_id.in_(by_hold), Couple.second_hold_id.in_(by_hold))
    pairs = session.execute(select(Couple.first_hold_id, Couple.second_hold_id).where(either)).all()
    other_of = {one: other for first, second in pairs for one, other in ((first, second), (second, first)) if one in by_hold}
    beside = _booked_of(session, list(other_of.values()))
    found = {by_hold[one]: beside[other] for one, other in other_of.items() if other in beside}
    return {visit_id: booked for visit_id, booked in found.items() if booked.appointment.status in LIVE}


def _booked_of(session: Session, hold_ids: Sequence[int]) -> dict[int, Booked]:
    if not hold_ids:
        return {}
    ids = session.scalars(select(Appointment.id).where(Appointment.hold_id.in_(hold_ids))).all()
    return {booked.appointment.hold_id: booked for booked in list_visits(session, ids) if booked.appointment.hold_id is not None}
