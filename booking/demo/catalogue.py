"""The door to the demo's word lists, and to what the town is built on: streets, bands, tables, travel."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from booking.demo.rules import health
from booking.demo.rules.words import Focus, Origin, Site, Words
from booking.screening import catalogue as screening
from providers.places import gazetteer
from providers.places.geocoders import find_offline
from providers.places.rules import areas
from providers.places.rules.drafts import AreaDraft
from providers.places.rules.geometry import METERS_PER_DEGREE, Point
from providers.services import catalogue as services

_DATA = Path(__file__).parent / "data"
_GOLDEN_TURN = math.pi * (3 - math.sqrt(5))
_STEP_METERS = 45


def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=1)
def words() -> Words:
    """Names of many origins, and our own sentences about the work."""
    names, practice = _table("names"), _table("practice")
    texts = {name: tuple(value) for name, value in practice.items() if isinstance(value, list) and name != "focuses"}
    return Words(
        origins=tuple(Origin(**{name: tuple(value) for name, value in row.items()}) for row in names["origins"]),
        nonbinary=tuple(names["nonbinary"]),
        further_languages=tuple(names["further_languages"]),
        focuses=tuple(_focus(row) for row in practice["focuses"]),
        answers={code: tuple(texts) for code, texts in practice["answers"].items()},
        texts={
            **texts,
            **{name: tuple(value) for name, value in practice["services"].items()},
            "suspension": (practice["suspension"],),
            "rejection": (practice["rejection"],),
        },
    )


def _focus(row: Mapping[str, Any]) -> Focus:
    lists = (tuple(row[name]) for name in ("techniques", "conditions", "headlines", "sentences"))
    return Focus(row["code"], row["service"], *lists)


@lru_cache(maxsize=1)
def sites() -> Mapping[str, Sequence[Site]]:
    """Street doors by neighborhood, each inside it on our own map."""
    found = {hood: tuple(_doors(hood, rows)) for hood, rows in _table("streets")["streets"].items()}
    return MappingProxyType({hood: doors for hood, doors in found.items() if doors})


@lru_cache(maxsize=1)
def sites_by_zip() -> Mapping[str, Sequence[Site]]:
    """The same doors by ZIP code."""
    found: dict[str, list[Site]] = defaultdict(list)
    for doors in sites().values():
        for door in doors:
            found[door.zip].append(door)
    return MappingProxyType({zip_code: tuple(doors) for zip_code, doors in found.items()})


@lru_cache(maxsize=1)
def bands() -> Mapping[str, str]:
    """The travel band of each ZIP area."""
    return MappingProxyType({info.zip: info.band for info in gazetteer.zips()})


@lru_cache(maxsize=1)
def health_desk() -> health.Desk:
    """The screening's own rules and questions."""
    return health.Desk(screening.form(), screening.rules(), screening.body_map(), services.conditions(), services.techniques())


def covered(draft: AreaDraft) -> tuple[str, ...]:
    """The ZIP codes an area covers; the base counts as the middle of its district."""
    area = areas.ServiceArea(
        zips=frozenset(draft.zips),
        neighborhoods=frozenset(draft.neighborhoods),
        radius_meters=draft.radius_meters,
        base=gazetteer.base_anchor(draft.base.zip) if draft.base else None,
        max_travel_minutes=draft.max_travel_minutes,
        mode=draft.mode,
        setup_minutes=draft.setup_minutes,
        pack_minutes=draft.pack_minutes,
    )
    return gazetteer.covered_zips(area)


def _doors(hood: str, rows: Sequence[Sequence[Any]]) -> Iterator[Site]:
    """Houses on the grid where they really are; others spread around the neighborhood's middle. No two share a point."""
    count, points = 0, set()
    for street, low, high, step, zip_code in rows:
        for number in range(low, high + 1, step):
            line1 = f"{number} {street}"
            found = find_offline(f"{line1}, New York, NY {zip_code}")
            point = found.point if found is not None and found.precision == "grid" else _spread(hood, count)
            count += 1
            if point not in points and gazetteer.neighborhood_of(point) == hood:
                points.add(point)
                yield Site(line1, street, zip_code, hood, point.latitude, point.longitude)


def _spread(hood: str, count: int) -> Point:
    """The next point on a spiral around a neighborhood's middle, so that no two doors share one."""
    middle = gazetteer.neighborhood(hood).point
    meters, turn = _STEP_METERS * math.sqrt(count + 1), _GOLDEN_TURN * count
    north, east = meters * math.cos(turn), meters * math.sin(turn)
    longitude = middle.longitude + east / (METERS_PER_DEGREE * math.cos(math.radians(middle.latitude)))
    return Point(round(middle.latitude + north / METERS_PER_DEGREE, 6), round(longitude, 6))
