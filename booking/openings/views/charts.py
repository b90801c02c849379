"""The schematic map beside results: clinics as numbered pins, the ZIP area that others come to hatched, never a home base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booking.openings.rules.wanted import Near
from booking.openings.views.marks import Words
from providers.places.maps import area_shapes, map_point, map_shapes
from providers.places.rules.geometry import METERS_PER_MILE
from providers.places.rules.schematic import UNIT_METERS, Window, window_around
from providers.profiles.rules import PlaceFacts

WIDTH, HEIGHT = 300, 400
LABEL_WIDTH, LABEL_HEIGHT = 6.4, 15
AROUND_UNITS = 70
PIN_UNITS = 50
GREEN = ("Park", "Island", "island")


@dataclass(frozen=True)
class Sheet:
    """A window of the map drawn at a size in pixels, so that words and pins keep theirs."""

    window: Window

    @property
    def scale(self) -> float:
        """Pixels for a map unit."""
        return round(WIDTH / self.window.width, 4)

    @property
    def transform(self) -> str:
        """From map units to pixels, for the shapes."""
        return f"scale({self.scale:g}) translate({-self.window.x:g} {-self.window.y:g})"

    def at(self, latitude: float, longitude: float) -> tuple[int, int]:
        """Where a place lies, in pixels."""
        return self.pixel(*map_point(latitude, longitude))

    def pixel(self, x: float, y: float) -> tuple[int, int]:
        """A map point in pixels."""
        return round((x - self.window.x) * self.scale), round((y - self.window.y) * self.scale)

    def shows(self, x: float, y: float) -> bool:
        """Whether a pixel lies on the sheet."""
        return 0 <= x <= WIDTH and 0 <= y <= HEIGHT


def chart(pins: Sequence[tuple[int, PlaceFacts]], near: Near | None, *, comes: bool) -> Words:
    """The map of one page of results: pins by number, the mile around where one is, and the area that mobile providers come to."""
    feet = [map_point(place.latitude, place.longitude) for _, place in pins]
    points = feet + [(x, y - PIN_UNITS) for x, y in feet]
    if near is not None:
        x, y = map_point(near.latitude, near.longitude)
        points += [(x - AROUND_UNITS, y - AROUND_UNITS), (x + AROUND_UNITS, y + AROUND_UNITS)]
    sheet = Sheet(window_around(points, WIDTH / HEIGHT))
    drawn = [(number, *sheet.at(place.latitude, place.longitude)) for number, place in pins]
    here = None if near is None else sheet.at(near.latitude, near.longitude)
    return {
        "view_box": f"0 0 {WIDTH} {HEIGHT}",
        "transform": sheet.transform,
        "shapes": [
            {"path": shape.path, "kind": _kind(shape.name, at)} for at, shape in enumerate(map_shapes()) if sheet.window.meets(shape.box)
        ],
        "hatched": next((shape.path for shape in area_shapes() if comes and near and shape.code == near.zip), None),
        "labels": _labels(sheet, [(x, y) for _, x, y in drawn] + ([here] if here else [])),
        "pins": [{"number": number, "x": x, "y": y} for number, x, y in drawn],
        "here": None if here is None else {"x": here[0], "y": here[1]},
        "ring": None if here is None else round(METERS_PER_MILE / UNIT_METERS * sheet.scale),
    }


def _kind(name: str, at: int) -> str:
    if any(word in name for word in GREEN):
        return "park"
    return "land" if at % 2 else "land-2"


def _labels(sheet: Sheet, taken: Sequence[tuple[int, int]]) -> list[Words]:
    """Names that lie on the sheet and on no pin or other name, largest areas first in the order of the map."""
    boxes: list[tuple[float, float, float, float]] = [(x - 13, y - 30, x + 13, y + 4) for x, y in taken]
    labels: list[Words] = []
    for shape in map_shapes():
        x, y = sheet.pixel(shape.label_x, shape.label_y)
        half = len(shape.name) * LABEL_WIDTH / 2
        box = (x - half, y - LABEL_HEIGHT, x + half, y + 2.0)
        if box[0] < 2 or box[2] > WIDTH - 2 or box[1] < 2 or box[3] > HEIGHT - 2 or any(_meet(box, other) for other in boxes):
            continue
        boxes.append(box)
        labels.append({"name": shape.name, "x": x, "y": y - 3})
    return labels


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
