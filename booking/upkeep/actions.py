"""Mending what can be derived anew, and flagging what a person must act on."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.letters import REMINDER
from booking.appointments.changes.loading import lock_appointment
from booking.upkeep.queries import coming_visits, ended_with_reminders, stuck_time
from booking.upkeep.rules import LAPSED, LIVE
from marketplace.audit import Deed, record
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.outbox.changes import withdraw_letters
from providers.schedule.changes import release_claim

DOER = "command:check"
JOB = "job:flag lapses"


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
