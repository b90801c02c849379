"""Taking and giving back a provider's minutes, inside the caller's transaction; the only way claims are written. And hours as stated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.kernel.errors import Conflict
from providers.registry.changes import note_change
from providers.schedule.models import Claim, HoursStatement
from providers.schedule.rules.hours import WeeklyRange, stated_to_list

APPOINTMENT, HOLD, BLOCK, OUTSIDE = "appointment", "hold", "block", "outside"
TAKEN = "This time has just been taken."


@dataclass(frozen=True)
class ClaimFacts:
    """Minutes to take: the thing itself [begin, end) in epoch minutes, its pads, and where it is."""

    begin_minute: int
    end_minute: int
    before_minutes: int = 0
    after_minutes: int = 0
    place_id: int | None = None
    zip: str | None = None


def claim_time(
    session: Session, provider_id: int, kind: str, facts: ClaimFacts, *, expires_at: datetime | None = None, note: str | None = None
) -> Claim:
    """Take the minutes, or raise Conflict `slot_taken`: the database has the last word, whatever was judged before.

    The caller holds the provider's lock (`lock_provider`) and has flipped expired claims. After the Conflict the
    transaction must end.
    """
    claim = Claim(
        provider_id=provider_id,
        kind=kind,
        begin_minute=facts.begin_minute,
        end_minute=facts.end_minute,
        before_minutes=facts.before_minutes,
        after_minutes=facts.after_minutes,
        place_id=facts.place_id,
        zip=facts.zip,
        expires_at=expires_at,
        note=note,
    )
    session.add(claim)
    _flush(session)
    note_change(session, provider_id)
    return claim


def turn_claim(session: Session, claim: Claim, kind: str, *, expires_at: datetime | None) -> None:
    """Make a live claim one of another kind, with another end of its own: not for an instant are the minutes free.

    Raises Conflict `slot_taken` when the minutes were given back meanwhile: whoever waited at the lock has an old clock.
    """
    _check_live(claim)
    claim.kind, claim.expires_at = kind, expires_at
    session.flush()
    note_change(session, claim.provider_id)


def move_claim(session: Session, claim: Claim, facts: ClaimFacts) -> None:
    """Put a live claim elsewhere: the old minutes are free at once. Raises Conflict `slot_taken`, also when it is not live any more."""
    _check_live(claim)
    claim.begin_minute, claim.end_minute = facts.begin_minute, facts.end_minute
    claim.before_minutes, claim.after_minutes = facts.before_minutes, facts.after_minutes
    claim.place_id, claim.zip = facts.place_id, facts.zip
    _flush(session)
    note_change(session, claim.provider_id)


def release_claim(session: Session, claim: Claim) -> None:
    """Give the minutes back; the row stays as history."""
    claim.live = False
    session.flush()
    note_change(session, claim.provider_id)


def flip_expired(session: Session, provider_id: int, now: datetime) -> None:
    """Give back what holds of this provider have let run out, so that the database's guarantee does not keep it."""
    session.execute(
        update(Claim)
        .where(Claim.provider_id == provider_id, Claim.live, Claim.expires_at <= now)
        .values(live=False)
        .execution_options(synchronize_session="fetch")
    )


def note_hours(session: Session, provider_id: int, weekly: Iterable[WeeklyRange], now: datetime) -> None:
    """Keep a week as it was stated, unless it is the one that was stated last."""
    rows = stated_to_list(weekly)
    wanted = select(HoursStatement.weekly).where(HoursStatement.provider_id == provider_id)
    if session.scalar(wanted.order_by(HoursStatement.id.desc()).limit(1)) != rows:
        session.add(HoursStatement(provider_id=provider_id, stated_at=now, weekly=rows))


def _check_live(claim: Claim) -> None:
    if not claim.live:
        raise Conflict("slot_taken", TAKEN)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "overlap" in str(error.orig):
            raise Conflict("slot_taken", TAKEN) from error
        raise
