"""What a provider does about where they travel to."""

from __future__ import annotations

from datetime import datetime

from marketplace.db import transaction
from providers.places import gazetteer
from providers.places.models import ServiceArea
from providers.places.queries import find_area
from providers.places.rules import areas
from providers.places.rules.drafts import AreaDraft, BaseDraft
from providers.registry.changes import note_change, note_deed, own_provider
from providers.registry.rules import Owner


def put_area(owner: Owner, draft: AreaDraft, now: datetime) -> tuple[str, ...]:
    """Say where a provider comes to; gives the ZIP codes that are covered now. Visits already booked elsewhere stay."""
    covered = covered_by(draft)
    with transaction() as session:
        provider = own_provider(session, owner, now)
        area = find_area(session, provider.id) or ServiceArea(provider_id=provider.id)
        area.mode, area.radius_meters, area.max_travel_minutes = draft.mode.value, draft.radius_meters, draft.max_travel_minutes
        area.base = _sealed(draft.base)
        area.zips, area.neighborhoods, area.covered_zips = list(draft.zips), list(draft.neighborhoods), list(covered)
        area.setup_minutes, area.pack_minutes, area.early_minutes = draft.setup_minutes, draft.pack_minutes, draft.early_minutes
        area.latest_start_minute = draft.latest_start_minute
        area.first_visit_minutes, area.first_visit_latest_minute = draft.first_visits.minutes, draft.first_visits.latest_start_minute
        _put_ways(area, draft)
        session.add(area)
        note_deed(session, provider, owner.actor, "area_changed", now, mode=area.mode, covered=len(covered))
        note_change(session, provider.id)
    return covered


def _put_ways(area: ServiceArea, draft: AreaDraft) -> None:
    """Whoever looks from outside may find out the district of the base, nothing finer: every ZIP code of it stands for it."""
    end = draft.ways.end if draft.ways else None
    area.day_end, area.leaves_from, area.returns_to = _sealed(end), [], []
    if draft.ways is not None and draft.base is not None:
        area.leaves_from = list(gazetteer.district_zips(draft.base.zip))
        area.returns_to = list(gazetteer.district_zips((end or draft.base).zip))


def _sealed(place: BaseDraft | None) -> dict[str, str] | None:
    return {"line1": place.line1, "zip": place.zip} if place else None


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
