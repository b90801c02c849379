"""What follows from a record, and letters about it, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.letters import Sending, letter_facts, with_guest_key
from booking.appointments.queries import Booked
from booking.appointments.rules.states import PROVIDER
from booking.reliability.models import ReliabilityLift, ReliabilityStep, VisitLateness
from booking.reliability.queries import Assessment, assess
from booking.reliability.rules.policies import LEVELS
from marketplace.accounts.queries import get_account
from marketplace.outbox.changes import enqueue_letter
from providers.limits.changes import put_limit
from providers.registry.changes import lock_provider, note_deed
from providers.registry.models import Provider

RULE = "rule:reliability"
VISIT_LATE, PROVIDER_VISIT_LATE = "visit_late", "provider_visit_late"
CHANGED, LIFTED = "reliability_changed", "reliability_lifted"


def judge_provider(session: Session, provider_id: int, base_url: str, now: datetime) -> bool:
    """Bring what was told and what rests on a provider in line with their record as it is now; tells whether anything was different."""
    provider = lock_provider(session, provider_id)
    found = assess(session, [provider_id], now)[provider_id]
    if found.settled:
        return False
    if found.level != found.standing.level:
        _take_step(session, provider, found, base_url, now)
    put_limit(session, provider, found.due_limit, RULE, now)
    return True


def _take_step(session: Session, provider: Provider, found: Assessment, base_url: str, now: datetime) -> None:
    record = found.record
    step = ReliabilityStep(
        provider_id=provider.id, level=found.level, points=record.points, lines=record.lines, kept=record.kept,
        policy_version=found.figures.version, at=now,
    )  # fmt: skip
    session.add(step)
    session.flush()
    details = {"level": found.level, "before": found.standing.level, "points": record.points, "lines": record.lines, "kept": record.kept}
    note_deed(session, provider, RULE, "reliability_step", now, **details, policy_version=found.figures.version)
    facts = {
        "name": provider.name, "level": found.level, "up": LEVELS.index(found.level) > LEVELS.index(found.standing.level),
        "lines": record.lines, "days": found.figures.window_days, "link": f"{base_url}/provider/reliability",
    }  # fmt: skip
    _write(session, provider, CHANGED, step.public_id, facts, now)


def write_lifted(session: Session, provider: Provider, lift: ReliabilityLift, base_url: str, now: datetime) -> None:
    """Tell a therapist what staff lifted, until when and why."""
    facts = {
        "name": provider.name, "until_on": lift.until_on.isoformat(), "reason": lift.reason, "link": f"{base_url}/provider/reliability",
    }  # fmt: skip
    _write(session, provider, LIFTED, lift.public_id, facts, now)


def write_said(session: Session, booked: Booked, said: VisitLateness, until_at: datetime, base_url: str, now: datetime) -> None:
    """Tell the other side what was said of a visit's beginning: once for each statement, and once more where minutes given are added."""
    visit, to_client = booked.appointment, said.side == PROVIDER
    if to_client and (booked.person.email is None or (said.minutes == 0 and said.given_minutes is None)):
        return
    sending = with_guest_key(session, visit, Sending(base_url)) if to_client else Sending(base_url)
    email = booked.person.email if to_client else get_account(session, booked.provider.account_id).email
    kind = VISIT_LATE if to_client else PROVIDER_VISIT_LATE
    facts = letter_facts(booked, sending, for_provider=not to_client, to=email) | {
        "late_minutes": said.minutes, "given_minutes": said.given_minutes, "back_cents": said.back_cents, "until": until_at.isoformat(),
    }  # fmt: skip
    key = f"{kind}:{visit.public_id}:{'given' if said.given_minutes is not None else 'said'}"
    enqueue_letter(session, key=key, kind=kind, recipient=str(email), facts=facts, now=now, about=visit.public_id)


def _write(session: Session, provider: Provider, kind: str, about: str, facts: Mapping[str, object], now: datetime) -> None:
    recipient = get_account(session, provider.account_id).email
    enqueue_letter(session, key=f"{kind}:{about}", kind=kind, recipient=recipient, facts=facts, now=now, about=about)
