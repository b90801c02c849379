"""Planning a class."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from booking.appointments.changes.history import Doer
from booking.classes.changes.locking import note_lesson
from booking.classes.changes.timing import Slot, take_time
from booking.classes.models import ClassSession
from booking.classes.rules.planning import ClassDraft, draft_faults
from marketplace.db import new_public_id, transaction
from marketplace.kernel.errors import FieldFault, Refused
from providers.places.models import ProviderPlace
from providers.registry.changes import own_provider
from providers.registry.rules import Owner
from providers.wording.changes import raise_flags

INVALID = "Some of this needs another look."


def plan_class(owner: Owner, draft: ClassDraft, now: datetime) -> ClassSession:
    """Plan a class at one of one's own places; its time is taken at once, whatever the weekly hours say.

    What its words say is looked at like those of a profile. Raises Refused `invalid`, Conflict `slot_taken` with the visits in the way.
    """
    faults = draft_faults(draft, now)
    if faults:
        raise Refused("invalid", INVALID, faults=faults)
    with transaction() as session:
        provider = own_provider(session, owner, now)
        own = select(ProviderPlace).where(ProviderPlace.provider_id == provider.id, ProviderPlace.public_id == draft.place)
        place = session.scalar(own)
        if place is None:
            raise Refused("invalid", INVALID, faults=[FieldFault("place", "Choose one of your places.")])
        claim = take_time(session, provider.id, Slot(draft.title, draft.starts_at, draft.minutes, place.id, place.zip), now)
        public_id = new_public_id()
        lesson = ClassSession(
            public_id=public_id, provider_id=provider.id, claim_id=claim.id, place_id=place.id, zip=place.zip, title=draft.title.strip(),
            words=draft.words.strip(), starts_at=draft.starts_at, ends_at=draft.starts_at + timedelta(minutes=draft.minutes),
            minutes=draft.minutes, capacity=draft.capacity, price_cents=draft.price_cents, uid=f"{public_id}@licensedhands", made_at=now,
            changed_at=now,
        )  # fmt: skip
        session.add(lesson)
        raise_flags(session, provider, {"class": f"{lesson.title}. {lesson.words}"}, now)
        starts = lesson.starts_at.isoformat()
        note_lesson(session, lesson, "planned", Doer("provider", owner.actor), now, starts_at=starts, capacity=lesson.capacity)
        return lesson
