"""What is taken of providers' time, read for the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from booking.openings.rules.question import Taken
from providers.schedule.models import Claim

NEIGHBOR_MINUTES = 36 * 60
VISITS = ("appointment", "hold")


def load_taken(
    session: Session,
    provider_ids: Collection[int],
    *,
    from_minute: int,
    until_minute: int,
    now: datetime,
    except_claim_id: int | None = None,
) -> dict[int, list[Taken]]:
    """Live claims of these providers around a window, each provider's in order of time.

    A day and a half on both sides comes along: days are counted whole, and the visit before decides about travel. A hold that has run
    out does not count, whether or not it was flipped. `except_claim_id` leaves out the appointment that is being moved.
    """
    table = Claim.__table__.c
    wanted = (
        select(
            table.id,
            table.provider_id,
            table.kind,
            table.begin_minute,
            table.end_minute,
            table.before_minutes,
            table.after_minutes,
            table.zip,
            table.place_id,
        )
        .where(
            table.provider_id.in_(provider_ids),
            table.live,
            table.busy_from_minute < until_minute + NEIGHBOR_MINUTES,
            table.busy_until_minute > from_minute - NEIGHBOR_MINUTES,
            or_(table.expires_at.is_(None), table.expires_at > now),
        )
        .order_by(table.begin_minute)
    )
    found: dict[int, list[Taken]] = defaultdict(list)
    for row in session.execute(wanted):
        if row.id != except_claim_id:
            found[row.provider_id].append(
                Taken(row.begin_minute, row.end_minute, row.before_minutes, row.after_minutes, row.zip, row.kind in VISITS, row.place_id)
            )
    return found
