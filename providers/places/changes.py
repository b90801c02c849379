"""Writing a provider's places inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from providers.places.geocoders import ResolvedPlace
from providers.places.models import ProviderPlace
from providers.places.queries import list_places
from providers.places.rules.drafts import PlaceDraft

Located = tuple[PlaceDraft, ResolvedPlace]


def store_places(session: Session, provider_id: int, wanted: Sequence[Located]) -> list[ProviderPlace]:
    """Make the provider's places those that are wanted; gives the rows that nobody wants any more, for the caller to judge and delete.

    A place is known again by its public id, else by kind and street line, so that hours and visits that refer to it keep it.
    """
    left = list_places(session, provider_id)
    for draft, found in wanted:
        row = _match(draft, left)
        if row is None:
            row = ProviderPlace(provider_id=provider_id)
            session.add(row)
        else:
            left.remove(row)
        _write(row, draft, found)
    return left


def _match(draft: PlaceDraft, rows: Sequence[ProviderPlace]) -> ProviderPlace | None:
    by_id = next((row for row in rows if draft.id is not None and row.public_id == draft.id), None)
    return by_id or next((row for row in rows if _likeness(row) == draft.likeness), None)


def _likeness(row: ProviderPlace) -> tuple[str, str]:
    return PlaceDraft(row.kind, row.name, row.line1, row.zip).likeness


def _write(row: ProviderPlace, draft: PlaceDraft, found: ResolvedPlace) -> None:
    row.kind, row.name, row.line1, row.unit = draft.kind, draft.name, draft.line1, draft.unit
    row.city, row.zip, row.access = draft.city, draft.zip, draft.access
    row.neighborhood, row.latitude, row.longitude = found.neighborhood_code, found.latitude, found.longitude
