"""What a discount code takes off, of what, and when it counts. A discount is the provider's own; nobody is paid for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from booking.quotes.rules.adding import DISCOUNT
from booking.quotes.rules.pricing import Line
from marketplace.kernel.money import format_usd, percent_half_up

# Long enough that nobody finds one by trying.
CODE = re.compile(r"[A-Z0-9]{6,24}")
HIGHEST_CENTS, MOST_USES = 500_000, 100_000
NOT_VALID = "This code cannot be used for this visit."
USED_UP = "Your code has been used up meanwhile. Take it off or enter another one, and look at the price again."


@dataclass(frozen=True)
class CouponDraft:
    """A code as its provider states it; `percent` of the service's price or `amount_cents`. The days are New York's, both whole."""

    code: str
    percent: int | None = None
    amount_cents: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    most_uses: int | None = None
    once_a_client: bool = False
    services: tuple[str, ...] = ()
    least_cents: int = 0

    def faults(self) -> dict[str, str]:
        """What cannot stand, by field."""
        found: dict[str, str] = {}
        if not CODE.fullmatch(self.code):
            found["code"] = "A code is made of 6 to 24 letters and digits."
        if (self.percent is None) == (self.amount_cents is None):
            found["percent"] = "Give a percentage or an amount, one of the two."
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            found["ends_on"] = "The last day is before the first."
        return found

    def counts_for(self, service: str, service_cents: int, today: date) -> bool:
        """Whether it may be used today for a service of this price."""
        begun = self.starts_on is None or self.starts_on <= today
        over = self.ends_on is not None and self.ends_on < today
        return begun and not over and (not self.services or service in self.services) and service_cents >= max(self.least_cents, 1)

    def off(self, service_cents: int) -> int:
        """What it takes off the service's price, in cents: never more than that price."""
        if self.percent is not None:
            return percent_half_up(service_cents, self.percent)
        return min(self.amount_cents or 0, service_cents)

    @property
    def words(self) -> str:
        """How much it takes off, for people."""
        return f"{self.percent}%" if self.percent is not None else format_usd(self.amount_cents or 0)


def normal(code: str) -> str:
    """A code as it was typed, the way it is kept: spaces and dashes do not count, small letters are large ones."""
    return re.sub(r"[\s-]", "", code).upper()[:40]


def discount_line(draft: CouponDraft, coupon: str, service_cents: int) -> Line:
    """The line of a code, by the public id of its coupon."""
    reason = f"{draft.words} off the service's price, given by your therapist"
    return Line(DISCOUNT, f"Discount, code {draft.code}", -draft.off(service_cents), f"coupon@{coupon}", reason)


def find_coupon(quote: Mapping[str, Any]) -> str | None:
    """The public id of the coupon in a quote."""
    return next((str(line["rule"]).partition("@")[2] for line in quote["lines"] if line["code"] == DISCOUNT), None)
