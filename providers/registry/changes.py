"""What verbs of any topic do to a provider's row inside their own transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from providers.registry.models import Change, Provider


def note_change(session: Session, provider_id: int) -> None:
    """Tell the change feed that what can be booked of this provider may be different from now on."""
    session.add(Change(provider_id=provider_id))


def lock_provider(session: Session, provider_id: int) -> Provider:
    """The provider's row, locked until the transaction ends: whoever wants this provider's time waits here, in order."""
    provider = session.scalar(
        select(Provider).where(Provider.id == provider_id).with_for_update().execution_options(populate_existing=True)
    )
    if provider is None:
        raise NotFound("not_found", "There is no such provider.")
    return provider
