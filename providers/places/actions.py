"""What a provider does about where they travel to."""

from __future__ import annotations

from datetime import datetime

from marketplace.db import transaction
from providers.places import gazetteer
from providers.places.models import ServiceArea
from providers.places.queries import find_area
from providers.places.rules import areas
from providers.places.rules.drafts import AreaDraft
from providers.registry.changes import note_change, note_deed, own_provider
from providers.registry.rules import Owner


def put_area(owner: Owner, draft: AreaDraft, now: datetime) -> tuple[str, ...]:
    """Say where a provider comes to; gives the ZIP codes that are covered now. Visits already booked elsewhere stay."""
    covered = covered_by(draft)
    with transaction() as session:
        provider = own_provider(session, owner, now)
        area = find_area(session, provider.id) or ServiceArea(provider_id=provider.id)
        area.mode, area.radius_meters, area.max_travel_minutes = draft.mode.value, draft.radius_meters, draft.max_travel_minutes
        area.base = {"line1": draft.base.line1, "zip": draft.base.zip} if draft.base else None
        area.zips, area.neighborhoods, area.covered_zips = list(draft.zips), list(draft.neighborhoods), list(covered)
        area.setup_minutes, area.pack_minutes = draft.setup_minutes, draft.pack_minutes
        session.add(area)
        note_deed(session, provider, owner.actor, "area_changed", now, mode=area.mode, covered=len(covered))
        note_change(session, provider.id)
    return covered


def covered_by(draft: AreaDraft) -> tuple[str, ...]:
    """The ZIP codes an area covers. The base counts as the middle of its district, nothing finer."""
    in_town = draft.base is not None and gazetteer.find_zip(draft.base.zip) is not None
    area = areas.ServiceArea(
        zips=frozenset(gazetteer.zip_info(code).zip for code in draft.zips),
        neighborhoods=frozenset(draft.neighborhoods),
        radius_meters=draft.radius_meters,
        base=gazetteer.base_anchor(draft.base.zip) if draft.base and in_town else None,
        max_travel_minutes=draft.max_travel_minutes,
        mode=draft.mode,
        setup_minutes=draft.setup_minutes,
        pack_minutes=draft.pack_minutes,
    )
    return gazetteer.covered_zips(area)
