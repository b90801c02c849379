"""Setting and taking away a limit inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from providers.limits.models import ProviderLimit
from providers.registry.changes import note_change, note_deed
from providers.registry.models import Provider


def put_limit(session: Session, provider: Provider, kind: str | None, actor: str, now: datetime) -> bool:
    """Let this limit, or with None none, rest on a provider who must be locked; search follows. Tells whether anything was different."""
    there = session.scalar(select(ProviderLimit).where(ProviderLimit.provider_id == provider.id))
    if (there.kind if there is not None else None) == kind:
        return False
    if there is not None:
        session.delete(there)
        session.flush()
    if kind is not None:
        session.add(ProviderLimit(provider_id=provider.id, kind=kind, since_at=now))
    note_deed(session, provider, actor, "booking_limited" if kind else "booking_limit_lifted", now, limit=kind)
    note_change(session, provider.id)
    session.flush()
    return True
