"""Writing a provider's places inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.db import wait_turn
from marketplace.kernel.errors import FieldFault, Refused
from providers.places.geocoders import ResolvedPlace
from providers.places.models import Clinic, ProviderPlace
from providers.places.queries import list_places
from providers.places.rules.drafts import PlaceDraft
from providers.registry.rules import free_slug

Located = tuple[PlaceDraft, ResolvedPlace | None]
"""A place with where it lies; a room in a shared clinic lies where the clinic does."""


@dataclass(frozen=True)
class ClinicFacts:
    """What is kept about a clinic; `hours` in the shape in which they are stored."""

    name: str
    kind: str
    line1: str
    unit: str | None
    zip: str
    hours: Sequence[Mapping[str, object]]
    rostered: bool


def lock_rooms(session: Session, provider_ids: Collection[int]) -> list[int]:
    """Lock the clinics that have said how many rooms they have and in which one of these providers has a place; gives their row ids.

    Whoever may take a room waits here before anything but providers is locked, providers first and then clinics, each in the order of
    their ids: two who want the same ones cannot wait for each other.
    """
    theirs = select(ProviderPlace.clinic_id).where(ProviderPlace.provider_id.in_(provider_ids))
    counted = select(Clinic.id).where(Clinic.rooms.is_not(None), Clinic.id.in_(theirs)).order_by(Clinic.id)
    return list(session.scalars(counted.with_for_update(key_share=True)))


def store_clinic(session: Session, clinic: Clinic | None, facts: ClinicFacts, found: ResolvedPlace, now: datetime) -> Clinic:
    """Write a clinic (a new one where there is none yet), and the address of every room in it."""
    if clinic is None:
        wait_turn(session, "public names of clinics")
        clinic = Clinic(slug=free_slug(facts.name, set(session.scalars(select(Clinic.slug)))), created_at=now)
        session.add(clinic)
    clinic.name, clinic.kind, clinic.rostered = facts.name, facts.kind, facts.rostered
    clinic.line1, clinic.unit, clinic.zip = facts.line1, facts.unit, facts.zip
    clinic.neighborhood, clinic.latitude, clinic.longitude = found.neighborhood_code, found.latitude, found.longitude
    clinic.hours = [dict(row) for row in facts.hours]
    session.flush()
    for room in session.scalars(select(ProviderPlace).where(ProviderPlace.clinic_id == clinic.id)):
        _settle(room, clinic)
    return clinic


def store_places(session: Session, provider_id: int, wanted: Sequence[Located]) -> list[ProviderPlace]:
    """Make the provider's places those that are wanted; gives the rows that nobody wants any more, for the caller to judge and delete.

    A place is known again by its public id, else by kind and street line, so that hours and visits that refer to it keep it.
    """
    left = list_places(session, provider_id)
    clinics = {clinic.public_id: clinic for clinic in session.scalars(select(Clinic))} if any(draft.clinic for draft, _ in wanted) else {}
    for number, (draft, found) in enumerate(wanted):
        house = None
        if draft.clinic is not None:
            house = clinics.get(draft.clinic)
            if house is None:
                sentence = "There is no such clinic."
                raise Refused("unknown_clinic", sentence, faults=[FieldFault(f"places[{number}].clinic", sentence)])
        row = _match(draft, left, house)
        if row is None:
            row = ProviderPlace(provider_id=provider_id)
            session.add(row)
        else:
            left.remove(row)
        _write(row, draft, found, house)
    return left


def _match(draft: PlaceDraft, rows: Sequence[ProviderPlace], house: Clinic | None) -> ProviderPlace | None:
    by_id = next((row for row in rows if draft.id is not None and row.public_id == draft.id), None)
    if house is not None:
        return by_id or next((row for row in rows if row.clinic_id == house.id), None)
    return by_id or next((row for row in rows if _likeness(row) == draft.likeness), None)


def _likeness(row: ProviderPlace) -> tuple[str, str]:
    return PlaceDraft(row.kind, row.name, row.line1, row.zip).likeness


def _write(row: ProviderPlace, draft: PlaceDraft, found: ResolvedPlace | None, house: Clinic | None) -> None:
    row.unit, row.access = draft.unit, draft.access
    if house is not None:
        row.kind, row.city = "clinic", "New York"
        row.clinic_id = house.id
        _settle(row, house)
    elif found is not None:
        row.kind, row.name, row.line1 = draft.kind, draft.name, draft.line1
        row.city, row.zip, row.clinic_id = draft.city, draft.zip, None
        row.neighborhood, row.latitude, row.longitude = found.neighborhood_code, found.latitude, found.longitude


def _settle(room: ProviderPlace, house: Clinic) -> None:
    """A room is where its clinic is, under the clinic's name; floor and door stay the room's own where they are said."""
    room.name, room.line1, room.zip, room.unit = house.name, house.line1, house.zip, room.unit or house.unit
    room.neighborhood, room.latitude, room.longitude = house.neighborhood, house.latitude, house.longitude
