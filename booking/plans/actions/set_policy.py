"""A therapist says of which services they give several visits by plan alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from booking.plans.models import PlanPolicy
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, Refused
from providers.profiles.queries import get_facts


def set_policy(provider_id: int, services: Sequence[str], actor: str, now: datetime) -> tuple[str, ...]:
    """Keep the codes; what was bought or booked stays. Raises Refused `invalid` for a service that is not theirs."""
    with transaction() as session:
        facts = get_facts(session, provider_id)
        kept = sorted(set(services))
        for code in kept:
            service = facts.service(code)
            if service is None or service.first_visit_only or service.is_call:
                sentence = f"“{code[:40]}” is none of your services of which several visits can be had."
                raise Refused("invalid", sentence, faults=[FieldFault("services", sentence)])
        session.add(PlanPolicy(provider_id=provider_id, services=kept, by=actor, at=now))
        audit.record(session, audit.Deed(now, actor, "plans.policy", "provider", facts.slug, {"services": kept}))
        return tuple(kept)
