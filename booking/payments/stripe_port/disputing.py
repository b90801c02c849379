"""The stand-in's part for disputes: a client's bank asks for money, takes it at once, and decides (docs.stripe.com/disputes)."""

from __future__ import annotations

from booking.payments.stripe_port.double import StripeDouble, Thing

# What Stripe takes for each dispute in the United States, in cents (stripe.com/pricing).
FEE_CENTS = 1_500
INQUIRY = "warning_"


class DisputingDouble(StripeDouble):
    """`dispute` and `decide` are what banks do; the rest answers for them."""

    def _get_disputes_one(self, name: str, _words: dict[str, str]) -> Thing:
        return self._find(name, "dispute")

    def _get_disputes(self, words: dict[str, str]) -> Thing:
        return self._list("dispute", words)

    def dispute(self, intent_id: str, status: str = "needs_response", cents: int | None = None) -> Thing:
        """The client's bank asks for the money, or for a part. An inquiry (`warning_…`) takes nothing yet."""
        with self._lock:
            intent = self._find(intent_id, "payment_intent")
            facts: Thing = {"status": status, "reason": "fraudulent", "currency": intent["currency"], "balance_transactions": []}
            facts["amount"] = intent["amount_received"] if cents is None else cents
            made = self._make("du", "dispute", {}, facts | {"payment_intent": intent_id})
            if not status.startswith(INQUIRY):
                self._move(made, -made["amount"], FEE_CENTS)
            self._tell("charge.dispute.created", made)
            return made

    def decide(self, dispute_id: str, status: str, *, fee_back: bool = False) -> None:
        """The bank goes on, or decides: `won` brings the money back, and the fee where that is said."""
        with self._lock:
            made = self._find(dispute_id, "dispute")
            made["status"] = status
            if status == "won":
                self._move(made, made["amount"], -FEE_CENTS if fee_back else 0)
            self._tell("charge.dispute.closed" if status in {"won", "lost"} else "charge.dispute.updated", made)

    def _move(self, made: Thing, cents: int, fee_cents: int) -> None:
        self._count += 1
        move = {"id": f"txn_{self._count:06d}", "object": "balance_transaction", "amount": cents, "fee": fee_cents}
        made["balance_transactions"].append(move | {"net": cents - fee_cents})
