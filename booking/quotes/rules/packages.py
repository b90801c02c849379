"""A quote of which a package pays the service: a line takes the service's price off, extras and their tax stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from booking.quotes.rules.agreed import agreed_from_dict, agreed_to_dict
from booking.quotes.rules.clock import clock_words
from booking.quotes.rules.pricing import Line, tax_on
from booking.quotes.rules.taxes import TaxRow
from marketplace.kernel.money import format_usd

SERVICE, PACKAGE, TAX = "service", "package", "tax"


@dataclass(frozen=True)
class Covering:
    """The package that pays: its public id, its visits, and what one of them was paid with, before tax.

    `member` says that it is a month of a membership.
    """

    package: str
    visits: int
    each_cents: int
    member: bool = False


def cover(kept: Mapping[str, Any], covering: Covering, row: TaxRow | None, now: datetime, what: str) -> dict[str, Any]:
    """The contract's quote with the service paid in advance. Tax is anew on what is left, a fee a share of what was paid."""
    service = sum(line["amount_cents"] for line in kept["lines"] if line["code"] == SERVICE)
    lines = [Line(**line) for line in kept["lines"] if line["code"] != TAX]
    label, reason = _said(covering)
    lines.append(Line(PACKAGE, label, -service, f"package@{covering.package}", reason))
    taxed = [line for line in lines if line.code not in {SERVICE, PACKAGE}]
    tax = tax_on(row, taxed) if row is not None else ()
    subtotal, tax_cents = sum(line.amount_cents for line in lines), sum(line.amount_cents for line in tax)
    agreed = replace(agreed_from_dict(kept["terms"]), fee_base_cents=covering.each_cents)
    summary = clock_words(agreed, now, day_words=False, what=what).sentence
    return {
        **kept,
        "lines": [asdict(line) for line in (*lines, *tax)],
        "subtotal_cents": subtotal,
        "tax_cents": tax_cents,
        "total_cents": subtotal + tax_cents,
        "terms": {**kept["terms"], **agreed_to_dict(agreed, summary, if_booked_at=now)},
    }


def _said(covering: Covering) -> tuple[str, str]:
    paid = f"paid with {format_usd(covering.each_cents)} before tax"
    if covering.member:
        return "Paid with your membership", f"A visit of your membership, {paid}"
    return "Paid with your package", f"One of {covering.visits} visits, {paid}"


def find_covering(quote: Mapping[str, Any]) -> str | None:
    """The public id of the package that pays for a quoted visit."""
    return next((str(line["rule"]).partition("@")[2] for line in quote["lines"] if line["code"] == PACKAGE), None)
