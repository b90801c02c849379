"""A membership that is offered, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from booking.demo.rules.chance import Chance
from booking.demo.rules.desks import Desk
from booking.memberships.models import MembershipPlan
from marketplace.kernel.money import share_half_up

STAYS, MOST, AGO, OFF_PERCENT = 3, 20, timedelta(days=45), 15


def add_membership(session: Session, desk: Desk, chance: Chance, now: datetime) -> None:
    """The therapist who is named offers one of their shortest visits each month for less."""
    service = next(one for one in desk.facts.services if one.prices and not one.is_call and not one.first_visit_only)
    minutes, single = min(service.prices.items())
    session.add(
        MembershipPlan(
            public_id=chance.randbytes(12).hex(), line=chance.randbytes(12).hex(), provider_id=desk.facts.id, service_code=service.code,
            service_name=service.name, minutes=minutes, visits=1, each_cents=share_half_up(single, (100 - OFF_PERCENT) * 100),
            stays_months=STAYS, most_members=MOST, made_at=now - AGO,
        )
    )  # fmt: skip
