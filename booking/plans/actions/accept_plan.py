"""The client says yes to a plan."""

from __future__ import annotations

from datetime import datetime

from booking.plans.changes import add_step, lock_plan
from booking.plans.models import CarePlan
from booking.plans.queries.plans import Whole, get_plan
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Stale


def accept_plan(public_id: str, version: int, person_id: int, actor: str, now: datetime) -> Whole:
    """Agree to the version that was shown; once more changes nothing. A yes promises neither visits nor money.

    Raises NotFound, Conflict `wrong_state` for a plan that is over, Stale `plan_changed` where another version stands by now.
    """
    with transaction() as session:
        whole = lock_plan(session, public_id, CarePlan.person_id == person_id)
        if whole.plan.ended_at is not None:
            raise Conflict("wrong_state", "This plan is over.")
        if version != whole.newest.number:
            raise Stale("plan_changed", "Your therapist has changed this plan. Look again.", details={"version": whole.newest.number})
        if version in whole.accepted:
            return whole
        add_step(session, whole, "accepted", actor, now)
        return get_plan(session, public_id, CarePlan.person_id == person_id)
