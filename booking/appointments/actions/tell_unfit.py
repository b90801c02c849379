"""Telling a therapist of coming visits that no longer fit into what they keep now: one letter for all that came about together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from booking.appointments.changes.fitting import what_is_told, write_unfit
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from providers.registry.changes import lock_provider


def tell_unfit(now: datetime, base_url: str, provider_ids: Collection[int] | None = None) -> int:
    """Write to those (among these, or None for all) whose letters say something else than what is so; counts them.

    Each sign is told once for each time of a visit. What fits again before its letter has left is not told.
    """
    untold = [standing.provider_id for standing in what_is_told(db.session(), now, provider_ids) if not standing.is_told]
    return one_by_one("tell misfits", untold, lambda provider_id: _tell(provider_id, base_url, now))


def _tell(provider_id: int, base_url: str, now: datetime) -> bool:
    with transaction() as session:
        lock_provider(session, provider_id)
        found = [one for one in what_is_told(session, now, [provider_id]) if not one.is_told]
        for standing in found:
            write_unfit(session, standing, base_url, now)
        return bool(found)
