"""What is taken of providers' time, read for the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from booking.openings.rules.limits import claims_around
from booking.openings.rules.question import Taken
from providers.schedule.models import Claim

VISITS = ("appointment", "hold", "handover")


def load_taken(
    session: Session,
    provider_ids: Collection[int],
    *,
    from_minute: int,
    until_minute: int,
    now: datetime,
    whole_weeks: bool,
    except_claim_id: int | None = None,
) -> dict[int, list[Taken]]:
    """Live claims of these providers around a window (with its `whole_weeks` where rules count those), each provider's in order of time.

    A hold that has run out does not count, whether or not it was flipped. `except_claim_id` leaves out the appointment that is being moved.
    """
    wanted = claims_wanted(provider_ids, *claims_around(from_minute, until_minute, whole_weeks=whole_weeks))
    expiry = Claim.__table__.c.expires_at
    found: dict[int, list[Taken]] = defaultdict(list)
    for row in session.execute(wanted.where(or_(expiry.is_(None), expiry > now))):
        if row.id != except_claim_id:
            found[row.provider_id].append(as_taken(row))
    return found


def claims_wanted(provider_ids: Collection[int] | None, from_minute: int, until_minute: int) -> Select[Any]:
    """Live claims that keep a provider busy in [from, until), of all providers when `provider_ids` is None, in order of time."""
    table = Claim.__table__.c
    columns = (
        table.id, table.provider_id, table.kind, table.begin_minute, table.end_minute, table.before_minutes, table.after_minutes,
        table.zip, table.place_id, table.expires_at,
    )  # fmt: skip
    busy = select(*columns).where(table.live, table.busy_from_minute < until_minute, table.busy_until_minute > from_minute)
    of = busy if provider_ids is None else busy.where(table.provider_id.in_(provider_ids))
    return of.order_by(table.begin_minute)


def as_taken(row: Row[Any]) -> Taken:
    """A claim's row as the engine wants it. Every visit has a ZIP code, the clinic's or the client's: the one that has none is a call."""
    is_visit = row.kind in VISITS
    is_call = is_visit and row.zip is None
    return Taken(
        row.begin_minute, row.end_minute, row.before_minutes, row.after_minutes, row.zip, is_visit and not is_call, row.place_id, is_call
    )  # fmt: skip
