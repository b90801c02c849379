"""A clinic whose rooms are counted, its therapists, and the count minute by minute."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.db import db
from marketplace.kernel.walltime import to_minute
from providers.places.models import Clinic, ProviderPlace
from providers.registry.changes import note_change
from providers.registry.models import Provider
from providers.schedule.models import Claim, ScheduleRule
from tests.factories import START, ClinicFactory, bookable_provider


def clinic_of(rooms: int | None, *providers: Provider, **more: Any) -> Clinic:
    """A clinic with so many rooms, in which these work from now on."""
    since = None if rooms is None else to_minute(START)
    clinic = ClinicFactory(rooms=rooms, rooms_from_minute=since, **more)
    for provider in providers:
        place = db.session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == provider.id)).one()
        place.clinic_id = clinic.id
        note_change(db.session(), provider.id)
    db.session.commit()
    return clinic


def therapist(slug: str, before: int = 0, after: int = 15) -> Provider:
    """Somebody who can be booked from 9 to 17 every day, with these minutes kept free around a visit."""
    provider = bookable_provider(slug=slug, name=slug.capitalize())
    rule = db.session.get_one(ScheduleRule, provider.id)
    rule.buffer_before_minutes, rule.buffer_after_minutes = before, after
    db.session.commit()
    return provider


def most_taken(clinic: Clinic, now: datetime) -> int:
    """The most rooms taken at any minute, counted minute by minute."""
    taken: dict[int, set[str]] = {}
    for claim in uses_of(clinic, now):
        for minute in range(claim.busy_from_minute, claim.busy_until_minute):
            taken.setdefault(minute, set()).add(claim.room_key or claim.public_id)
    return max(map(len, taken.values()), default=0)


def uses_of(clinic: Clinic, now: datetime) -> list[Claim]:
    """The live claims that are at the clinic by their place and count now, whatever the database derived from that."""
    at = select(Claim).join(ProviderPlace, ProviderPlace.id == Claim.place_id)
    wanted = at.where(ProviderPlace.clinic_id == clinic.id, Claim.live, Claim.kind != "block").execution_options(populate_existing=True)
    return [claim for claim in db.session.scalars(wanted) if claim.expires_at is None or claim.expires_at > now]
