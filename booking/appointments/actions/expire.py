"""What ends by itself: holds that ran out and requests whose clearance, or whose therapist's answer, did not come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import null, update

from booking.appointments.changes.cards import close_cards
from booking.appointments.changes.couples import end_beside
from booking.appointments.changes.discounts import give_code_back
from booking.appointments.changes.history import Doer, write_history
from booking.appointments.changes.letters import Sending, write_expired
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.models import Hold
from booking.appointments.queries import overdue_requests, run_out_holds
from booking.appointments.rules.holding import DRAFTS_KEPT
from booking.appointments.rules.states import EXPIRED, REQUESTED, SYSTEM
from booking.packages.changes import give_back
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from providers.registry.changes import lock_provider
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim

JOB = Doer(SYSTEM, "job:expire")


def expire_holds(now: datetime) -> int:
    """Mark holds that have run out and give their minutes back; counts them. Nothing waited for this: they did not block any more."""
    return one_by_one("expire holds", run_out_holds(db.session(), now), lambda hold_id: _expire_hold(hold_id, now))


def _expire_hold(hold_id: int, now: datetime) -> None:
    with transaction() as session:
        hold = session.get_one(Hold, hold_id)
        lock_provider(session, hold.provider_id)
        session.refresh(hold)
        claim = session.get_one(Claim, hold.claim_id)
        if hold.state == "live" and (hold.expires_at <= now or not claim.live):
            hold.state = "expired"
            if claim.live:
                release_claim(session, claim)


def forget_drafts(now: datetime) -> int:
    """Forget what was typed at checkouts that led to nothing, health answers and addresses among it; counts the holds."""
    with transaction() as session:
        old = update(Hold).where(Hold.draft.is_not(None), Hold.created_at < now - DRAFTS_KEPT).values(draft=null())
        return int(getattr(session.execute(old), "rowcount", 0))


def expire_requests(now: datetime, base_url: str) -> int:
    """End requests whose deadline has passed, tell their clients; counts them."""
    overdue = overdue_requests(db.session(), now)
    return one_by_one("expire requests", overdue, lambda public_id: _expire_request(public_id, base_url, now))


def _expire_request(public_id: str, base_url: str, now: datetime) -> bool:
    with transaction() as session:
        booked = lock_appointment(session, public_id)
        visit = booked.appointment
        if visit.status != REQUESTED or visit.respond_by_at is None or visit.respond_by_at > now:
            return False
        visit.status = EXPIRED
        visit.sequence += 1
        close_cards(session, visit, JOB, now)
        release_claim(session, session.get_one(Claim, visit.claim_id))
        give_back(session, visit.id, now)
        give_code_back(session, visit, now)
        write_history(session, visit, EXPIRED, JOB, now, {"waited_for": list(visit.attention)})
        write_expired(session, booked, Sending(base_url), now)
        end_beside(session, booked, REQUESTED, JOB, base_url, now)
        visit.attention = []
        return True
