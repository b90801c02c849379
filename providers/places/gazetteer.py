"""The door to our vendored geography of Manhattan: ZIP codes, neighborhoods, their shapes, and travel between ZIP codes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import shapely

from marketplace.kernel.errors import NotFound
from marketplace.kernel.walltime import wall_minute_of_day
from providers.places.rules import areas
from providers.places.rules.geometry import Point, distance_meters
from providers.places.rules.travel import Spot, TravelMode, traffic_at, travel_minutes

DATA = Path(__file__).parent / "data"

_NINE_DIGITS = re.compile(r"[0-9]{5}-[0-9]{4}")
SHORE_METERS = 60.0
"""How far outside the simplified shapes a point may lie (a pier, a river bank); the Harlem River is about 120 m wide."""


@dataclass(frozen=True)
class ZipInfo:
    """One delivery area: its ZIP code, the codes that belong to it, its name, band, and middle."""

    zip: str
    name: str
    band: str
    latitude: float
    longitude: float
    covers: tuple[str, ...]
    building_zips: tuple[str, ...]
    community_district: str | None
    shared_with_bronx: bool
    note: str | None

    @property
    def spot(self) -> Spot:
        """The area as an end of a trip."""
        return Spot(self.latitude, self.longitude, zip=self.zip, band=self.band)


@dataclass(frozen=True)
class Neighborhood:
    """A part of town as people name it, with the ZIP codes it touches and a point in its middle."""

    code: str
    name: str
    aliases: tuple[str, ...]
    zips: tuple[str, ...]
    latitude: float
    longitude: float

    @property
    def point(self) -> Point:
        """Its middle."""
        return Point(self.latitude, self.longitude)


@dataclass(frozen=True)
class NtaArea:
    """A City Planning area (2020): its code, a short label for the map, the neighborhoods inside."""

    code: str
    label: str
    neighborhoods: tuple[str, ...]


class Shapes:
    """Shapes by code, answering which one holds a point or lies nearest to it."""

    def __init__(self, file_name: str, key: str) -> None:
        features = json.loads((DATA / file_name).read_text(encoding="utf-8"))["features"]
        self.codes: tuple[str, ...] = tuple(feature["properties"][key] for feature in features)
        self.geometries = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
        self._tree = shapely.STRtree(self.geometries)

    def holding(self, point: Point) -> str | None:
        """The code of the shape that holds `point`; of several on a shared edge the first."""
        found = self._tree.query(shapely.Point(point.longitude, point.latitude), predicate="intersects")
        return self.codes[int(found.min())] if len(found) else None

    def nearest(self, point: Point) -> tuple[str, float]:
        """The code of the nearest shape and how far it is, in meters."""
        spot = shapely.Point(point.longitude, point.latitude)
        index = int(self._tree.nearest(spot))
        edge, _ = shapely.shortest_line(self.geometries[index], spot).coords
        return self.codes[index], distance_meters(Point(latitude=edge[1], longitude=edge[0]), point)

    def meters_to(self, code: str, point: Point) -> float:
        """How far `point` lies from the shape with this code, in meters; 0 inside."""
        shape = self.geometries[self.codes.index(code)]
        edge, _ = shapely.shortest_line(shape, shapely.Point(point.longitude, point.latitude)).coords
        return distance_meters(Point(latitude=edge[1], longitude=edge[0]), point)


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return [{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()} for row in rows]


@lru_cache(maxsize=1)
def zips() -> tuple[ZipInfo, ...]:
    """Every ZIP area of Manhattan, by code."""
    return tuple(ZipInfo(**row) for row in _rows("zips"))


@lru_cache(maxsize=1)
def neighborhoods() -> tuple[Neighborhood, ...]:
    """Every neighborhood, from south to north as in the table."""
    return tuple(Neighborhood(**row) for row in _rows("neighborhoods"))


@lru_cache(maxsize=1)
def nta_areas() -> Mapping[str, NtaArea]:
    """Every City Planning area by code."""
    return MappingProxyType({row["code"]: NtaArea(**row) for row in _rows("nta_neighborhoods")})


@lru_cache(maxsize=1)
def zip_shapes() -> Shapes:
    """The ZIP areas' shapes; 10463 is cut at the borough line."""
    return Shapes("zip_areas.geojson", "zip")


@lru_cache(maxsize=1)
def nta_shapes() -> Shapes:
    """The City Planning areas' shapes, parks and islands included."""
    return Shapes("nta_areas.geojson", "code")


@lru_cache(maxsize=1)
def _zips_by_code() -> Mapping[str, ZipInfo]:
    return MappingProxyType({code: info for info in zips() for code in (*info.building_zips, *info.covers, info.zip)})


@lru_cache(maxsize=1)
def _neighborhoods_by_code() -> Mapping[str, Neighborhood]:
    return MappingProxyType({neighborhood.code: neighborhood for neighborhood in neighborhoods()})


@lru_cache(maxsize=1)
def _neighborhoods_by_zip() -> Mapping[str, frozenset[str]]:
    return MappingProxyType({info.zip: frozenset(n.code for n in neighborhoods() if info.zip in n.zips) for info in zips()})


def find_zip(code: str) -> ZipInfo | None:
    """The area a ZIP code of five or nine digits belongs to, for a single building's the area around it. None outside Manhattan."""
    return _zips_by_code().get(code[:5] if _NINE_DIGITS.fullmatch(code) else code)


def zip_info(code: str) -> ZipInfo:
    """As `find_zip`; a code outside Manhattan is NotFound."""
    info = find_zip(code)
    if info is None:
        raise NotFound("unknown_zip", f"{code} is not a ZIP code in Manhattan.")
    return info


def neighborhood(code: str) -> Neighborhood:
    """One neighborhood by code; an unknown code is NotFound."""
    try:
        return _neighborhoods_by_code()[code]
    except KeyError:
        raise NotFound("unknown_neighborhood", f"We do not know the neighborhood “{code}”.") from None


def neighborhoods_of_zip(code: str) -> frozenset[str]:
    """The codes of the neighborhoods a ZIP area touches; none outside Manhattan."""
    info = find_zip(code)
    return _neighborhoods_by_zip()[info.zip] if info else frozenset()


def zip_spot(code: str) -> Spot:
    """A ZIP area as an end of a trip; a code outside Manhattan is NotFound."""
    return zip_info(code).spot


def in_manhattan(point: Point) -> bool:
    """Whether a point lies in Manhattan, its parks, islands and Marble Hill included, or within 60 m of its shore."""
    if nta_shapes().holding(point) or zip_shapes().holding(point):
        return True
    return min(nta_shapes().nearest(point)[1], zip_shapes().nearest(point)[1]) <= SHORE_METERS


def zip_of(point: Point) -> str | None:
    """The ZIP code at a point; in parks and on piers the nearest one. None outside Manhattan."""
    inside = zip_shapes().holding(point)
    if inside or not in_manhattan(point):
        return inside
    return zip_shapes().nearest(point)[0]


def neighborhood_of(point: Point) -> str | None:
    """The code of the neighborhood at a point: of those in its City Planning area the one whose middle is nearest. None outside."""
    if not in_manhattan(point):
        return None
    if zip_shapes().holding(point) == "10463":
        return "marble_hill"
    nta = nta_shapes().holding(point) or nta_shapes().nearest(point)[0]
    candidates = nta_areas()[nta].neighborhoods or tuple(_neighborhoods_by_code())
    return min(candidates, key=lambda code: distance_meters(neighborhood(code).point, point))


@lru_cache(maxsize=65_536)
def _planned_minutes(origin: str, target: str, mode: TravelMode, representative_minute: int) -> int:
    return travel_minutes(zip_spot(origin), zip_spot(target), mode, representative_minute)


@lru_cache(maxsize=1440)
def _representative(minute_of_day: int) -> int:
    """The first minute of the day with the same traffic, so that few values are kept."""
    traffic = traffic_at(minute_of_day)
    return next(minute for minute in range(0, 1440, 30) if traffic_at(minute) is traffic)


def travel_between_zips(origin: str, target: str, mode: TravelMode, wall_minute_of_day: int) -> int:
    """Minutes to plan between two ZIP codes for a trip that begins at a New York wall-clock minute; kept after the first asking."""
    return _planned_minutes(origin, target, mode, _representative(wall_minute_of_day % 1440))


@lru_cache(maxsize=64)
def district_zips(zip_code: str) -> tuple[str, ...]:
    """The ZIP codes of the community district that a ZIP code belongs to (Marble Hill, a Bronx district's corner, counts to the
    nearest one of Manhattan). Outside Manhattan: NotFound.

    Who lives in which of them cannot be told from anything that is counted from all of them.
    """
    own = zip_info(zip_code)
    districted = [info for info in zips() if info.community_district]
    district = min(districted, key=lambda info: distance_meters(info.spot.point, own.spot.point)).community_district
    return tuple(info.zip for info in districted if info.community_district == district)


@lru_cache(maxsize=64)
def base_anchor(zip_code: str) -> Spot:
    """The public stand-in for a home base: the middle of its community district, the mean of the district's ZIP points.

    Where somebody comes to and how far is counted from here, so that no number of answers tells more of the base than its district.
    It carries the ZIP code nearest to that middle. Outside Manhattan: NotFound.
    """
    members = [zip_info(code) for code in district_zips(zip_code)]
    middle = Point(
        sum(info.latitude for info in members) / len(members),
        sum(info.longitude for info in members) / len(members),
    )
    nearest = min(members, key=lambda info: distance_meters(info.spot.point, middle))
    return Spot(middle.latitude, middle.longitude, zip=nearest.zip, band=nearest.band)


def covers_zip(area: areas.ServiceArea, zip_code: str) -> areas.AreaVerdict:
    """Whether a mobile provider comes to a ZIP code. Exact addresses are never asked about: their ZIP code decides."""
    info = find_zip(zip_code)
    if info is None:
        return areas.outside(f"{zip_code} is not in Manhattan.")
    return areas.covers(area, info.spot, _neighborhoods_by_zip()[info.zip])


def covered_zips(area: areas.ServiceArea) -> tuple[str, ...]:
    """Every ZIP code a service area covers, in order, for the row that keeps it and for the page that shows it to the provider."""
    return tuple(info.zip for info in zips() if covers_zip(area, info.zip).allowed)


def traveler(mode: TravelMode) -> Callable[[str, str, int], int]:
    """The travel minutes of one provider's mode: from ZIP code to ZIP code, leaving at an epoch minute."""

    def minutes(origin: str, target: str, leaving_minute: int) -> int:
        return travel_between_zips(origin, target, mode, wall_minute_of_day(leaving_minute))

    return minutes
