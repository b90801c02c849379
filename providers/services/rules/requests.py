"""Visits by request: a therapist says for a service where, and for whom, they confirm each booking themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplace.kernel.walltime import from_minute, local_day, to_minute, wall_minute_of_day, wall_spans

INSTANT, REQUEST = "instant", "request"

USUAL_ANSWER_HOURS, LONGEST_ANSWER_HOURS = 24, 24
# Beside the usual notice a request needs this much more, so that there is time to answer it before the notice begins.
ANSWER_LEAD_MINUTES = 30
# Whoever books late in a long hold leaves the therapist this long at least.
LEAST_ANSWER = timedelta(minutes=15)
# Nobody has to answer at night.
NIGHT_FROM, NIGHT_UNTIL, MORNING = 22 * 60, 8 * 60, 9 * 60


@dataclass(frozen=True, slots=True)
class ByRequest:
    """In which settings the therapist confirms each booking of a service, whether of new clients alone, and how long they take at most."""

    settings: frozenset[str] = frozenset()
    new_clients_only: bool = False
    answer_hours: int = USUAL_ANSWER_HOURS

    def asks(self, setting: str, *, met: bool) -> bool:
        """Whether a booking in this setting is a request; `met` says that the therapist has treated the client before."""
        return setting in self.settings and not (self.new_clients_only and met)


AT_ONCE = ByRequest()
"""Every booking is confirmed at once."""


def by_request_to_dict(rule: ByRequest) -> dict[str, object]:
    """The shape of a service's `by_request`."""
    return {"settings": sorted(rule.settings), "new_clients_only": rule.new_clients_only, "answer_hours": rule.answer_hours}


def by_request_from_dict(kept: Mapping[str, Any] | None) -> ByRequest:
    """The same again; None where every booking is confirmed at once."""
    if not kept:
        return AT_ONCE
    return ByRequest(frozenset(kept["settings"]), kept["new_clients_only"], kept["answer_hours"])


def answer_due_at(asked_at: datetime, starts_at: datetime, rule: ByRequest, notice_minutes: int, now: datetime) -> datetime:
    """Until when a therapist may answer what was asked at `asked_at`, exact to the second and counted in elapsed time.

    So many hours as they say themselves; nobody has to answer at night, so that an end between 10 PM and 8 AM becomes 9 AM, where that is
    not too late. Never later than the visit's notice before its start; but a quarter of an hour from now, where that is before the start.
    """
    asked_at, starts_at, now = (instant.astimezone(UTC) for instant in (asked_at, starts_at, now))
    latest = starts_at - timedelta(minutes=notice_minutes)
    own = asked_at.replace(microsecond=0) + timedelta(hours=rule.answer_hours)
    morning = night_over(own)
    due = morning if morning <= latest else min(own, latest)
    return max(due, min(now.replace(microsecond=0) + LEAST_ANSWER, starts_at))


def night_over(at: datetime) -> datetime:
    """An instant, or 9 AM after the night in which it lies: from 10 PM until 8 AM nobody has to answer."""
    clock = wall_minute_of_day(to_minute(at))
    if NIGHT_UNTIL <= clock < NIGHT_FROM:
        return at
    day = local_day(to_minute(at)) + timedelta(days=1 if clock >= NIGHT_FROM else 0)
    return from_minute(wall_spans(day, MORNING, MORNING + 1)[0][0])
