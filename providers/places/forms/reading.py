"""Reading a provider's places and service area, and the geocoder that settings name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import current_app

from marketplace.settings import Settings
from marketplace.webkit.reading import Fields
from providers.places import gazetteer
from providers.places.geocoders import Geocoder, build_geocoder
from providers.places.models import ServiceArea
from providers.places.rules.drafts import PLACE_KINDS, AreaDraft, BaseDraft, PlaceDraft
from providers.places.rules.travel import TravelMode

KEY = "licensed_hands_geocoder"
LONGEST_RADIUS_KM = 30
MOST_PLACES = 12
_SHOWN_ONLY = ("neighbourhood", "latitude", "longitude")
_ZIP = re.compile(r"\d{5}")


def current_geocoder() -> Geocoder:
    """The geocoder of the running application, built once."""
    found: Geocoder | None = current_app.extensions.get(KEY)
    if found is None:
        settings: Settings = current_app.extensions["settings"]
        found = current_app.extensions[KEY] = build_geocoder(settings.geocoder, settings.geocoder_url)
    return found


def read_places(fields: Fields) -> tuple[PlaceDraft, ...]:
    """The `places` of a profile; faults go to `fields`. What an answer adds to a place may be sent back and is not read."""
    return tuple(_place(fields, row) for row in fields.rows("places", (), most=MOST_PLACES))


def _place(fields: Fields, row: Fields) -> PlaceDraft:
    for name in _SHOWN_ONLY:
        row.has(name)
    clinic = row.text("clinic", None, longest=24)
    address = _of_clinic(row) if clinic else _of_its_own(row)
    draft = PlaceDraft(
        **address,
        id=row.text("id", None, longest=24),
        unit=row.text("unit", None, longest=40, blank=True) or None,
        city=row.text("city", "New York", longest=60),
        access=row.text("access", None, longest=300, blank=True) or None,
        clinic=clinic,
    )
    fields.adopt(row)
    return draft


def _of_its_own(row: Fields) -> dict[str, Any]:
    return {
        "kind": row.choice("kind", PLACE_KINDS),
        "name": row.text("name", longest=120),
        "line1": row.text("line1", longest=160),
        "zip": _zip(row),
    }


def _of_clinic(row: Fields) -> dict[str, Any]:
    """A room in a shared clinic takes these from the clinic; what an answer added may be sent back and is not read."""
    for name in ("kind", "name", "line1", "zip"):
        row.has(name)
    return {"kind": "clinic", "name": "", "line1": "", "zip": ""}


def read_area(body: Mapping[str, Any]) -> AreaDraft:
    """The contract's `/provider/areas`. Raises Malformed for unknown fields, Refused `invalid` for the rest."""
    fields = Fields(body)
    fields.has("covered_zips")
    mode = fields.choice("mode", [mode.value for mode in TravelMode])
    base = _base(fields)
    zips = _known_zips(fields)
    neighborhoods = _known_neighborhoods(fields)
    radius_meters = _radius(fields)
    longest = fields.integer("max_travel_minutes", None, least=5, most=180)
    setup = fields.integer("setup_minutes", 15, most=120)
    pack = fields.integer("pack_minutes", 10, most=120)
    if not (zips or neighborhoods or radius_meters):
        fields.fault("zips", "Say where you come to: ZIP codes, neighborhoods, or a radius around your base.")
    if (radius_meters or longest) and (base is None or gazetteer.find_zip(base.zip or "") is None):
        fields.fault("base", "A radius and a longest trip are counted from your base, which must then be in Manhattan.")
    fields.finish()
    return AreaDraft(TravelMode(mode), base, zips, neighborhoods, radius_meters, longest, setup, pack)


def _zip(fields: Fields) -> Any:
    text = fields.text("zip", longest=10)
    if isinstance(text, str) and text and not _ZIP.fullmatch(text):
        fields.fault("zip", "A ZIP code has five digits.")
    return text


def _base(fields: Fields) -> BaseDraft | None:
    table = fields.table("base", None)
    if table is None:
        return None
    inner = Fields(table, "base.")
    base = BaseDraft(inner.text("line1", "", longest=160, blank=True), _zip(inner))
    fields.adopt(inner)
    return base


def _known_zips(fields: Fields) -> tuple[str, ...]:
    zips = fields.texts("zips", ()) or ()
    for code in zips:
        if gazetteer.find_zip(code.strip()) is None:
            fields.fault("zips", f"{code[:12]} is not a ZIP code in Manhattan.")
    return tuple(dict.fromkeys(code.strip() for code in zips))


def _known_neighborhoods(fields: Fields) -> tuple[str, ...]:
    """Codes; names are taken too."""
    codes = {one.code: one.code for one in gazetteer.neighborhoods()}
    codes |= {one.name.casefold(): one.code for one in gazetteer.neighborhoods()}
    found = []
    for text in fields.texts("neighbourhoods", ()) or ():
        code = codes.get(text.strip()) or codes.get(text.strip().casefold())
        if code is None:
            fields.fault("neighbourhoods", f"We do not know the neighborhood “{text[:40]}”.")
        else:
            found.append(code)
    return tuple(dict.fromkeys(found))


def _radius(fields: Fields) -> int | None:
    kilometers = fields.raw("radius_km", None)
    if kilometers is None:
        return None
    if isinstance(kilometers, bool) or not isinstance(kilometers, int | float) or not 0 < kilometers <= LONGEST_RADIUS_KM:
        fields.fault("radius_km", f"This must be a number of kilometers up to {LONGEST_RADIUS_KM}.")
        return None
    return round(kilometers * 1000)


def area_body(area: ServiceArea | None) -> dict[str, object]:
    """An area in the contract's shape, with the ZIP codes it covers; without one that of nobody who travels."""
    if area is None:
        return {"mode": None, "base": None, "zips": [], "neighbourhoods": [], "radius_km": None, "max_travel_minutes": None,
                "setup_minutes": 15, "pack_minutes": 10, "covered_zips": []}  # fmt: skip
    return {
        "mode": area.mode,
        "base": area.base,
        "zips": area.zips,
        "neighbourhoods": area.neighborhoods,
        "radius_km": None if area.radius_meters is None else area.radius_meters / 1000,
        "max_travel_minutes": area.max_travel_minutes,
        "setup_minutes": area.setup_minutes,
        "pack_minutes": area.pack_minutes,
        "covered_zips": area.covered_zips,
    }
