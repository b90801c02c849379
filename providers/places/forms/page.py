"""The fields of the area's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault
from marketplace.webkit.typed import decimal_or_text, listed, number_or_text, placed_faults

NUMBERS = ("max_travel_minutes", "setup_minutes", "pack_minutes", "early_minutes", "first_visit_minutes")
CLOCKS = ("latest_start", "first_visit_latest_start")
TICKS = ("with_table", "count_ways")
TEXTS = ("mode", "line1", "zip", "end_line1", "end_zip", "zips", "radius_km", *NUMBERS, *CLOCKS)


@dataclass
class AreaPage:
    """The area as typed."""

    texts: dict[str, str]
    neighborhoods: list[str] = field(default_factory=list)
    ticked: frozenset[str] = frozenset()

    def body(self) -> dict[str, Any]:
        """The contract's shape."""
        texts = self.texts
        return {
            "mode": texts["mode"],
            "base": _place(texts["line1"], texts["zip"]),
            "day_end": _place(texts["end_line1"], texts["end_zip"]),
            "zips": listed(texts["zips"]),
            "neighbourhoods": self.neighborhoods,
            "radius_km": decimal_or_text(texts["radius_km"]),
            **{name: number_or_text(texts[name]) for name in NUMBERS},
            **{name: texts[name] or None for name in CLOCKS},
            **{name: name in self.ticked for name in TICKS},
        }


def _place(line1: str, zip_code: str) -> dict[str, str] | None:
    return {"line1": line1, "zip": zip_code} if line1 or zip_code else None


def page_of_body(body: Mapping[str, Any]) -> AreaPage:
    """The page of what is stored, from the contract's shape."""
    texts = {name: "" if body.get(name) is None else str(body[name]) for name in TEXTS}
    texts["zips"] = ", ".join(body["zips"])
    base, end = body["base"] or {}, body["day_end"] or {}
    texts |= {"line1": base.get("line1", ""), "zip": base.get("zip", "")}
    texts |= {"end_line1": end.get("line1", ""), "end_zip": end.get("zip", "")}
    return AreaPage(texts, list(body["neighbourhoods"]), frozenset(name for name in TICKS if body[name]))


def page_of_form(form: MultiDict[str, str]) -> AreaPage:
    """The page as it was sent."""
    texts = {name: form.get(name, "").strip() for name in TEXTS}
    return AreaPage(texts, form.getlist("neighborhoods"), frozenset(name for name in TICKS if form.get(name)))


def faults_of_page(faults: Sequence[FieldFault]) -> dict[str, list[str]]:
    """The faults beside their fields."""
    names = {"base": "line1", "base.zip": "zip", "base.line1": "line1", "neighbourhoods": "neighborhoods"}
    return placed_faults(faults, names | {"day_end": "end_line1", "day_end.zip": "end_zip", "day_end.line1": "end_line1"})
