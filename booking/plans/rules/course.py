"""How far a plan has come: which visits are of it, what it waits for, and when one has to look whether it helps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.appointments.rules.states import COMPLETED, LIVE

# Nothing accepted yet; in force; in force while a newer version waits for the client; paused; over.
OFFERED, ACCEPTED, CHANGED, PAUSED, ENDED = "offered", "accepted", "changed", "paused", "ended"
STATES = (OFFERED, ACCEPTED, CHANGED, PAUSED, ENDED)


@dataclass(frozen=True)
class PlanVisit:
    """One visit of the client with the therapist, calls left out."""

    id: int
    starts_at: datetime
    status: str


@dataclass(frozen=True)
class Progress:
    """Visits of a plan: how many took place, how many more are booked, how many are expected in all."""

    done: int
    booked: int
    of: int


def numbers(visits: Iterable[PlanVisit], begun_at: datetime, ended_at: datetime | None) -> Mapping[int, int]:
    """Which visit of a plan each visit is, counted from 1 by its start.

    Those count that begin after the visit at which the plan was written and before the plan ended, and that took place or are to.
    """
    mine = [
        one
        for one in visits
        if one.starts_at > begun_at and (ended_at is None or one.starts_at < ended_at) and (one.status == COMPLETED or one.status in LIVE)
    ]
    return {one.id: place for place, one in enumerate(sorted(mine, key=lambda one: (one.starts_at, one.id)), 1)}


def progress(visits: Collection[PlanVisit], counted: Collection[int], of: int) -> Progress:
    """How far a plan of `of` visits has come; `counted` are the ids of those that are of it."""
    done = sum(one.id in counted and one.status == COMPLETED for one in visits)
    return Progress(done, len(counted) - done, of)


def state_of(*, ended: bool, paused: bool, accepted: Collection[int], newest: int) -> str:
    """Where a plan stands; `accepted` are the numbers of the versions that the client has said yes to, `newest` the number of the last."""
    if ended:
        return ENDED
    if paused:
        return PAUSED
    if newest in accepted:
        return ACCEPTED
    return CHANGED if accepted else OFFERED


def review_due(done: int, seen: int, *, review_after: int, of: int) -> bool:
    """Whether one has to look now: so many visits since one last looked (`seen` were done then), or all that were expected."""
    return done > seen and (done - seen >= review_after or done >= of)


def next_review(seen: int, *, review_after: int, of: int) -> int:
    """After which visit one looks again."""
    return min(seen + review_after, of) if seen < of else seen + 1
