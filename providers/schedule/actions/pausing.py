"""Stopping booking for a while and going on again: of the whole house, or of one provider. What is booked stays booked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from marketplace.audit import Deed, record
from marketplace.db import transaction
from providers.registry.changes import lock_provider, note_change, note_deed, own_provider
from providers.registry.models import Provider
from providers.registry.queries import get_provider
from providers.registry.rules import LISTED, Owner
from providers.schedule.models import BookingPause
from providers.wording.changes import raise_flags


def put_pause(whom: Owner | str | None, message: str | None, actor: str, now: datetime) -> None:
    """Stop booking with a message, or with None go on: of oneself, of the provider of a public name, or (None) of the house.

    A provider's own pause and the house's stand beside one another: ending one leaves the other. Raises NotFound.
    """
    with transaction() as session:
        provider = _provider(session, whom, now)
        own_id = None if provider is None else provider.id
        before = BookingPause.provider_id.is_(None) if own_id is None else BookingPause.provider_id == own_id
        session.execute(delete(BookingPause).where(before))
        if message is not None:
            session.add(BookingPause(provider_id=own_id, message=message, paused_at=now, paused_by=actor))
        verb = "booking_resumed" if message is None else "booking_paused"
        if provider is None:
            record(session, Deed(now, actor, verb, "house", "house", {"message": message}))
            for provider_id in session.scalars(select(Provider.id).where(Provider.state == LISTED)).all():
                note_change(session, provider_id)
            return
        if message is not None:
            raise_flags(session, provider, {"pause": message}, now)
        note_deed(session, provider, actor, verb, now, message=message)
        note_change(session, provider.id)


def _provider(session: Session, whom: Owner | str | None, now: datetime) -> Provider | None:
    if isinstance(whom, Owner):
        return own_provider(session, whom, now)
    return None if whom is None else lock_provider(session, get_provider(session, whom).id)
