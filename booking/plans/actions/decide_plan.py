"""A therapist has looked whether a plan helps: it goes on, or it is over. To change it is to write it anew, to refer back is a pause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.plans.changes import Told, add_step, lock_plan, look_at_goals, tell_client
from booking.plans.models import CarePlan
from booking.plans.queries.plans import Whole, get_plan
from booking.plans.rules.judging import GO_ON, STOP_WORDS, UNMEASURED, UNMEASURED_WORDS, must_say_why, verdict
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused


@dataclass(frozen=True)
class Decision:
    """What was decided, and why in words."""

    code: str
    words: str = ""


def decide_plan(public_id: str, said: Decision, provider_id: int, actor: str, base_url: str, now: datetime) -> Whole:
    """Go on, at a point of review, with a reason where nothing has improved; or end the plan, at any time. Booked visits stay as they are.

    Raises NotFound, Conflict `wrong_state`, Refused `reason_needed`.
    """
    mine = CarePlan.provider_id == provider_id
    with transaction() as session:
        whole = lock_plan(session, public_id, mine)
        if whole.plan.ended_at is not None:
            raise Conflict("wrong_state", "This plan is over already.")
        if said.code == GO_ON:
            _check_going_on(session, whole, said.words)
            add_step(session, whole, "went_on", actor, now, {"words": said.words.strip()})
        else:
            add_step(session, whole, "ended", actor, now, {"words": said.words.strip()})
            whole.plan.ended_at = now
            tell_client(session, Told("plan_ended", public_id, whole.person, whole.provider.name), base_url, now)
        return get_plan(session, public_id, mine)


def _check_going_on(session: Session, whole: Whole, words: str) -> None:
    if not whole.review_due:
        raise Conflict("wrong_state", "There is nothing to decide now: no point of review has been reached.")
    found = verdict(look_at_goals(session, whole))
    if must_say_why(found) and not words.strip():
        sentence = UNMEASURED_WORDS if found == UNMEASURED else STOP_WORDS
        raise Refused("reason_needed", sentence, faults=[FieldFault("words", sentence)])
