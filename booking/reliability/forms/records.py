"""A record as programs read it, and what staff send to lift a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from booking.reliability.models import ReliabilityLift, ReliabilityStep
from booking.reliability.queries import Assessment, assess, list_lifts, list_steps, load_providers, touched_providers
from booking.reliability.rules.levels import LEVEL_WORDS, LONGEST_REASON
from booking.reliability.rules.lines import WHYS, Line
from booking.reliability.rules.policies import Figures
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields
from providers.registry.forms import desk_owner, provider_line
from providers.registry.models import Provider
from providers.registry.queries import find_own_id


@dataclass(frozen=True)
class Whole:
    """One provider's record with what followed from it so far."""

    found: Assessment
    steps: tuple[ReliabilityStep, ...]
    lifts: tuple[ReliabilityLift, ...]


def own_provider_id() -> int:
    """The viewer's practice; 0 where they have none yet."""
    return find_own_id(db.session(), desk_owner().account_id) or 0


def whole_record(provider_id: int, now: datetime) -> Whole:
    """The record of a provider as of now."""
    session = db.session()
    found = assess(session, [provider_id], now)[provider_id]
    return Whole(found, tuple(list_steps(session, provider_id)), tuple(list_lifts(session, provider_id)))


def everybody(now: datetime) -> list[tuple[Provider, Assessment]]:
    """Providers on whose record something stands, the most points first, then by name."""
    session = db.session()
    found = assess(session, touched_providers(session, now), now)
    rows = [(provider, found[provider.id]) for provider in load_providers(session, found)]
    return sorted(rows, key=lambda row: (-row[1].record.points, row[0].name, row[0].slug))


def record_answer(whole: Whole) -> dict[str, Any]:
    """A record with every line and why it counts or does not."""
    found = whole.found
    return {
        **sums_answer(found),
        "from": found.from_on.isoformat(),
        "until": found.until_on.isoformat(),
        "lines": [_line_answer(line) for line in reversed(found.lines)],
        "steps": [_step_answer(step) for step in whole.steps],
        "lifts": [_lift_answer(lift) for lift in whole.lifts],
        "policy": policy_answer(found.figures),
    }


def sums_answer(found: Assessment) -> dict[str, Any]:
    """Where a provider stands: level, what rests on them, the sums."""
    record = found.record
    return {
        "level": found.standing.level,
        "level_words": LEVEL_WORDS[found.standing.level],
        "limit": found.limit,
        "points": record.points,
        "lines_counted": record.lines,
        "visits_kept": record.kept,
        "percent": record.percent,
        "lifted_until": found.lift.until_on.isoformat() if found.lift is not None else None,
    }


def everybody_answer(rows: list[tuple[Provider, Assessment]]) -> dict[str, Any]:
    """The staff's list."""
    return {"items": [{**provider_line(provider), **sums_answer(found)} for provider, found in rows], "next": None}


def policy_answer(figures: Figures) -> dict[str, Any]:
    """The figures that count, since when and why."""
    return {
        "version": figures.version,
        "effective_from": figures.effective_from.isoformat(),
        "reason": figures.reason,
        "window_days": figures.window_days,
        "late_notice_hours": figures.late_notice_hours,
        "late_from_minutes": figures.late_from_minutes,
        "very_late_from_minutes": figures.very_late_from_minutes,
        "excused_a_year": figures.excused_a_year,
        "points": dict(figures.points),
        "levels": [{"level": one.level, "points": one.points, "percent": one.percent} for one in figures.levels],
    }


def read_lift(body: Mapping[str, Any]) -> tuple[str, date]:
    """`{reason, until_on}`."""
    fields = Fields(body)
    reason, until = fields.text("reason", longest=LONGEST_REASON), fields.written_day("until_on")
    if until is None:
        fields.fault("until_on", "Say until which day.")
    fields.finish()
    return str(reason), until or date.min


def _line_answer(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "at": rfc3339(line.at),
        "appointment": line.visit,
        "reference": line.reference,
        "why": line.why,
        "detail": WHYS[line.why],
        "counts": line.counts,
        "points": line.points,
        "minutes": line.minutes,
        "counts_until": line.counts_until_on.isoformat(),
    }


def _step_answer(step: ReliabilityStep) -> dict[str, Any]:
    return {
        "level": step.level,
        "at": rfc3339(step.at),
        "points": step.points,
        "lines_counted": step.lines,
        "visits_kept": step.kept,
        "policy_version": step.policy_version,
    }


def _lift_answer(lift: ReliabilityLift) -> dict[str, Any]:
    return {"reason": lift.reason, "until": lift.until_on.isoformat(), "at": rfc3339(lift.lifted_at)}
