"""What a superbill gives to a claim form: the coded lines with what was truly asked for them, and what was paid of that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from booking.claims.rules.filling import Service
from booking.superbills.rules.units import share_cents

Content = Mapping[str, Any]
_TAX = "tax"


def diagnoses_of(icd10: str | None) -> tuple[str, ...]:
    """The codes that a prescriber wrote, in their order."""
    return tuple(dict.fromkeys(code for code in re.split(r"[\s,;]+", (icd10 or "").upper()) if code))


def services_of(content: Content) -> tuple[Service, ...]:
    """The lines with a code. What was waived or taken off is no charge: it is shared out over all that was charged, to the cent."""
    charges = _net(content)
    on, diagnoses = date.fromisoformat(content["service_on"]), diagnoses_of(content["icd10"])
    return tuple(
        Service(
            on, content["place_of_service"], item["code"], (item["modifier"],) if item["modifier"] else (), diagnoses, item["units"],
            None if item["amount_cents"] is None else charges[str(number)],
        )
        for number, item in enumerate(content["items"])
        if item["code"]
    )  # fmt: skip


def paid_of(content: Content) -> int:
    """What was paid for the coded lines: the same part of all that was paid as they are of all that was charged."""
    net = _net(content)
    paid = share_cents(max(min(content["paid_cents"], sum(net.values())), 0), net)
    return sum(paid[str(number)] for number, item in enumerate(content["items"]) if item["code"] and item["amount_cents"] is not None)


def _net(content: Content) -> dict[str, int]:
    """What was asked for each item in the end, and as tax."""
    amounts = {str(number): item["amount_cents"] or 0 for number, item in enumerate(content["items"])} | {_TAX: content["tax_cents"]}
    gross = {code: max(cents, 0) for code, cents in amounts.items()}
    off = content["waived_cents"] + sum(-cents for cents in amounts.values() if cents < 0)
    less = share_cents(min(off, sum(gross.values())), gross)
    return {code: cents - less[code] for code, cents in gross.items()}
