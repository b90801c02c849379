"""What programs say about plans and pauses, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from booking.outcomes.forms import to_tenths
from booking.outcomes.rules.measures import LONGEST_ACTIVITY, MEASURES
from booking.outcomes.rules.showing import trend_to_dict
from booking.plans.actions.decide_plan import Decision
from booking.plans.actions.look_at_plan import Opened
from booking.plans.actions.write_plan import PlanWanted
from booking.plans.models import CarePlanVersion
from booking.plans.queries.pauses import Paused, paused_of
from booking.plans.queries.plans import Whole
from booking.plans.rules.judging import DECISIONS, GoalSeen
from booking.plans.rules.referring import LONGEST_LETTER, LONGEST_REASON
from booking.plans.rules.written import (
    LONGEST_HOME,
    LONGEST_WORDS,
    MOST_EVERY,
    MOST_GOALS,
    MOST_VISITS,
    REVIEW_AFTER,
    Draft,
    Goal,
    goal_to_dict,
    goals_of,
)
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id
from providers.schedule.rules.hours import SETTINGS


def own_provider_id() -> int:
    """The viewer's practice; 0 where they have none yet."""
    return find_own_id(db.session(), desk_owner().account_id) or 0


def read_plan(body: Mapping[str, Any]) -> PlanWanted:
    """`{goals: [{words, measure, label?, target?}], visits, every_days?, review_after?, home?, service?, minutes?, setting?}`."""
    fields = Fields(body)
    goals = [_read_goal(fields, one) for one in fields.rows("goals", most=MOST_GOALS)]
    visits = fields.integer("visits", least=1, most=MOST_VISITS)
    every = fields.integer("every_days", 7, least=1, most=MOST_EVERY)
    review = fields.integer("review_after", min(REVIEW_AFTER, visits or REVIEW_AFTER), least=1, most=MOST_VISITS)
    home = fields.text("home", "", longest=LONGEST_HOME, blank=True)
    service, minutes = fields.text("service", None, longest=40), fields.integer("minutes", None, least=1, most=480)
    setting = fields.choice("setting", SETTINGS, None)
    fields.finish()
    return PlanWanted(Draft(tuple(goals), visits, every, review, home), service, minutes, setting)


def _read_goal(fields: Fields, row: Fields) -> Goal:
    words, measure = row.text("words", longest=LONGEST_WORDS), row.choice("measure", MEASURES)
    label, target = row.text("label", None, longest=LONGEST_ACTIVITY, blank=True), row.raw("target", None)
    tenths = to_tenths(target) if target is not None else None
    if target is not None and tenths is None:
        row.fault("target", "This must be a number with at most one digit after the point.")
    fields.adopt(row)
    return Goal(str(words), str(measure), label or None, tenths)


def read_version(body: Mapping[str, Any]) -> int:
    """`{version}`: which one was shown."""
    fields = Fields(body)
    version = fields.integer("version", least=1)
    fields.finish()
    return int(version)


def read_decision(body: Mapping[str, Any]) -> Decision:
    """`{decision: go_on|end, words?}`."""
    fields = Fields(body)
    decision, words = fields.choice("decision", DECISIONS), fields.text("words", "", longest=LONGEST_REASON, blank=True)
    fields.finish()
    return Decision(str(decision), words or "")


def read_pause(body: Mapping[str, Any]) -> tuple[str, str]:
    """`{words, letter?}`: what the client reads, and the draft for a physician."""
    fields = Fields(body)
    words, letter = fields.text("words", longest=LONGEST_REASON), fields.text("letter", "", longest=LONGEST_LETTER, blank=True)
    fields.finish()
    return str(words), letter or ""


def read_end(body: Mapping[str, Any]) -> str:
    """`{how: resumed|called_off}`."""
    fields = Fields(body)
    how = fields.choice("how", ("resumed", "called_off"))
    fields.finish()
    return str(how)


def read_policy(body: Mapping[str, Any]) -> list[str]:
    """`{services: [codes]}`."""
    fields = Fields(body)
    services = fields.texts("services")
    if len(services or ()) > 50:
        fields.fault("services", "At most 50 services.")
    fields.finish()
    return list(services)


def plan_line(whole: Whole) -> dict[str, Any]:
    """A plan without a word of what it says."""
    plan, current = whole.plan, whole.current
    return {
        "id": plan.public_id, "state": whole.state, "provider": {"slug": whole.provider.slug, "name": whole.provider.name},
        "client": {"name": whole.person.name}, "visits_done": whole.progress.done, "visits_booked": whole.progress.booked,
        "visits_expected": whole.progress.of, "every_days": current.every_days, "review_after": current.review_after,
        "next_review": whole.next_review, "review_due": whole.review_due, "begun_at": rfc3339(plan.begun_at),
        "ended_at": None if plan.ended_at is None else rfc3339(plan.ended_at),
    }  # fmt: skip


def plan_answer(whole: Whole) -> dict[str, Any]:
    """A plan as its client reads it: what counts, what was offered anew, and what was decided."""
    in_force = whole.in_force
    return {
        **plan_line(whole),
        "version": version_answer(whole, whole.newest),
        "in_force": None if in_force is None else in_force.number,
        "steps": [
            {
                "kind": step.kind,
                "version": step.number,
                "done": step.done,
                "at": rfc3339(step.at),
                "words": (step.content or {}).get("words"),
            }
            for step in whole.steps
        ],
    }


def version_answer(whole: Whole, version: CarePlanVersion) -> dict[str, Any]:
    """One version with its goals and its estimate."""
    estimate = version.estimate
    return {
        "number": version.number, "accepted": version.number in whole.accepted, "written_at": rfc3339(version.written_at),
        "goals": [goal_to_dict(goal) for goal in goals_of(version.content)], "home": version.content["home"], "visits": version.visits,
        "every_days": version.every_days, "review_after": version.review_after,
        "estimate": {
            "service": version.service_code, "minutes": version.minutes, "setting": version.setting, "each_cents": estimate["each_cents"],
            "visits": estimate["visits"], "total_cents": estimate["total_cents"], "currency": "USD", "as_of": estimate["as_of"],
            "promise": False,
        },
    }  # fmt: skip


def opened_answer(opened: Opened) -> dict[str, Any]:
    """A plan as its therapist reads it: with the goals as they stand, and the letter that could be sent."""
    seen = [_seen_answer(one) for one in opened.goals]
    return {**plan_answer(opened.whole), "goals_seen": seen, "verdict": opened.verdict, "letter_draft": opened.letter}


def _seen_answer(seen: GoalSeen) -> dict[str, Any]:
    return {**goal_to_dict(seen.goal), "trend": trend_to_dict(seen.trend), "improved": seen.improved, "reached": seen.reached}


def pause_answer(paused: Paused) -> dict[str, Any]:
    """A pause as both sides read it: the words, the letter's draft, and the visits that it keeps."""
    pause = paused.pause
    return {
        "id": pause.public_id, "provider": {"slug": paused.provider.slug, "name": paused.provider.name}, "words": pause.content["words"],
        "letter": pause.content["letter"], "begun_at": rfc3339(pause.begun_at),
        "ended_at": None if pause.ended_at is None else rfc3339(pause.ended_at), "ended_how": pause.ended_how,
        "appointments": paused_of(db.session(), pause) if pause.ended_at is None else [],
    }  # fmt: skip
