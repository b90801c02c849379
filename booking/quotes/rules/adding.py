"""A quote that was made already with lines more or less: what stands stays as it was, tax is anew on all that it covers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from booking.quotes.rules.agreed import agreed_from_dict, agreed_to_dict
from booking.quotes.rules.clock import clock_words
from booking.quotes.rules.packages import PACKAGE, SERVICE, TAX
from booking.quotes.rules.pricing import Line, tax_on
from booking.quotes.rules.taxes import TaxRow

ADD_ON, EXTENSION, DISCOUNT = "add_on", "extension", "discount"


def with_lines(kept: Mapping[str, Any], more: Sequence[Line], row: TaxRow | None, *, without: Collection[str] = ()) -> dict[str, Any]:
    """The contract's quote with lines more, and those of the codes `without` taken off. Terms stay; a service that a package paid is
    not taxed again.
    """
    stay = [Line(**line) for line in kept["lines"] if line["code"] not in {TAX, *without}]
    lines = [*stay, *more]
    paid = {SERVICE, PACKAGE} if any(line.code == PACKAGE for line in lines) else set()
    tax = tax_on(row, [line for line in lines if line.code not in paid]) if row is not None else ()
    subtotal, tax_cents = sum(line.amount_cents for line in lines), sum(line.amount_cents for line in tax)
    return {
        **kept,
        "lines": [asdict(line) for line in (*lines, *tax)],
        "subtotal_cents": subtotal,
        "tax_cents": tax_cents,
        "total_cents": subtotal + tax_cents,
    }


def with_fee_base(kept: Mapping[str, Any], cents: int, now: datetime, what: str) -> dict[str, Any]:
    """The same quote whose cancellation fee is a share of another amount, in numbers and in words."""
    agreed = replace(agreed_from_dict(kept["terms"]), fee_base_cents=cents)
    summary = clock_words(agreed, now, day_words=False, what=what).sentence
    return {**kept, "terms": {**kept["terms"], **agreed_to_dict(agreed, summary, if_booked_at=now)}}


def service_cents(kept: Mapping[str, Any]) -> int:
    """The price of the service alone, before anything comes on top or off."""
    return sum(int(line["amount_cents"]) for line in kept["lines"] if line["code"] == SERVICE)
