"""The plane of our schematic map: uptown is up, one unit is ten meters, the whole of Manhattan fits one fixed box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from providers.places.rules.geometry import Point, displacement
from providers.places.rules.grid import GRID_DEGREES, ORIGIN

UNIT_METERS = 10.0
WIDTH = 600
HEIGHT = 2440
VIEW_BOX = f"0 0 {WIDTH} {HEIGHT}"
ORIGIN_X = 300.0
ORIGIN_Y = 1650.0

LEAST_WINDOW = 160.0
"""A window on the map is never narrower than 1.6 km."""

MARGIN = 40.0
DIGITS = 1


class Box(NamedTuple):
    """A rectangle in map units, by its edges."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Window:
    """A part of the map: its top left corner and its size, in map units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def view_box(self) -> str:
        """As SVG's viewBox wants it."""
        return f"{self.x:g} {self.y:g} {self.width:g} {self.height:g}"

    def meets(self, box: Box) -> bool:
        """Whether any of a box can be seen in it."""
        return box.left < self.x + self.width and box.right > self.x and box.top < self.y + self.height and box.bottom > self.y


def map_point(latitude: float, longitude: float) -> tuple[float, float]:
    """Where a place lies on the map, in map units from the top left corner."""
    turned = displacement(ORIGIN, Point(latitude, longitude)).turned(GRID_DEGREES)
    return (
        round(ORIGIN_X + turned.across_meters / UNIT_METERS, DIGITS),
        round(ORIGIN_Y - turned.along_meters / UNIT_METERS, DIGITS),
    )


def window_around(points: Sequence[tuple[float, float]], aspect: float) -> Window:
    """The smallest window of a shape (width over height) that shows all map points with a margin; without points the whole map."""
    if not points:
        return Window(0.0, 0.0, WIDTH, HEIGHT)
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    width = max(right - left + 2 * MARGIN, (bottom - top + 2 * MARGIN) * aspect, LEAST_WINDOW)
    height = width / aspect
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    return Window(round(middle_x - width / 2, DIGITS), round(middle_y - height / 2, DIGITS), round(width, DIGITS), round(height, DIGITS))
