"""Mending what can be derived anew, and flagging what a person must act on."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.changes.letters import REMINDER
from booking.upkeep.queries import ended_with_reminders, stuck_time
from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.outbox.changes import withdraw_letters
from providers.schedule.changes import release_claim

DOER = "command:check"


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
