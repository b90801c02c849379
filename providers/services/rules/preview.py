"""Terms as a client will read them, for one example: a visit at a set time for a set price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.kernel.money import format_usd, percent_half_up
from providers.services.rules.terms import Terms

_PAYMENTS = {
    "at_visit": "Paid at the visit.",
    "card_on_file": "A card is kept on file; nothing is charged before the visit.",
    "deposit": "A deposit is charged when booking.",
    "prepaid": "The whole price is charged when booking.",
}


@dataclass(frozen=True)
class Stretch:
    """What cancelling costs until an instant; the last one ends at the start of the visit."""

    until_at: datetime
    fee_percent: int
    fee_cents: int


@dataclass(frozen=True)
class Preview:
    """The stretches in order of time, and the sentences that stand below them."""

    starts_at: datetime
    price_cents: int
    stretches: tuple[Stretch, ...]
    sentences: tuple[str, ...]


def preview_terms(terms: Terms, price_cents: int, starts_at: datetime) -> Preview:
    """The example's stretches with their instants and fees, and what else is agreed. Hours are elapsed hours, so instants are exact."""
    stretches = tuple(
        Stretch(starts_at - timedelta(hours=step.hours), step.fee_percent, percent_half_up(price_cents, step.fee_percent))
        for step in terms.steps
    )
    return Preview(starts_at, price_cents, stretches, tuple(_sentences(terms, price_cents)))


def _sentences(terms: Terms, price_cents: int) -> list[str]:
    said = []
    if terms.grace_minutes:
        said.append(f"Free for {terms.grace_minutes} minutes after booking, however near the visit is.")
    said.append(_no_show(terms, price_cents))
    if terms.free_moves:
        moves = "One move is" if terms.free_moves == 1 else f"{terms.free_moves} moves are"
        said.append(f"{moves} free even when canceling is not.")
    for what, hours in (("Moved", terms.move_notice_hours), ("Canceled", terms.cancel_notice_hours)):
        if hours is not None:
            said.append(f"{what} by the client with at least {hours} {'hour' if hours == 1 else 'hours'} of notice.")
    deposit = f" The deposit is {terms.deposit_percent}% of the whole price." if terms.deposit_percent else ""
    said.append(_PAYMENTS[terms.payment] + deposit)
    return said


def _no_show(terms: Terms, price_cents: int) -> str:
    fee = percent_half_up(price_cents, terms.no_show_percent)
    costs = f"not coming costs {format_usd(fee)}" if fee else "not coming costs nothing"
    return f"Late by up to {terms.late_minutes} minutes: the visit is shorter; after that {costs}."
