"""What became of a booked visit: done, missed, left for the agreed fee, still to come. Fees come from the rules that booking uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from booking.appointments.rules.cancellation import VisitFacts, assess_cancellation, assess_no_show
from booking.appointments.rules.holding import clearance_due_at
from booking.appointments.rules.states import (
    CANCELLED,
    CHECKED_IN,
    CLIENT,
    COMPLETED,
    CONFIRMED,
    NO_SHOW,
    PROVIDER,
    REQUESTED,
)
from booking.demo.rules.chance import Chance, likely, weighted
from booking.quotes.rules.agreed import AgreedTerms

NO_SHOW_PERCENT, CANCELLED_PERCENT, REQUESTED_PERCENT = 4, 8, 7
REASONS = {"other": 40, None: 30, "illness": 15, "weather": 8, "emergency": 7}


@dataclass(frozen=True)
class Event:
    """One line of a visit's history."""

    at: datetime
    actor: str
    verb: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """Where a visit stands at the demo's now. `live` is whether its time is taken; `due_cents` None is the whole price."""

    status: str
    live: bool
    events: tuple[Event, ...]
    fee_cents: int = 0
    waived_cents: int = 0
    due_cents: int | None = None
    credit_cents: int = 0
    sequence: int = 0
    respond_by_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancelled_by: str | None = None
    cancel_reason: str | None = None
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None


def draw_outcome(chance: Chance, agreed: AgreedTerms, ends_at: datetime, now: datetime) -> Outcome:
    """What became of a visit booked at `agreed.booked_at`."""
    if agreed.booked_at is None:
        raise ValueError("only what was booked has an outcome")
    if likely(chance, CANCELLED_PERCENT) and (left := _cancelled(chance, agreed, agreed.booked_at, now)) is not None:
        return left
    missed_at = agreed.starts_at + timedelta(minutes=agreed.terms.late_minutes + 2)
    if missed_at <= now and likely(chance, NO_SHOW_PERCENT):
        return _missed(agreed, missed_at)
    if likely(chance, REQUESTED_PERCENT) and (asked := _requested(agreed.booked_at, agreed.starts_at, now)) is not None:
        return asked
    return as_planned(chance, agreed.starts_at, ends_at, now)


def as_planned(chance: Chance, starts_at: datetime, ends_at: datetime, now: datetime) -> Outcome:
    """A visit that takes place: completed, going on, or confirmed."""
    begun_at = starts_at - timedelta(minutes=chance.randrange(0, 9))
    if now < starts_at:
        return Outcome(CONFIRMED, live=True, events=())
    arrived = Event(begun_at, PROVIDER, CHECKED_IN)
    if now < ends_at:
        return Outcome(CHECKED_IN, live=True, events=(arrived,), checked_in_at=begun_at)
    done = Event(ends_at, PROVIDER, COMPLETED)
    left_at = ends_at + timedelta(minutes=chance.randrange(1, 12))
    if left_at > now:
        return Outcome(COMPLETED, live=True, events=(arrived, done), checked_in_at=begun_at)
    events = (arrived, done, Event(left_at, PROVIDER, "checked_out"))
    return Outcome(COMPLETED, live=True, events=events, checked_in_at=begun_at, checked_out_at=left_at)


def _cancelled(chance: Chance, agreed: AgreedTerms, booked_at: datetime, now: datetime) -> Outcome | None:
    """Left some time between booking and the start; None where there was no such time yet."""
    minutes = int((min(agreed.starts_at, now) - booked_at).total_seconds()) // 60
    if minutes < 2:
        return None
    at = booked_at + timedelta(minutes=chance.randrange(1, minutes))
    actor = CLIENT if likely(chance, 82) else PROVIDER
    reason = weighted(chance, REASONS) if actor == CLIENT else None
    return left_by(agreed, actor, at, reason)


def left_by(agreed: AgreedTerms, actor: str, at: datetime, reason: str | None = None) -> Outcome | None:
    """A visit that one of the two cancels at an instant, with the fee or the credit that was agreed; None where that is not allowed."""
    verdict = assess_cancellation(VisitFacts(agreed, CONFIRMED), actor=actor, now=at, reason=reason, waivers_left=2)
    if not verdict.allowed:
        return None
    facts: dict[str, object] = {"fee_cents": verdict.fee_cents, "refund_cents": verdict.refund_cents, "tier": verdict.tier, "sequence": 1}
    if verdict.credit_cents:
        facts["credit_cents"] = verdict.credit_cents
    return Outcome(
        CANCELLED, live=False, events=(Event(at, actor, CANCELLED, facts),), fee_cents=verdict.fee_cents, due_cents=verdict.fee_cents,
        waived_cents=verdict.waived_cents, credit_cents=verdict.credit_cents, sequence=1,
        cancelled_at=at, cancelled_by=actor, cancel_reason=reason,
    )  # fmt: skip


def _missed(agreed: AgreedTerms, at: datetime) -> Outcome:
    verdict = assess_no_show(VisitFacts(agreed, CONFIRMED), now=at)
    event = Event(at, PROVIDER, NO_SHOW, {"fee_cents": verdict.fee_cents})
    return Outcome(NO_SHOW, live=False, events=(event,), fee_cents=verdict.fee_cents, due_cents=verdict.fee_cents, sequence=1)


def _requested(booked_at: datetime, starts_at: datetime, now: datetime) -> Outcome | None:
    """A request that still waits for its clearance, where its deadline has not passed."""
    due_at = clearance_due_at(booked_at, starts_at)
    return Outcome(REQUESTED, live=True, events=(), respond_by_at=due_at) if now < due_at < starts_at else None


def booked_event(outcome: Outcome, agreed: AgreedTerms, total_cents: int) -> Event:
    """The first line of the history, as booking writes it."""
    if agreed.booked_at is None:
        raise ValueError("only what was booked has a history")
    facts: dict[str, object] = {"starts_at": agreed.starts_at.isoformat(), "total_cents": total_cents, "sequence": 0}
    return Event(agreed.booked_at, CLIENT, REQUESTED if outcome.status == REQUESTED else "booked", facts)
