"""A provider's hours, rules and claims, read for their own desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from providers.places.models import ProviderPlace
from providers.schedule.models import Claim, HoursException, ScheduleRule, WeeklyHours
from providers.schedule.rules.drafts import DEFAULT_RULES
from providers.schedule.rules.hours import DateException, ScheduleRules, WeeklyRange


def list_weekly(session: Session, provider_id: int | None) -> list[WeeklyRange]:
    """Weekly hours in the order of the week."""
    rows = session.scalars(
        select(WeeklyHours)
        .where(WeeklyHours.provider_id == provider_id)
        .order_by(WeeklyHours.weekday, WeeklyHours.opens_minute, WeeklyHours.id)
    )
    return [
        WeeklyRange(row.weekday, row.opens_minute, row.closes_minute, frozenset(row.settings), row.place_id, row.staffing) for row in rows
    ]


def list_exceptions(session: Session, provider_id: int | None) -> list[DateException]:
    """Exceptions by date."""
    rows = session.scalars(
        select(HoursException)
        .where(HoursException.provider_id == provider_id)
        .order_by(HoursException.on, HoursException.opens_minute, HoursException.id)
    )
    return [
        DateException(row.on, row.closed, row.opens_minute, row.closes_minute, frozenset(row.settings), row.place_id, row.staffing)
        for row in rows
    ]


def find_rule_row(session: Session, provider_id: int | None) -> ScheduleRule | None:
    """The row of a provider's rules."""
    return session.scalar(select(ScheduleRule).where(ScheduleRule.provider_id == provider_id))


def rules_in_force(session: Session, provider_id: int | None) -> ScheduleRules:
    """How this provider's starts are laid out; the house's own rules before they say anything."""
    row = find_rule_row(session, provider_id)
    if row is None:
        return DEFAULT_RULES
    return ScheduleRules(
        row.step_minutes, row.offset_minutes, row.buffer_before_minutes, row.buffer_after_minutes, row.notice_minutes,
        row.horizon_days, row.max_per_day, row.turnover_minutes,
    )  # fmt: skip


def places_by_id(session: Session, provider_id: int | None) -> dict[int, str]:
    """Public ids of a provider's places by row id, the oldest first."""
    rows = select(ProviderPlace.id, ProviderPlace.public_id).where(ProviderPlace.provider_id == provider_id).order_by(ProviderPlace.id)
    return {row.id: row.public_id for row in session.execute(rows)}


def claims_between(session: Session, provider_id: int, from_minute: int, until_minute: int, now: datetime) -> list[Claim]:
    """Live claims whose padded time meets [from, until) in epoch minutes, holds that have run out left out, in order."""
    return list(
        session.scalars(
            select(Claim)
            .where(
                Claim.provider_id == provider_id,
                Claim.live,
                Claim.busy_from_minute < until_minute,
                Claim.busy_until_minute > from_minute,
                or_(Claim.expires_at.is_(None), Claim.expires_at > now),
            )
            .order_by(Claim.begin_minute)
        )
    )


def get_block(session: Session, provider_id: int, public_id: str) -> Claim:
    """A provider's own live block. Raises NotFound."""
    claim = session.scalar(
        select(Claim).where(Claim.provider_id == provider_id, Claim.public_id == public_id, Claim.kind == "block", Claim.live)
    )
    if claim is None:
        raise NotFound("not_found", "There is no such block.")
    return claim


def list_blocks(session: Session, provider_id: int | None, from_minute: int) -> list[Claim]:
    """Live blocks that end after an epoch minute, in order."""
    return list(
        session.scalars(
            select(Claim)
            .where(Claim.provider_id == provider_id, Claim.kind == "block", Claim.live, Claim.end_minute > from_minute)
            .order_by(Claim.begin_minute)
        )
    )


def last_minute_at(session: Session, place_ids: Sequence[int], from_minute: int) -> int | None:
    """When the last thing booked at any of these places ends, in epoch minutes; None where nothing is booked any more."""
    return session.scalar(
        select(Claim.end_minute)
        .where(Claim.place_id.in_(place_ids), Claim.live, Claim.end_minute > from_minute)
        .order_by(Claim.end_minute.desc())
        .limit(1)
    )
