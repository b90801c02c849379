"""One discount code, and what one provider asks of new clients: shown once each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from booking.coupons.models import Coupon
from booking.demo.changes.bulk import Bulk
from booking.demo.rules.desks import Desk
from providers.services.models import FirstVisitRule
from providers.services.rules.first_visits import FirstVisits, first_visits_to_dict

CODE = "WELCOME10"


def add_offers(bulk: Bulk, desks: Sequence[Desk], coupon_id: str, now: datetime) -> None:
    """The therapist who is named gives out a code; the second provider gives first visits of ninety minutes at most."""
    first = desks[0].facts.id
    bulk.put(
        Coupon.__table__,
        [
            {
                "public_id": coupon_id, "provider_id": first, "code": CODE, "percent": 10, "once_a_client": True, "services": [],
                "least_cents": 0, "uses": 0, "made_at": now,
            }
        ],
    )  # fmt: skip
    rules = first_visits_to_dict(FirstVisits(most_minutes=90))
    bulk.put(FirstVisitRule.__table__, [{"provider_id": desk.facts.id, "rules": rules, "changed_at": now} for desk in desks[1:2]])
