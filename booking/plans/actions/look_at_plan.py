"""A therapist opens the plan of the client of a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.care.changes import note_read
from booking.care.queries.visits import get_in_care
from booking.plans.changes import look_at_goals
from booking.plans.queries.plans import Whole, find_plan
from booking.plans.rules.judging import GoalSeen, verdict
from booking.plans.rules.referring import LetterFacts, draft_letter
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound


@dataclass(frozen=True)
class Opened:
    """A plan with its goals as they stand, whether it helps, and a letter drawn from both."""

    whole: Whole
    goals: tuple[GoalSeen, ...]
    verdict: str
    letter: str


def find_opened(appointment: str, actor: str, now: datetime) -> Opened | None:
    """The plan of the client of a visit, for its therapist: written in the audit and in the client's log. None where there is none yet.

    The caller has made sure that the visit is theirs. Raises NotFound where the visit is not in care.
    """
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        whole = find_plan(session, booked.appointment.provider_id, booked.person.id)
        if whole is None:
            return None
        note_read(session, booked.person, "plan", actor, now, {"appointment": appointment})
        goals = look_at_goals(session, whole)
        facts = LetterFacts(whole.person.name, whole.provider.name, whole.began_on, whole.progress, goals)
        return Opened(whole, goals, verdict(goals), draft_letter(facts))


def open_plan(appointment: str, actor: str, now: datetime) -> Opened:
    """As `find_opened`. Raises NotFound where there is no plan too."""
    found = find_opened(appointment, actor, now)
    if found is None:
        raise NotFound("not_found", "There is no plan yet.")
    return found
