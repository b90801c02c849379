"""The schematic map of Manhattan as SVG paths, drawn once from our vendored shapes. It shows areas, never a home base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from providers.places import gazetteer
from providers.places.rules.schematic import VIEW_BOX, Box, map_point

__all__ = ["VIEW_BOX", "MapShape", "area_shapes", "map_point", "map_shapes"]

SIMPLER_BY_UNITS = 5.0
"""Corners that change less than about 50 m square are left out; neighbors keep their common edge."""

SPECK_UNITS = 300.0
"""Piers and islets under 30,000 square meters are left out."""


@dataclass(frozen=True)
class MapShape:
    """One area on the map: its code, name, SVG path, where its label sits, the neighborhoods inside it, and the box around it."""

    code: str
    name: str
    path: str
    label_x: int
    label_y: int
    neighborhoods: tuple[str, ...]
    box: Box

    @property
    def green(self) -> bool:
        """Whether it is a park or an island, by its name."""
        return any(word in self.name for word in ("Park", "Island", "island"))


def _on_map(shape: BaseGeometry) -> BaseGeometry:
    """A shape in map units, without piers and specks."""
    drawn = [
        shapely.Polygon([map_point(latitude, longitude) for longitude, latitude in part.exterior.coords])
        for part in shapely.get_parts(shape)
    ]
    return shapely.MultiPolygon([polygon for polygon in drawn if polygon.area >= SPECK_UNITS])


def _path(shape: BaseGeometry) -> str:
    """A shape's outline in whole units, each step relative to the one before, which is shorter than absolute."""
    return "".join(_ring(shapely.get_coordinates(part.exterior).round().astype(int).tolist()) for part in shapely.get_parts(shape))


def _ring(corners: Sequence[Sequence[int]]) -> str:
    first, *rest = corners[:-1]
    steps = []
    x, y = first
    for next_x, next_y in rest:
        if (next_x, next_y) != (x, y):
            steps.append(f"{next_x - x}{'' if next_y < y else ' '}{next_y - y}")
        x, y = next_x, next_y
    return f"M{first[0]} {first[1]}l{' '.join(steps)}z"


def _drawn(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    simpler = shapely.coverage_simplify([_on_map(shape) for shape in shapes], SIMPLER_BY_UNITS)
    return list(simpler)


def _shape(code: str, name: str, neighborhoods: tuple[str, ...], drawn: BaseGeometry) -> MapShape:
    largest = max(shapely.get_parts(drawn), key=lambda part: part.area)
    middle = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, tolerance=1.0))[0]
    left, top, right, bottom = drawn.bounds
    box = Box(left, top, right, bottom)
    return MapShape(code, name, _path(drawn), label_x=round(middle[0]), label_y=round(middle[1]), neighborhoods=neighborhoods, box=box)


@lru_cache(maxsize=1)
def map_shapes() -> tuple[MapShape, ...]:
    """The map's ground: City Planning's areas with short names, and Marble Hill; together under 12 kB of paths."""
    shapes, zips = gazetteer.nta_shapes(), gazetteer.zip_shapes()
    marble_hill = zips.geometries[zips.codes.index("10463")]
    drawn = _drawn([*shapes.geometries, marble_hill])
    areas = [gazetteer.nta_areas()[code] for code in shapes.codes]
    named = [(area.code, area.label, area.neighborhoods) for area in areas]
    return tuple(
        _shape(code, name, inside, shape)
        for (code, name, inside), shape in zip([*named, ("10463", "Marble Hill", ("marble_hill",))], drawn, strict=True)
        if not shape.is_empty
    )


@lru_cache(maxsize=1)
def area_shapes() -> tuple[MapShape, ...]:
    """The ZIP areas, for hatching where somebody comes to; code and name are the ZIP code."""
    shapes = gazetteer.zip_shapes()
    return tuple(
        _shape(code, code, tuple(sorted(gazetteer.neighborhoods_of_zip(code))), shape)
        for code, shape in zip(shapes.codes, _drawn(shapes.geometries), strict=True)
    )
