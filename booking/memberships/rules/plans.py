"""What a therapist may offer as a membership, what a month of it costs, and the words to which a client agrees. Pure, in cents.

All visits of a month cost the same, as in a package: a month is visits paid in advance. The words say what General Business Law 527-a(1)(a)
of New York asks for before consent: what it is, what is charged, how often, until when one must act, and how one ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from booking.packages.rules import Worth
from marketplace.kernel.errors import FieldFault, Refused
from marketplace.kernel.money import format_usd, share_half_up

LEAST_VISITS, MOST_VISITS = 1, 8
LEAST_STAY, MOST_STAY = 1, 24
MOST_MEMBERS = 500
CONSENT_VERSION = "2026-11"


@dataclass(frozen=True)
class Plan:
    """So many visits of one service and length a month for one price before tax; unused ones stay `stays_months`.

    `most_members` is how many may have it at once; None is no limit.
    """

    service_code: str
    minutes: int
    visits: int
    price_cents: int
    stays_months: int
    most_members: int | None = None

    @property
    def each_cents(self) -> int:
        """What one visit of a month costs."""
        return self.price_cents // self.visits


def check_plan(plan: Plan, single_cents: int | None) -> None:
    """Whether a membership may be offered beside the single price of the same visit. Raises Refused with the fields at fault."""
    faults = []
    if single_cents is None:
        faults.append(FieldFault("minutes", "You do not offer this service in this length."))
    if not LEAST_VISITS <= plan.visits <= MOST_VISITS:
        faults.append(FieldFault("visits", f"Choose {LEAST_VISITS} to {MOST_VISITS} visits a month."))
    if not LEAST_STAY <= plan.stays_months <= MOST_STAY:
        faults.append(FieldFault("stays_months", f"Choose {LEAST_STAY} to {MOST_STAY} months."))
    if plan.most_members is not None and not 1 <= plan.most_members <= MOST_MEMBERS:
        faults.append(FieldFault("most_members", f"Choose 1 to {MOST_MEMBERS} members, or leave it empty."))
    if not faults and single_cents is not None:
        faults += _price_faults(plan, single_cents)
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)


def _price_faults(plan: Plan, single_cents: int) -> list[FieldFault]:
    if plan.price_cents <= 0 or plan.price_cents % plan.visits:
        lower = max(plan.each_cents, 1) * plan.visits
        near = f"{format_usd(lower)} is {plan.visits} × {format_usd(lower // plan.visits)}"
        return [FieldFault("price_cents", f"The price must be the same for each visit, to the cent: {near}.")]
    if plan.each_cents > single_cents:
        return [FieldFault("price_cents", f"A member's visit may not cost more than a single one, {format_usd(single_cents)}.")]
    return []


def month_worth(visits: int, each_cents: int, single_cents: int, tax_points: int) -> Worth:
    """What a month is worth: what was agreed, never more than the single price of the day it is charged. `tax_points` are basis points."""
    each = min(each_cents, single_cents)
    return Worth(visits, each, share_half_up(each, tax_points), single_cents, share_half_up(single_cents, tax_points))


@dataclass(frozen=True)
class Said:
    """What the terms name: the therapist, the service as people read it, its minutes, and what a month is worth."""

    provider_name: str
    service_name: str
    minutes: int
    worth: Worth
    stays_months: int


def terms(said: Said, first_on: date, next_on: date) -> tuple[str, ...]:
    """The terms sentence by sentence, before anything is agreed; kept with the membership as they were shown."""
    worth = said.worth
    total, price = format_usd(worth.total_cents), format_usd(worth.visits * worth.each_cents)
    tax = format_usd(worth.visits * worth.each_tax_cents)
    visits = "1 visit" if worth.visits == 1 else f"{worth.visits} visits"
    stays = "1 month" if said.stays_months == 1 else f"{said.stays_months} months"
    charged = (
        f"{total} is charged to your card each month by itself ({price} and {tax} tax), first on {_day(first_on)}, next on "
        f"{_day(next_on)}, then on the same day of each month, or on the month's last day where it has no such day, until you end it."
    )
    left = (
        f"A visit you do not use stays for {stays} after its month was paid. What is then left goes back to your card: what you paid for "
        "the month, less the visits of it that you had at their single price."
    )
    stop = (
        "You may end or pause it here at any time, in one step. To stop the next charge, do it before its day. We write to you a week "
        "before each charge."
    )
    change = (
        "If the price or what it gives changes, you are told at least 30 days before and may end it until then. The tax is that of the day."
    )
    gives = f"Each month you get {visits} of {said.service_name}, {said.minutes} minutes, with {said.provider_name}."
    return gives, charged, left, stop, change


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def agreed_words(sentences: Sequence[str]) -> str:
    """The terms as they are kept and sent: one paragraph each."""
    return "\n".join(sentences)
