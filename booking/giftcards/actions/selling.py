"""Whether gift cards are sold here at all, and by whom."""

from __future__ import annotations

from datetime import datetime

from booking.giftcards.models import GiftCardPolicy, GiftCardSeller
from booking.giftcards.queries import find_policy
from booking.giftcards.rules import Policy
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Refused


def allow_cards(policy: Policy, reason: str, actor: str, now: datetime) -> None:
    """Say whether gift cards may be sold, and of which amounts. What was bought stays good either way."""
    with transaction() as session:
        said = GiftCardPolicy(
            allowed=policy.allowed, amounts=list(policy.amounts), least_cents=policy.least_cents, most_cents=policy.most_cents,
            reason=reason, by=actor, at=now,
        )  # fmt: skip
        session.add(said)
        session.flush()
        details = {"allowed": policy.allowed, "reason": reason}
        audit.record(session, audit.Deed(now, actor, "gift_cards.allowed", "gift_card_policy", str(said.id), details))


def sell_cards(provider_id: int, actor: str, now: datetime, *, sells: bool) -> None:
    """A provider says whether they sell cards of theirs, which they then owe in visits. Raises Refused `gift_cards_off`."""
    with transaction() as session:
        if sells and not find_policy(session).allowed:
            raise Refused("gift_cards_off", "Gift cards are not sold here.")
        session.add(GiftCardSeller(provider_id=provider_id, sells=sells, by=actor, at=now))
        audit.record(session, audit.Deed(now, actor, "gift_cards.sold", "provider", str(provider_id), {"sells": sells}))
