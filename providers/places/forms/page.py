"""The fields of the area's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault
from marketplace.webkit.typed import decimal_or_text, listed, number_or_text, placed_faults

TEXTS = ("mode", "line1", "zip", "zips", "radius_km", "max_travel_minutes", "setup_minutes", "pack_minutes")


@dataclass
class AreaPage:
    """The area as typed."""

    texts: dict[str, str]
    neighborhoods: list[str] = field(default_factory=list)

    def body(self) -> dict[str, Any]:
        """The contract's shape."""
        texts = self.texts
        base = {"line1": texts["line1"], "zip": texts["zip"]} if texts["line1"] or texts["zip"] else None
        return {
            "mode": texts["mode"],
            "base": base,
            "zips": listed(texts["zips"]),
            "neighbourhoods": self.neighborhoods,
            "radius_km": decimal_or_text(texts["radius_km"]),
            **{name: number_or_text(texts[name]) for name in ("max_travel_minutes", "setup_minutes", "pack_minutes")},
        }


def page_of_body(body: Mapping[str, Any]) -> AreaPage:
    """The page of what is stored, from the contract's shape."""
    texts = {name: "" if body.get(name) is None else str(body[name]) for name in TEXTS}
    texts["zips"] = ", ".join(body["zips"])
    texts |= {"line1": body["base"]["line1"], "zip": body["base"]["zip"]} if body["base"] else {"line1": "", "zip": ""}
    return AreaPage(texts, list(body["neighbourhoods"]))


def page_of_form(form: MultiDict[str, str]) -> AreaPage:
    """The page as it was sent."""
    return AreaPage({name: form.get(name, "").strip() for name in TEXTS}, form.getlist("neighborhoods"))


def faults_of_page(faults: Sequence[FieldFault]) -> dict[str, list[str]]:
    """The faults beside their fields."""
    return placed_faults(faults, {"base": "line1", "base.zip": "zip", "base.line1": "line1", "neighbourhoods": "neighborhoods"})
