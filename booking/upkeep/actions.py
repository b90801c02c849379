"""Mending what can be derived anew, and flagging what a person must act on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from booking.appointments.changes.letters import REMINDER
from booking.appointments.changes.loading import lock_appointment
from booking.appointments.models import Hold
from booking.screening.models import Consent, Screening
from booking.upkeep.queries import coming_visits, ended_with_reminders, idle_guests, stuck_time
from booking.upkeep.rules import GUESTS_KEPT, LAPSED, LIVE
from marketplace.accounts.models import Person
from marketplace.audit import Deed, record
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.outbox.changes import withdraw_letters
from providers.schedule.changes import release_claim
from providers.schedule.models import Claim

DOER = "command:check"
JOB = "job:flag lapses"
FORGETTING = "job:forget guests"
GUESTS_A_BATCH = 200


def take_back_reminders(now: datetime) -> int:
    """Withdraw reminders of visits that will not take place; counts the visits."""
    with transaction() as session:
        ended = ended_with_reminders(session)
        for public_id in ended:
            withdraw_letters(session, about=public_id, kinds=(REMINDER,), now=now)
        return len(ended)


def free_ended_time(now: datetime) -> int:
    """Give back the minutes of visits that will not take place; counts them. The opposite (a visit without time) needs a person."""
    with transaction() as session:
        stuck = stuck_time(session)
        for public_id, claim in stuck:
            release_claim(session, claim)
            record(session, Deed(now, DOER, "appointment.time_freed", "appointment", public_id))
        return len(stuck)


def flag_lapses(now: datetime) -> int:
    """Put a sign on coming visits whose provider is not in standing at their time, take it off where they are again; counts both."""
    wrong = [(visit.public_id, stands) for visit, stands in coming_visits(db.session(), now) if stands == (LAPSED in visit.attention)]
    standing = dict(wrong)
    return one_by_one("flag lapses", standing, lambda public_id: _flag_lapse(public_id, now, stands=standing[public_id]))


def _flag_lapse(public_id: str, now: datetime, *, stands: bool) -> None:
    with transaction() as session:
        visit = lock_appointment(session, public_id).appointment
        others = [code for code in visit.attention if code != LAPSED]
        visit.attention = others if stands or visit.status not in LIVE else [*others, LAPSED]
        verb = "appointment.standing_restored" if stands else "appointment.provider_lapsed"
        record(session, Deed(now, JOB, verb, "appointment", public_id))


def forget_guests(now: datetime) -> int:
    """Forget guests who booked nothing, a day after they last held a time: their answers, consents and ended holds too; counts them."""
    forgotten = 0
    while True:
        with transaction() as session:
            idle = idle_guests(session, now - GUESTS_KEPT, GUESTS_A_BATCH)
            _forget(session, idle)
            if idle:
                record(session, Deed(now, FORGETTING, "guests_forgotten", "guests", "idle", {"count": len(idle)}))
        forgotten += len(idle)
        if len(idle) < GUESTS_A_BATCH:
            return forgotten


def _forget(session: Session, person_ids: list[int]) -> None:
    claims = session.scalars(select(Hold.claim_id).where(Hold.person_id.in_(person_ids))).all()
    for table in (Hold, Screening, Consent):
        session.execute(delete(table).where(table.person_id.in_(person_ids)))
    session.execute(delete(Claim).where(Claim.id.in_(claims)))
    session.execute(delete(Person).where(Person.id.in_(person_ids)))
