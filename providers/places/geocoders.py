"""The door to geocoders: our own for Manhattan, which needs no network, and two public kinds by setting, which fall back on ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn, TypeAlias
from urllib.parse import urlsplit

from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Pelias
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from rapidfuzz import fuzz, process, utils

from marketplace.kernel.errors import Refused
from providers.places import gazetteer
from providers.places.rules.addresses import Reading, capitals, names_marble_hill, read_address, read_coordinates, says_elsewhere
from providers.places.rules.geometry import Point
from providers.places.rules.grid import point_of

Answer: TypeAlias = Location | list[Location] | None

TIMEOUT_SECONDS = 2
USER_AGENT = "licensed-hands/1.0"
PUBLIC_URLS = {"nominatim": "https://nominatim.openstreetmap.org", "pelias": "https://geosearch.planninglabs.nyc/v2"}
BOUNDS = [(40.680, -74.048), (40.883, -73.906)]
"""Manhattan's corners, south-west and north-east, to keep public geocoders near."""

COARSE = frozenset(
    {"boundary", "country", "region", "state", "county", "city", "locality", "borough", "localadmin", "suburb", "neighbourhood", "quarter"}
)
"""What Pelias calls the layer and Nominatim the type of an answer that is no address."""

FUZZY_ENOUGH = 84
"""How alike (of 100) a misspelled neighborhood must be: "upper wst side" has 97, "central park" at most 80."""

FUZZY_LEAD = 2
"""How much more alike than the next one it must be."""

SHORTEST_MISSPELLED = 4
SUGGESTION_ENOUGH = 60
LONGEST_TEXT = 200
MANHATTAN_PREFIXES = ("100", "101", "102")
ZIP_SLACK_METERS = 400.0
"""How far from the ZIP area that was typed a house on the grid may lie before the ZIP code is believed instead."""


@dataclass(frozen=True)
class ResolvedPlace:
    """A place in Manhattan as understood from what somebody typed.

    `precision` says how well: `address` (a public geocoder's or given coordinates), `grid` (computed, about 70 m), `zip`, `neighborhood`.
    """

    label: str
    latitude: float
    longitude: float
    zip: str
    neighborhood_code: str
    precision: str

    @property
    def point(self) -> Point:
        """Its coordinates."""
        return Point(self.latitude, self.longitude)


def _place(label: str, point: Point, precision: str, *, zip_code: str | None = None, code: str | None = None) -> ResolvedPlace | None:
    """Complete a place from its point; None where the point is not in Manhattan."""
    found_zip = zip_code or gazetteer.zip_of(point)
    found_code = code or gazetteer.neighborhood_of(point)
    if found_zip is None or found_code is None:
        return None
    return ResolvedPlace(label, point.latitude, point.longitude, zip=found_zip, neighborhood_code=found_code, precision=precision)


def _zip_place(info: gazetteer.ZipInfo, label: str, code: str | None = None) -> ResolvedPlace | None:
    at_point = gazetteer.neighborhood_of(info.spot.point)
    touching = [n.code for n in gazetteer.neighborhoods() if info.zip in n.zips]
    chosen = code or (at_point if at_point in touching else touching[0])
    return _place(label, info.spot.point, "zip", zip_code=info.zip, code=chosen)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Every way to call a neighborhood, plain, to its code: the whole name, the halves around a slash, and the usual short forms."""
    names: dict[str, str] = {}
    for hood in gazetteer.neighborhoods():
        for name in (hood.name, *hood.name.split("/"), *hood.aliases, hood.code.replace("_", " ")):
            names.setdefault(utils.default_process(name), hood.code)
    return names


def _neighborhood_named(words: str) -> gazetteer.Neighborhood | None:
    plain = utils.default_process(words).removeprefix("the ")
    code = _names().get(plain) or _misspelled(plain)
    return gazetteer.neighborhood(code) if code else None


def _misspelled(plain: str) -> str | None:
    """The one neighborhood a text is nearly; None where two are as near (“upper est side”), for short texts, and for house numbers."""
    if len(plain) < SHORTEST_MISSPELLED or any(letter.isdigit() for letter in plain):
        return None
    matches = process.extract(
        plain, _names().keys(), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=FUZZY_ENOUGH, limit=4
    )
    best: dict[str, float] = {}
    for name, score, _ in matches:
        best.setdefault(_names()[name], score)
    ranked = sorted(best, key=lambda code: -best[code])
    if not ranked or (len(ranked) > 1 and best[ranked[0]] - best[ranked[1]] < FUZZY_LEAD):
        return None
    return ranked[0]


def _likeness(typed: str, name: str, **_options: object) -> float:
    return max(fuzz.ratio(typed, name), fuzz.token_set_ratio(typed, name))


def suggestions_for(text: str) -> tuple[str, ...]:
    """Up to three neighborhoods that sound like what was typed."""
    found = process.extract(text, _names().keys(), scorer=_likeness, processor=utils.default_process, limit=12)
    names = [gazetteer.neighborhood(_names()[name]).name for name, score, _ in found if score >= SUGGESTION_ENOUGH]
    return tuple(dict.fromkeys(names))[:3]


def find_offline(text: str) -> ResolvedPlace | None:
    """What our own tables and the street grid make of a text; None where they know nothing, or where it lies outside Manhattan."""
    reading = read_address(text)
    return _in_tables(text, reading) or _on_streets(reading)


def _in_tables(text: str, reading: Reading) -> ResolvedPlace | None:
    """Coordinates, a ZIP code, a neighborhood's name with or without one: what no stranger need be asked about."""
    point = read_coordinates(text)
    if point:
        return _at_coordinates(point)
    info = gazetteer.find_zip(reading.zip) if reading.zip else None
    if (reading.zip and info is None) or reading.address:
        return None
    if not reading.words:
        return _zip_place(info, reading.zip or info.zip) if info else None
    return _by_name(reading, info)


def _on_streets(reading: Reading) -> ResolvedPlace | None:
    """A house or corner on the grid, else the middle of the ZIP code that was given with it."""
    info = gazetteer.find_zip(reading.zip) if reading.zip else None
    if (reading.zip and info is None) or not reading.words:
        return None
    return _on_grid(reading, info) or _by_zip_of_address(reading, info)


def _at_coordinates(point: Point) -> ResolvedPlace | None:
    place = _place("", point, "address")
    if place is None:
        return None
    name = gazetteer.neighborhood(place.neighborhood_code).name
    return ResolvedPlace(f"{name}, {place.zip}", point.latitude, point.longitude, place.zip, place.neighborhood_code, place.precision)


def _on_grid(reading: Reading, info: gazetteer.ZipInfo | None) -> ResolvedPlace | None:
    point = point_of(reading.address) if reading.address else None
    if point is None or reading.address is None:
        return None
    if info is not None and gazetteer.zip_shapes().meters_to(info.zip, point) > ZIP_SLACK_METERS:
        return None
    found_zip = info.zip if info else gazetteer.zip_of(point)
    return _place(f"{reading.address.label}, {found_zip}", point, "grid", zip_code=found_zip)


def _by_name(reading: Reading, info: gazetteer.ZipInfo | None) -> ResolvedPlace | None:
    hood = _neighborhood_named(reading.words)
    if hood is None:
        return None
    if info is not None:
        return _zip_place(info, f"{hood.name}, {info.zip}", hood.code if info.zip in hood.zips else None)
    return _place(hood.name, hood.point, "neighborhood", code=hood.code)


def _by_zip_of_address(reading: Reading, info: gazetteer.ZipInfo | None) -> ResolvedPlace | None:
    if info is None or (info.shared_with_bronx and not names_marble_hill(reading.words)):
        return None
    label = reading.address.label if reading.address else capitals(reading.words)
    return _zip_place(info, f"{label}, {info.zip}")


class ManhattanGeocoder(Geocoder):
    """A geopy geocoder that knows Manhattan by heart and asks nobody.

    It reads ZIP codes, neighborhoods (misspelled too), `lat,lon`, houses and corners on the street grid, and any address with a
    ZIP code. `Location.raw["place"]` is the ResolvedPlace.
    """

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: object = DEFAULT_SENTINEL) -> Answer:  # noqa: ARG002 (geopy's)
        """The place as a geopy Location (a list of one with `exactly_one=False`); None where it is not known."""
        place = find_offline(query)
        if place is None:
            return None
        location = Location(place.label, (place.latitude, place.longitude), {"place": place})
        return location if exactly_one else [location]


def _is_coarse(raw: dict[str, Any]) -> bool:
    """Whether a stranger found only the town, the borough or a quarter, which they answer to nonsense too."""
    properties = raw.get("properties", raw)
    return bool({properties.get("layer"), properties.get("addresstype"), properties.get("class")} & COARSE)


class FallbackGeocoder(Geocoder):
    """Asks a public geocoder first and ours when that one fails, is slow, or finds nothing."""

    def __init__(self, primary: Callable[[str], Location | None]) -> None:
        super().__init__()
        self._primary = primary
        self._offline = ManhattanGeocoder()

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: object = DEFAULT_SENTINEL) -> Answer:  # noqa: ARG002 (geopy's)
        """As geopy's; never raises for a stranger's faults."""
        try:
            found = self._primary(query)
            location = None if found is None or _is_coarse(found.raw) else found
        except (GeopyError, ValueError, KeyError, TypeError, AttributeError):  # a stranger may also talk garbage
            location = None
        location = location or self._offline.geocode(query)
        return location if exactly_one or location is None else [location]


def build_geocoder(kind: str, url: str | None = None, adapter_factory: Callable[..., Any] | None = None) -> Geocoder:
    """The geocoder a setting names: `builtin`, `nominatim` or `pelias` (NYC GeoSearch by default), the latter two at `url`.

    `adapter_factory` is geopy's way to replace the network, for tests. An unknown kind is a ValueError.
    """
    if kind == "builtin":
        return ManhattanGeocoder()
    if kind not in PUBLIC_URLS:
        raise ValueError(f"No geocoder is called {kind!r}; there are builtin, nominatim and pelias.")
    parts = urlsplit(url or PUBLIC_URLS[kind])
    shared = {"scheme": parts.scheme, "timeout": TIMEOUT_SECONDS, "user_agent": USER_AGENT, "adapter_factory": adapter_factory}
    if kind == "nominatim":
        nominatim = Nominatim(domain=f"{parts.netloc}{parts.path}".rstrip("/"), **shared)
        return FallbackGeocoder(lambda query: nominatim.geocode(query, viewbox=BOUNDS, bounded=True, country_codes="us"))
    pelias = Pelias(domain=parts.netloc, **shared)
    pelias.geocode_api = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1'}/search"
    return FallbackGeocoder(lambda query: pelias.geocode(query, boundary_rect=BOUNDS))


def resolve(text: str, geocoder: Geocoder) -> ResolvedPlace:
    """What somebody typed as a place in Manhattan: ZIP code, neighborhood, address, corner or `lat,lon`.

    ZIP codes, neighborhoods and coordinates are never sent to a stranger; nor is a unit. Raises Refused `unknown_place` (with
    `suggestions` in its details) or `outside_manhattan`.
    """
    asked = " ".join(text.split())[:LONGEST_TEXT]
    reading = read_address(asked)
    _refuse_elsewhere(asked, reading)
    place = _in_tables(asked, reading)
    if place:
        return place
    location = geocoder.geocode(f"{reading.words}, Manhattan, New York, NY {reading.zip or ''}".strip()) if reading.words else None
    if location is None:
        _refuse_unknown(asked, reading)
    return _from_location(location, reading, asked)


def _from_location(location: Location, reading: Reading, asked: str) -> ResolvedPlace:
    if "place" in location.raw:
        ours: ResolvedPlace = location.raw["place"]
        return ours
    point = Point(location.latitude, location.longitude)
    label = reading.address.label if reading.address else capitals(reading.words)
    place = _place(f"{label}, {gazetteer.zip_of(point)}", point, "address")
    if place is None:
        _refuse_outside(asked)
    return place


def _refuse_elsewhere(asked: str, reading: Reading) -> None:
    """Refuse what says itself that it is not Manhattan: a borough, a state, a ZIP code, coordinates."""
    point = read_coordinates(asked)
    if point and not gazetteer.in_manhattan(point):
        _refuse_outside(asked)
    if reading.zip and gazetteer.find_zip(reading.zip):
        return
    if reading.zip and not reading.zip.startswith(MANHATTAN_PREFIXES):
        _refuse_outside(reading.zip)
    if says_elsewhere(asked):
        _refuse_outside(asked)


def _refuse_outside(what: str) -> NoReturn:
    raise Refused("outside_manhattan", f"“{what}” is outside Manhattan. Visits can be booked in Manhattan only.")


def _refuse_unknown(asked: str, reading: Reading) -> NoReturn:
    if not reading.words and not reading.zip:
        raise Refused("unknown_place", "Say where in Manhattan: a ZIP code, a neighborhood or an address.", details={"suggestions": ()})
    info = gazetteer.find_zip(reading.zip) if reading.zip else None
    if info and info.shared_with_bronx:
        sentence = f"Of {info.zip} only Marble Hill is in Manhattan. If you are there, write “Marble Hill, {info.zip}”."
        raise Refused("outside_manhattan", sentence)
    if reading.zip and info is None:
        sentence = f"{reading.zip} is no delivery area (it may be a post-office box). Use the ZIP code of the street."
        raise Refused("unknown_place", sentence, details={"suggestions": ()})
    found = suggestions_for(reading.words)
    hint = f" Did you mean {' or '.join(found)}?" if found else ""
    sentence = f"We could not find “{asked}” in Manhattan.{hint} With its five-digit ZIP code we can place it."
    raise Refused("unknown_place", sentence, details={"suggestions": found})
