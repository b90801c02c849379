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
from providers.places.rules.drafts import PLACE_KINDS, AreaDraft, BaseDraft, FirstVisits, PlaceDraft, Ways
from providers.places.rules.travel import TravelMode, mode_with

KEY = "licensed_hands_geocoder"
LONGEST_RADIUS_KM = 30
MOST_PLACES = 12
_SHOWN_ONLY = ("neighbourhood", "latitude", "longitude")
_ZIP = re.compile(r"\d{5}")
_CLOCK = re.compile(r"(1[2-9]|2[0-3]):([0-5][0-9])")
MODES = ("walk", "walk_with_table", "subway", "car")
NOWHERE: Mapping[str, object] = {
    "mode": None, "with_table": False, "base": None, "day_end": None, "count_ways": False, "zips": [], "neighbourhoods": [],
    "radius_km": None, "max_travel_minutes": None, "setup_minutes": 15, "pack_minutes": 10, "early_minutes": 0, "latest_start": None,
    "first_visit_minutes": 0, "first_visit_latest_start": None, "covered_zips": [],
}  # fmt: skip


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
    mode = _mode(fields)
    base = _place_of(fields, "base")
    zips = _known_zips(fields)
    neighborhoods = _known_neighborhoods(fields)
    radius_meters = _radius(fields)
    longest = fields.integer("max_travel_minutes", None, least=5, most=180)
    setup = fields.integer("setup_minutes", 15, most=120)
    pack = fields.integer("pack_minutes", 10, most=120)
    early = fields.integer("early_minutes", 0, most=60)
    latest = _latest(fields, "latest_start")
    first_visits = FirstVisits(fields.integer("first_visit_minutes", 0, most=60), _latest(fields, "first_visit_latest_start"))
    ways = _ways(fields)
    in_town = base is not None and gazetteer.find_zip(base.zip or "") is not None
    if not (zips or neighborhoods or radius_meters):
        fields.fault("zips", "Say where you come to: ZIP codes, neighborhoods, or a radius around your base.")
    if (radius_meters or longest) and not in_town:
        fields.fault("base", "A radius and a longest trip are counted from your base, which must then be in Manhattan.")
    elif ways is not None and not in_town:
        fields.fault("base", "The ways from and to your base can be counted when it is in Manhattan.")
    fields.finish()
    return AreaDraft(mode, base, zips, neighborhoods, radius_meters, longest, setup, pack, early, latest, first_visits, ways)


def _mode(fields: Fields) -> TravelMode:
    """What the contract calls walk_with_table can be said as walk and `with_table` too; the subway has the latter alone."""
    mode = fields.choice("mode", MODES)
    table = fields.boolean("with_table", False)
    return mode_with(TravelMode(mode), table=table is True) if mode in MODES else TravelMode.SUBWAY


def _latest(fields: Fields, name: str) -> int | None:
    """The last minute of a day at which visits may begin, from noon on; hours past midnight are then closed to them."""
    text = fields.text(name, None, longest=5, blank=True)
    if not text:
        return None
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        fields.fault(name, "Write the time as HH:MM, from 12:00 to 23:59.")
        return None
    return int(found[1]) * 60 + int(found[2])


def _ways(fields: Fields) -> Ways | None:
    """The day's end is kept with the ways that are counted, and only then."""
    counted = fields.boolean("count_ways", False)
    end = _place_of(fields, "day_end")
    if end is not None and _ZIP.fullmatch(end.zip or "") and gazetteer.find_zip(end.zip) is None:
        fields.fault("day_end", "The way to the end of your day can be counted when that is in Manhattan.")
    if end is not None and counted is False:
        fields.fault("day_end", "The end of your day matters only where the ways count: tick that too, or leave it empty.")
    return Ways(end) if counted is True else None


def _zip(fields: Fields) -> Any:
    text = fields.text("zip", longest=10)
    if isinstance(text, str) and text and not _ZIP.fullmatch(text):
        fields.fault("zip", "A ZIP code has five digits.")
    return text


def _place_of(fields: Fields, name: str) -> BaseDraft | None:
    table = fields.table(name, None)
    if table is None:
        return None
    inner = Fields(table, f"{name}.")
    place = BaseDraft(inner.text("line1", "", longest=160, blank=True), _zip(inner))
    fields.adopt(inner)
    return place


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
        return dict(NOWHERE)
    mode = area.mode
    return {
        "mode": "subway" if mode == TravelMode.SUBWAY_WITH_TABLE else mode,
        "with_table": mode in {TravelMode.SUBWAY_WITH_TABLE, TravelMode.WALK_WITH_TABLE},
        "base": area.base,
        "day_end": area.day_end,
        "count_ways": bool(area.leaves_from),
        "zips": area.zips,
        "neighbourhoods": area.neighborhoods,
        "radius_km": None if area.radius_meters is None else area.radius_meters / 1000,
        "max_travel_minutes": area.max_travel_minutes,
        "setup_minutes": area.setup_minutes,
        "pack_minutes": area.pack_minutes,
        "early_minutes": area.early_minutes,
        "latest_start": _clock(area.latest_start_minute),
        "first_visit_minutes": area.first_visit_minutes,
        "first_visit_latest_start": _clock(area.first_visit_latest_minute),
        "covered_zips": area.covered_zips,
    }


def _clock(minute: int | None) -> str | None:
    return None if minute is None else f"{minute // 60:02}:{minute % 60:02}"
