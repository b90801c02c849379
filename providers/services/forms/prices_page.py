"""The fields of the price rules' page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from marketplace.kernel.errors import FieldFault
from marketplace.webkit.typed import cents_or_text, dollars, listed, number_or_text, placed_faults
from providers.services.rules.prices import CODES

_KEY = re.compile(r"r-(\d{1,2})-(code|from|to|amount|percent|hours|weekdays|off)")
_ZONE = re.compile(r"r-(\d{1,2})-z-(\d{1,2})-(zips|amount)")
_AMOUNT = "Write an amount in dollars, such as 15 or 12.50."


@dataclass
class ZoneRow:
    """One travel zone as typed."""

    zips: str = ""
    amount: str = ""


@dataclass
class RuleRow:
    """One rule on the page; only the fields of its code are shown. `off`: kept, and part of no price."""

    name: str
    code: str
    texts: dict[str, str] = field(default_factory=dict)
    weekdays: list[str] = field(default_factory=list)
    zones: list[ZoneRow] = field(default_factory=list)
    off: bool = False

    def body(self) -> dict[str, Any]:
        """The contract's shape of the rule."""
        texts = self.texts
        shapes: dict[str, dict[str, Any]] = {
            "weekend": {"weekdays": [number_or_text(day) for day in self.weekdays], "amount_cents": cents_or_text(texts.get("amount", ""))},
            "holiday": {"percent": number_or_text(texts.get("percent", ""))},
            "short_notice": {"hours": number_or_text(texts.get("hours", "")), "amount_cents": cents_or_text(texts.get("amount", ""))},
            "travel": {
                "zones": [
                    {"zips": listed(zone.zips), "amount_cents": cents_or_text(zone.amount)}
                    for zone in self.zones
                    if zone.zips.strip() or zone.amount.strip()
                ]
            },
        }
        band = {"from": texts.get("from", ""), "to": texts.get("to", ""), "amount_cents": cents_or_text(texts.get("amount", ""))}
        return {"code": self.code, **shapes.get(self.code, band), **({"active": False} if self.off else {})}


def rows_of_rules(body: Mapping[str, Any]) -> list[RuleRow]:
    """The page of what is stored, from the contract's shape."""
    rows = []
    for at, rule in enumerate(body["rules"]):
        texts = {part: str(rule[part]) for part in ("from", "to", "percent", "hours") if part in rule}
        if "amount_cents" in rule:
            texts["amount"] = dollars(rule["amount_cents"])
        zones = [ZoneRow(", ".join(zone["zips"]), dollars(zone["amount_cents"])) for zone in rule.get("zones", ())]
        days = [str(day) for day in rule.get("weekdays", ())]
        rows.append(RuleRow(f"r-{at}", rule["code"], texts, days, zones, off=not rule.get("active", True)))
    return rows


def rows_of_form(form: MultiDict[str, str]) -> list[RuleRow]:
    """The page as it was sent; a rule of an unknown code is left out."""
    rows: dict[int, RuleRow] = {}
    for key in form:
        if match := _KEY.fullmatch(key):
            row = rows.setdefault(int(match[1]), RuleRow(f"r-{int(match[1])}", ""))
            if match[2] == "weekdays":
                row.weekdays = form.getlist(key)
            elif match[2] == "code":
                row.code = form[key]
            elif match[2] == "off":
                row.off = True
            else:
                row.texts[match[2]] = form[key].strip()
        elif match := _ZONE.fullmatch(key):
            row = rows.setdefault(int(match[1]), RuleRow(f"r-{int(match[1])}", ""))
            while len(row.zones) <= int(match[2]):
                row.zones.append(ZoneRow())
            setattr(row.zones[int(match[2])], match[3], form[key].strip())
    return [row for _, row in sorted(rows.items()) if row.code in CODES]


def body_of_rows(rows: Sequence[RuleRow], cap_percent: str) -> dict[str, Any]:
    """The contract's `/provider/prices`."""
    cap = number_or_text(cap_percent)
    return {"rules": [row.body() for row in rows], **({} if cap is None else {"cap_percent": cap})}


def faults_of_rows(rows: Sequence[RuleRow], faults: Sequence[FieldFault]) -> dict[str, list[str]]:
    """The faults beside their fields."""
    names = {f"rules.{at}": row.name for at, row in enumerate(rows)}
    for at, row in enumerate(rows):
        names[f"rules.{at}.amount_cents"] = f"{row.name}-amount"
        names[f"rules.{at}.zones"] = f"{row.name}-z-0-zips"
        for number in range(len(row.zones)):
            names[f"rules.{at}.zones.{number}.amount_cents"] = f"{row.name}-z-{number}-amount"
            names[f"rules.{at}.zones.{number}.zips"] = f"{row.name}-z-{number}-zips"
    return placed_faults(faults, names, {"amount": _AMOUNT})
