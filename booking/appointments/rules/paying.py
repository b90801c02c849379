"""What a checkout asks of a card: from the terms agreed for each held time, the way its client chose, and how far ahead the visit is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from booking.payments.rules import keeping, states
from marketplace.kernel.money import percent_half_up

AT_VISIT, CARD = "at_visit", "card"
ON_FILE, DEPOSIT, PREPAID = "card_on_file", "deposit", "prepaid"
# Stripe takes no smaller sum (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
LEAST_CENTS = 50
# Card attempts that came to nothing, by one person or from one address: whoever tries out stolen cards is stopped here.
ATTEMPTS, ATTEMPTS_WITHIN = 5, timedelta(hours=1)
# While a client is at Stripe's page or at their bank the time stays held, from then on so long, but not longer than this in all.
PAYING_MINUTES, LONGEST_MINUTES = 10, 30


@dataclass(frozen=True)
class HeldTime:
    """A held time as far as paying goes: its row, what its terms ask (a deposit in percent), its whole price, its start.

    `gift_cents` of the price gift cards pay: they count toward whatever is asked in advance.
    """

    hold_id: int
    payment: str
    deposit_percent: int | None
    total_cents: int
    starts_at: datetime
    gift_cents: int = 0


@dataclass(frozen=True)
class Part:
    """What is asked of the card for one held time. `charge_at` None takes it when the visit is booked (a card on file: nothing)."""

    hold_id: int
    kind: str
    amount_cents: int
    charge_at: datetime | None


@dataclass(frozen=True)
class Plan:
    """All that one checkout asks of one card; no parts where nothing is asked."""

    parts: tuple[Part, ...]

    @property
    def now_parts(self) -> tuple[Part, ...]:
        """What is asked of the bank before anything is booked."""
        return tuple(part for part in self.parts if part.amount_cents and part.charge_at is None)

    @property
    def now_cents(self) -> int:
        """How much that is together."""
        return sum(part.amount_cents for part in self.now_parts)

    @property
    def later_cents(self) -> int:
        """How much is taken later, before the visits."""
        return sum(part.amount_cents for part in self.parts if part.charge_at is not None)

    @property
    def keeps_card(self) -> bool:
        """Whether the card has to be kept: a card on file, a charge while the client is away, or several charges in one checkout."""
        return any(not part.amount_cents or part.charge_at for part in self.parts) or len(self.now_parts) > 1


def needs_card(held: Sequence[HeldTime]) -> bool:
    """Whether the terms of any of these times leave no other way than a card."""
    return any(_asked(one, AT_VISIT) is not None for one in held)


def plan_card(held: Sequence[HeldTime], method: str, now: datetime) -> Plan:
    """What is asked of the card. Whoever may pay at the visit and chooses the card pays everything beforehand."""
    return Plan(tuple(part for one in held if (part := _part(one, method, now)) is not None))


def _part(one: HeldTime, method: str, now: datetime) -> Part | None:
    """A bank keeps a sum for a week: what is further ahead is taken a week before the visit, from a card that is kept."""
    asked = _asked(one, method)
    if asked is None:
        return None
    kind, cents = asked
    due_at = one.starts_at - states.AUTHORISATION_LIVES
    return Part(one.hold_id, kind, cents, due_at if cents and due_at > now else None)


def _asked(one: HeldTime, method: str) -> tuple[str, int] | None:
    """The kind and the cents; None where nothing is asked of a card."""
    kind = PREPAID if one.payment == AT_VISIT and method == CARD else one.payment
    cents = percent_half_up(one.total_cents, one.deposit_percent or 0) if kind == DEPOSIT else one.total_cents
    cents -= one.gift_cents
    if kind == AT_VISIT or cents < LEAST_CENTS:
        return None
    return (ON_FILE, 0) if kind == ON_FILE else (kind, cents)


def plan_to_list(plan: Plan) -> list[dict[str, Any]]:
    """A plan in plain JSON, as a checkout keeps it."""
    return [
        {
            "hold": part.hold_id,
            "kind": part.kind,
            "amount_cents": part.amount_cents,
            "charge_at": part.charge_at.isoformat() if part.charge_at else None,
        }
        for part in plan.parts
    ]


def plan_from_list(kept: Sequence[Mapping[str, Any]]) -> Plan:
    """Read back what `plan_to_list` wrote."""
    return Plan(
        tuple(
            Part(one["hold"], one["kind"], one["amount_cents"], datetime.fromisoformat(one["charge_at"]) if one["charge_at"] else None)
            for one in kept
        )
    )


def paying_until(created_at: datetime, expires_at: datetime, now: datetime) -> datetime:
    """Until when a time stays held whose client has just begun to pay."""
    wanted = min(now + timedelta(minutes=PAYING_MINUTES), created_at + timedelta(minutes=LONGEST_MINUTES))
    return max(expires_at, wanted)


# --- how a checkout stands -------------------------------------------------------------------------------------------------------

READY, ACTION, WAITING, FAILED = "ready", "action", "waiting", "failed"


@dataclass(frozen=True)
class Standing:
    """What is known of one thing asked of the card: the state of a payment or of a kept card, and what went wrong.

    `tries` more than 0: Stripe did not answer the last time, which `failure` then says. `on_page`: the client is on Stripe's page, where
    they may try another card by themselves.
    """

    state: str
    failure: str | None = None
    tries: int = 0
    on_page: bool = False


_GOOD = frozenset({states.AUTHORISED, states.CAPTURING, states.CAPTURED, keeping.KEPT})
_BAD = frozenset({states.FAILED, states.CANCELLED, states.RELEASING, keeping.REMOVED})


def judge_checkout(asked: Collection[Standing], *, complete: bool) -> str:
    """How a checkout stands: what the bank said no to decides, then what is not known, then what the client must do.

    `complete` says that everything which the plan asks for has been asked.
    """
    found = {_judge(one) for one in asked}
    for verdict in (FAILED, WAITING, ACTION):
        if verdict in found:
            return verdict
    return READY if complete else WAITING


def _judge(one: Standing) -> str:
    if one.state in _BAD or (one.state == states.ACTION and not one.on_page and one.failure is not None and not one.tries):
        return FAILED
    if one.state == states.ACTION:
        return ACTION
    return READY if one.state in _GOOD else WAITING


_WORDS = {
    "authentication_required": "Your bank did not confirm that it is you. Try again, or use another card.",
    "insufficient_funds": "Your bank says that this card does not cover the sum. Use another card.",
    "expired_card": "This card has expired. Use another card.",
    "incorrect_cvc": "The security code is not right. Enter the card again.",
    "resource_missing": "This card is not known to our card company any more. Enter it again, or use another one.",
}


def failure_words(code: str | None) -> str:
    """Why a card was not good, for whoever holds it. Nothing was taken in any case."""
    words = _WORDS.get(code or "", "Your bank said no to this card and does not tell us why. Use another card, or ask your bank.")
    return f"{words} Nothing was taken."
