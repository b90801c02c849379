"""What the platform pays back of parking: a cap a visit and a month, from a day on. Either cap at 0 is off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import FieldFault, Refused
from marketplace.kernel.money import format_usd

MOST_VISIT_CENTS, MOST_MONTH_CENTS, MOST_DAYS = 20_000, 200_000, 60


@dataclass(frozen=True)
class Terms:
    """What holds for visits from `starts_on` on, until the next terms start; `days` is how long after a visit its receipt may come."""

    starts_on: date
    visit_cents: int
    month_cents: int
    days: int

    @property
    def on(self) -> bool:
        """Whether anything is paid back at all."""
        return self.visit_cents > 0 and self.month_cents > 0


OFF = Terms(date.min, 0, 0, 1)


def check_terms(wanted: Terms, today: date) -> None:
    """Whether terms may be announced. Raises Refused with the fields at fault."""
    faults = []
    if wanted.starts_on <= today:
        faults.append(FieldFault("starts_on", "They start tomorrow at the earliest: whoever drove before drove under the terms of then."))
    if not 0 <= wanted.visit_cents <= MOST_VISIT_CENTS:
        faults.append(FieldFault("visit_cents", f"Choose up to {format_usd(MOST_VISIT_CENTS)}; $0.00 is off."))
    if not 0 <= wanted.month_cents <= MOST_MONTH_CENTS:
        faults.append(FieldFault("month_cents", f"Choose up to {format_usd(MOST_MONTH_CENTS)}; $0.00 is off."))
    elif 0 < wanted.month_cents < wanted.visit_cents:
        faults.append(FieldFault("month_cents", "A month pays for one visit at least."))
    if not 1 <= wanted.days <= MOST_DAYS:
        faults.append(FieldFault("days", f"Choose 1 to {MOST_DAYS} days."))
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)


def in_force(terms: Sequence[Terms], day: date) -> Terms:
    """The terms of a New York day: of those that have started the ones that started last; of two of one day the later written."""
    started = [one for one in terms if one.starts_on <= day]
    return max(enumerate(started), key=lambda pair: (pair[1].starts_on, pair[0]))[1] if started else OFF


def words(terms: Terms) -> str:
    """The terms in one sentence, for both sides."""
    if not terms.on:
        return "Parking is not paid back."
    days = "the day after" if terms.days == 1 else f"{terms.days} days after"
    caps = f"up to {format_usd(terms.visit_cents)} a visit and {format_usd(terms.month_cents)} a month"
    return f"We pay back parking at a visit you drove to, {caps}, if the receipt is sent in until {days} the visit."
