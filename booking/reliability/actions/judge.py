"""The rule looks at everybody's record as the window moves."""

from __future__ import annotations

from datetime import datetime

from booking.reliability.changes import judge_provider
from booking.reliability.queries import unsettled_providers
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one


def judge_everybody(now: datetime, base_url: str) -> int:
    """Warn, limit and let go where the record says something else than before; counts the providers."""
    return one_by_one("judge reliability", unsettled_providers(db.session(), now), lambda provider_id: _judge(provider_id, base_url, now))


def _judge(provider_id: int, base_url: str, now: datetime) -> bool:
    with transaction() as session:
        return judge_provider(session, provider_id, base_url, now)
