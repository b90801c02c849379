"""The door to our drawing of the body: one shape for each region in each view that shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from booking.bodymap.rules import REGIONS, Region

_DATA = Path(__file__).parent / "data" / "drawing.json"


@dataclass(frozen=True)
class Shape:
    """A region as one view shows it: its outline as an SVG path, and where a number stands on it.

    `is_first` in the view that the region is named by; another view that shows the same skin (an arm from behind) only repeats it.
    """

    region: Region
    path: str
    x: float
    y: float
    is_first: bool


@dataclass(frozen=True)
class Picture:
    """The whole drawing: width and height of a view in units of its paths, and the shapes by view, from head to foot."""

    width: int
    height: int
    views: dict[str, tuple[Shape, ...]]


@lru_cache(maxsize=1)
def picture() -> Picture:
    """Our drawing of the body, front and back."""
    table: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    views = {view: tuple(_shape(view, row) for row in rows) for view, rows in table["views"].items()}
    return Picture(table["width"], table["height"], views)


def _shape(view: str, row: dict[str, Any]) -> Shape:
    region = REGIONS[row["region"]]
    return Shape(region, row["path"], row["x"], row["y"], region.view == view)
