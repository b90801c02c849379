"""What an appointment says of money, from its ledger; and what may be paid or waived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.appointments.rules.states import CANCELLED, COMPLETED, EXPIRED, LIVE, NO_SHOW
from booking.ledger.rules.sums import VisitSums
from booking.quotes.rules.agreed import instant_text
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import format_usd

# Only then the price or a fee stands in the ledger; before, nothing is owed yet.
SETTLED = (COMPLETED, CANCELLED, NO_SHOW)
LONGEST_REASON = 200


@dataclass(frozen=True)
class Figures:
    """The cents that an appointment's answer carries."""

    paid_cents: int
    due_cents: int
    fee_cents: int
    waived_cents: int

    @property
    def words(self) -> str:
        """The cents in a line for whoever keeps the house."""
        return f"paid {self.paid_cents}, due {self.due_cents}, fee {self.fee_cents}, waived {self.waived_cents}"


def figures(status: str, total_cents: int, sums: VisitSums) -> Figures:
    """What the ledger's sums make of a visit: to come, the price less what was given beforehand; over, what is left of its charges."""
    if status in LIVE:
        due = total_cents - sums.paid
    elif status == EXPIRED:
        due = 0
    else:
        due = sums.due
    return Figures(max(0, sums.paid), max(0, due), sums.net_fee, sums.forgiven)


@dataclass(frozen=True)
class PaperFacts:
    """What a receipt says of a visit: whose, which, and its lines as agreed."""

    slug: str
    name: str
    visit: str
    reference: str
    status: str
    service_name: str
    minutes: int
    starts_at: datetime
    lines: Sequence[Mapping[str, Any]]


def receipt_content(facts: PaperFacts, sums: VisitSums, how: str, cents: int, at: datetime) -> dict[str, Any]:
    """A receipt for a payment in plain JSON: the lines as agreed or the fee, what was paid, what is left. No client's name in it.

    Before the visit the agreed lines stand there too: nothing of them is charged yet, and what was paid counts toward them.
    """
    lines = [{"label": line["label"], "amount_cents": line["amount_cents"]} for line in facts.lines]
    total, balance = sums.charged - sums.forgiven, max(0, sums.due)
    if facts.status in LIVE:
        total = sum(line["amount_cents"] for line in lines)
        balance = max(0, total - sums.paid)
    elif facts.status != COMPLETED:
        lines = [{"label": "Fee by the agreed terms", "amount_cents": sums.net_fee}]
    return {
        "provider": {"slug": facts.slug, "name": facts.name},
        "visit": facts.visit,
        "reference": facts.reference,
        "status": facts.status,
        "service_name": facts.service_name,
        "minutes": facts.minutes,
        "starts_at": instant_text(facts.starts_at),
        "lines": lines,
        "total_cents": total,
        "waived_cents": sums.waived,
        "payment": {"how": how, "amount_cents": cents, "at": instant_text(at)},
        "paid_cents": sums.paid,
        "balance_cents": balance,
        "currency": "USD",
    }


def check_amount(status: str, sums: VisitSums, cents: int) -> None:
    """Whether so much of a visit may be paid or waived now. Raises Conflict `wrong_state` or `nothing_due`, Refused `above_due`."""
    if status not in SETTLED:
        raise Conflict("wrong_state", "Nothing is due before the visit is done. Mark it as done first.")
    if sums.due <= 0:
        raise Conflict("nothing_due", "Nothing is due for this visit any more.")
    if not 0 < cents <= sums.due:
        sentence = f"Choose an amount from $0.01 to {format_usd(sums.due)}, which is what is due."
        raise Refused("above_due", sentence, details={"due_cents": sums.due})
