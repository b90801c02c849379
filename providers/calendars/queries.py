"""A provider's outside calendars, and those that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from providers.calendars.models import OutsideCalendar
from providers.schedule.changes import BLOCK
from providers.schedule.models import Claim, OutsideBusy, TimeOff
from providers.schedule.rules.outside import OutsideSpan

MISSING = "There is no such calendar."
OWN_HOST = "@licensedhands"
OwnUids = Callable[[Session, int], Iterable[str]]
_own_uids: dict[str, OwnUids] = {}


def on_own_uids(name: str, find: OwnUids) -> None:
    """Have `find` tell the calendar UIDs of what a provider (row id) has here; a topic registers once under its own `name`."""
    _own_uids[name] = find


def own_uids(session: Session, provider_id: int | None) -> tuple[str, ...]:
    """The UIDs, in lower case, under which calendars outside may hold this provider's own visits, blocks and time off, of any time and state."""
    if provider_id is None:
        return ()
    blocks = select(Claim.public_id).where(Claim.provider_id == provider_id, Claim.kind == BLOCK)
    off = select(TimeOff.public_id).where(TimeOff.provider_id == provider_id)
    taken = (f"{public_id}{OWN_HOST}" for public_id in (*session.scalars(blocks), *session.scalars(off)))
    visits = (uid for find in _own_uids.values() for uid in find(session, provider_id))
    return tuple(sorted({uid.lower() for uid in (*visits, *taken)}))


def list_calendars(session: Session, provider_id: int | None) -> list[OutsideCalendar]:
    """One's own calendars, the oldest first."""
    rows = select(OutsideCalendar).where(OutsideCalendar.provider_id == provider_id).order_by(OutsideCalendar.id)
    return list(session.scalars(rows))


def get_calendar(session: Session, provider_id: int | None, public_id: str) -> OutsideCalendar:
    """One of a provider's own. Raises NotFound."""
    wanted = select(OutsideCalendar).where(OutsideCalendar.provider_id == provider_id, OutsideCalendar.public_id == public_id)
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("not_found", MISSING)
    return found


def count_blocks(session: Session, calendar_ids: list[int], from_minute: int) -> dict[int, int]:
    """How many busy times that are not over each calendar has, by its row id."""
    rows = (
        select(OutsideBusy.calendar_id, func.count())
        .where(OutsideBusy.calendar_id.in_(calendar_ids), OutsideBusy.end_minute > from_minute)
        .group_by(OutsideBusy.calendar_id)
    )
    return {row[0]: row[1] for row in session.execute(rows)}


def spans_kept(session: Session, calendar_id: int) -> list[OutsideSpan]:
    """What is kept of one calendar, in order."""
    rows = select(OutsideBusy.begin_minute, OutsideBusy.end_minute, OutsideBusy.zip).where(OutsideBusy.calendar_id == calendar_id)
    return [OutsideSpan(*row) for row in session.execute(rows.order_by(OutsideBusy.begin_minute))]


def due_calendars(session: Session, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Links to look at now, those that wait longest first: whose (row id), and which (public id)."""
    due = select(OutsideCalendar.provider_id, OutsideCalendar.public_id).where(OutsideCalendar.next_sync_at <= now)
    return [(row[0], row[1]) for row in session.execute(due.order_by(OutsideCalendar.next_sync_at).limit(limit))]


def providers_with_outside_time(session: Session) -> list[int]:
    """Row ids of providers of whom an outside calendar takes time."""
    return list(session.scalars(select(OutsideBusy.provider_id).distinct().order_by(OutsideBusy.provider_id)))
