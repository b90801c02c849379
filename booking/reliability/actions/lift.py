"""Staff lift a limit for a while."""

from __future__ import annotations

from datetime import date, datetime

from booking.reliability.changes import judge_provider, write_lifted
from booking.reliability.models import ReliabilityLift
from booking.reliability.rules.levels import check_lift
from marketplace.db import transaction
from marketplace.kernel.walltime import local_day, to_minute
from providers.registry.changes import lock_provider, note_deed
from providers.registry.queries import get_provider


def lift_limit(slug: str, reason: str, until_on: date, actor: str, base_url: str, now: datetime) -> int:
    """Let no limit rest on a provider until a New York day, the whole of it; lines go on counting. The therapist reads the reason.

    Gives the provider's row id. Raises NotFound, Refused `invalid`.
    """
    check_lift(reason, until_on, local_day(to_minute(now)))
    with transaction() as session:
        provider = lock_provider(session, get_provider(session, slug).id)
        lift = ReliabilityLift(provider_id=provider.id, reason=reason.strip(), until_on=until_on, lifted_by=actor, lifted_at=now)
        session.add(lift)
        session.flush()
        note_deed(session, provider, actor, "reliability_lifted", now, until_on=until_on.isoformat(), reason=lift.reason)
        write_lifted(session, provider, lift, base_url, now)
        judge_provider(session, provider.id, base_url, now)
        return provider.id
