"""A provider states from which age they treat people."""

from __future__ import annotations

from datetime import datetime

from marketplace.db import transaction
from providers.minors.models import MinorPolicy
from providers.minors.queries import newest_policy
from providers.minors.rules import check_youngest
from providers.registry.changes import note_change, note_deed, own_provider
from providers.registry.rules import Owner


def state_policy(owner: Owner, from_age: int | None, now: datetime) -> int:
    """State it for what is booked from now on; gives the version. What is booked stays booked. Raises Refused `invalid`."""
    check_youngest(from_age)
    with transaction() as session:
        provider = own_provider(session, owner, now)
        newest = newest_policy(session, provider.id)
        version = newest.version + 1 if newest else 1
        session.add(MinorPolicy(provider_id=provider.id, version=version, from_age=from_age, stated_at=now, made_by=owner.actor))
        note_deed(session, provider, owner.actor, "minors_stated", now, version=version, from_age=from_age)
        note_change(session, provider.id)
        return version
