"""What a provider does about their time: hours, rules, blocks. What is booked already stays booked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused, Stale
from marketplace.kernel.walltime import to_minute, to_minute_up
from providers.registry.changes import note_change, note_deed, own_provider
from providers.registry.rules import Owner
from providers.schedule.changes import (
    BLOCK,
    CLASS,
    OUTSIDE,
    ClaimFacts,
    claim_time,
    flip_expired,
    lay_ahead,
    lay_outside,
    make_way,
    note_hours,
    release_claim,
)
from providers.schedule.models import Claim, HoursException, ScheduleRule, WeeklyHours
from providers.schedule.queries import Settled, claims_between, find_rule_row, get_block, places_by_id, settle_draft, stated_schedule
from providers.schedule.rules.drafts import RULE_NAMES, BlockDraft, ScheduleDraft, schedule_mark, schedule_to_dict
from providers.schedule.rules.hours import DateException, ScheduleRules, WeeklyRange

VisitsBetween = Callable[[Session, int, int, int], list[dict[str, object]]]
"""Tells of a provider's visits that meet [from, until) in epoch minutes. Visits belong to a floor above, which hands its own way down."""


CHANGED = "Your hours were changed elsewhere since you opened them here, perhaps in another window. Look at both before you save."


def put_schedule(owner: Owner, draft: ScheduleDraft, now: datetime, shown: str | None = None) -> None:
    """Make these the weekly hours, exceptions and rules. Raises Refused `invalid` with every fault by its path.

    `shown` is the mark of the schedule that this one was made from (None: whatever is stored is replaced). Raises Stale `hours_changed`
    with the mark of what is stored where that is another one, unless it says what this one says.
    """
    with transaction() as session:
        provider = own_provider(session, owner, now)
        settled = settle_draft(session, provider.id, draft)
        if shown is not None:
            _refuse_changed(session, provider.id, settled, shown)
        weekly, exceptions = settled.weekly, settled.exceptions
        session.execute(delete(WeeklyHours).where(WeeklyHours.provider_id == provider.id))
        session.execute(delete(HoursException).where(HoursException.provider_id == provider.id))
        session.add_all(_weekly_row(provider.id, hours) for hours in weekly)
        session.add_all(_exception_row(provider.id, exception) for exception in exceptions)
        note_hours(session, provider.id, weekly, now)
        if draft.rules is not None:
            _write_rules(session, provider.id, draft.rules)
            session.flush()
            lay_ahead(session, provider.id, now)
        note_deed(session, provider, owner.actor, "schedule_changed", now, ranges=len(weekly), exceptions=len(exceptions))
        note_change(session, provider.id)


def _refuse_changed(session: Session, provider_id: int, settled: Settled, shown: str) -> None:
    stored = schedule_mark(stated_schedule(session, provider_id))
    stated = schedule_to_dict(settled.weekly, settled.exceptions, settled.rules, places_by_id(session, provider_id))
    if stored not in (shown, schedule_mark(stated)):
        raise Stale("hours_changed", CHANGED, details={"mark": stored})


def add_block(owner: Owner, draft: BlockDraft, now: datetime, visits_between: VisitsBetween) -> Claim:
    """Take time out of what can be booked. Raises Refused `past`, or Conflict `slot_taken` with the appointments in the way."""
    if draft.ends_at <= now:
        raise Refused("past", "This time is over.", faults=[FieldFault("ends_at", "This time is over.")])
    facts = ClaimFacts(to_minute(draft.starts_at), to_minute_up(draft.ends_at))
    with transaction() as session:
        provider = own_provider(session, owner, now)
        flip_expired(session, provider.id, now)
        in_the_way = [
            claim for claim in claims_between(session, provider.id, facts.begin_minute, facts.end_minute, now) if claim.kind != OUTSIDE
        ]
        if in_the_way:
            visits = visits_between(session, provider.id, facts.begin_minute, facts.end_minute)
            raise Conflict("slot_taken", _what_is_in_the_way(in_the_way, visits), details={"appointments": visits})
        make_way(session, provider.id, (facts.begin_minute, facts.end_minute))
        claim = claim_time(session, provider.id, BLOCK, facts, note=draft.note)
        lay_outside(session, provider.id, (facts.begin_minute, facts.end_minute))
        note_deed(session, provider, owner.actor, "block_added", now, block=claim.public_id)
    return claim


def remove_block(owner: Owner, public_id: str, now: datetime) -> None:
    """Give a block's time back. Raises NotFound for what is not this provider's live block."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        block = get_block(session, provider.id, public_id)
        block.released_at = now
        release_claim(session, block)
        note_deed(session, provider, owner.actor, "block_removed", now, block=public_id)


def _weekly_row(provider_id: int, hours: WeeklyRange) -> WeeklyHours:
    return WeeklyHours(
        provider_id=provider_id, weekday=hours.weekday, opens_minute=hours.opens_minute, closes_minute=hours.closes_minute,
        settings=sorted(hours.settings), place_id=hours.place_id, staffing=hours.staffing, weeks=hours.weeks, **_for_whom(hours),
    )  # fmt: skip


def _exception_row(provider_id: int, exception: DateException) -> HoursException:
    return HoursException(
        provider_id=provider_id, on=exception.on, closed=exception.closed, opens_minute=exception.opens_minute,
        closes_minute=exception.closes_minute, settings=sorted(exception.settings), place_id=exception.place_id,
        staffing=exception.staffing, **_for_whom(exception),
    )  # fmt: skip


def _for_whom(hours: WeeklyRange | DateException) -> dict[str, Any]:
    return {"services": sorted(hours.services) or None, "first_visits": hours.first_visits, "contact": hours.contact}


def _write_rules(session: Session, provider_id: int, rules: ScheduleRules) -> None:
    row = find_rule_row(session, provider_id) or ScheduleRule(provider_id=provider_id)
    for name in RULE_NAMES:
        setattr(row, name, getattr(rules, name))
    row.closed_holidays = list(rules.closed_holidays) or None
    session.add(row)


def _what_is_in_the_way(claims: Sequence[Claim], visits: Sequence[object]) -> str:
    if visits:
        return f"{len(visits)} booked visits are in the way." if len(visits) > 1 else "A booked visit is in the way."
    if any(claim.kind == BLOCK for claim in claims):
        return "Part of this time is blocked already."
    if any(claim.kind == CLASS for claim in claims):
        return "A class of yours is in the way."
    return "Somebody is booking part of this time right now. Try again in ten minutes."
