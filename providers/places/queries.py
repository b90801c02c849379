"""A provider's places and area, read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from providers.places.models import Clinic, ProviderPlace, ServiceArea


def list_places(session: Session, provider_id: int) -> list[ProviderPlace]:
    """A provider's rooms, the oldest first."""
    return list(session.scalars(select(ProviderPlace).where(ProviderPlace.provider_id == provider_id).order_by(ProviderPlace.id)))


def find_area(session: Session, provider_id: int) -> ServiceArea | None:
    """Where a provider travels to, once they have said so."""
    return session.scalar(select(ServiceArea).where(ServiceArea.provider_id == provider_id))


def list_clinics(session: Session) -> list[Clinic]:
    """Every shared clinic by name."""
    return list(session.scalars(select(Clinic).order_by(Clinic.name, Clinic.id)))


def get_clinic(session: Session, slug: str) -> Clinic:
    """One shared clinic by its public name. Raises NotFound."""
    clinic = session.scalar(select(Clinic).where(Clinic.slug == slug))
    if clinic is None:
        raise NotFound("not_found", "There is no such clinic.")
    return clinic
