"""A provider's places and area, read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from providers.places.models import ProviderPlace, ServiceArea


def list_places(session: Session, provider_id: int) -> list[ProviderPlace]:
    """A provider's rooms, the oldest first."""
    return list(session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == provider_id).order_by(ProviderPlace.id)))


def find_area(session: Session, provider_id: int) -> ServiceArea | None:
    """Where a provider travels to, once they have said so."""
    return session.scalar(select(ServiceArea).where(ServiceArea.provider_id == provider_id))
