"""The published status graph of an appointment, and who may take which step when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from marketplace.kernel.errors import Conflict

REQUESTED, CONFIRMED, CHECKED_IN, COMPLETED = "requested", "confirmed", "checked_in", "completed"
CANCELLED, NO_SHOW, EXPIRED = "cancelled", "no_show", "expired"
STATUSES = (REQUESTED, CONFIRMED, CHECKED_IN, COMPLETED, CANCELLED, NO_SHOW, EXPIRED)
LIVE = (REQUESTED, CONFIRMED, CHECKED_IN)

ACCEPT, DECLINE, CHECK_IN, COMPLETE, CANCEL, MISS, EXPIRE = "accept", "decline", "check_in", "complete", "cancel", "no_show", "expire"

CLIENT, PROVIDER, ADMIN, SYSTEM = "client", "provider", "admin", "system"

CHECK_IN_OPENS_MINUTES = 60

# The graph: from a status by a verb to the next one. What is not here does not happen.
GRAPH: dict[tuple[str, str], str] = {
    (REQUESTED, ACCEPT): CONFIRMED,
    (REQUESTED, DECLINE): CANCELLED,
    (REQUESTED, CANCEL): CANCELLED,
    (REQUESTED, EXPIRE): EXPIRED,
    (CONFIRMED, CHECK_IN): CHECKED_IN,
    (CONFIRMED, CANCEL): CANCELLED,
    (CONFIRMED, MISS): NO_SHOW,
    (CHECKED_IN, COMPLETE): COMPLETED,
    (CHECKED_IN, CANCEL): CANCELLED,
    (CHECKED_IN, MISS): NO_SHOW,
}

# A provider who forgot to check in may still complete: both steps of the graph are then taken and both are recorded.
IMPLIED: dict[tuple[str, str], tuple[str, ...]] = {(CONFIRMED, COMPLETE): (CHECK_IN, COMPLETE)}

ACTORS: dict[str, tuple[str, ...]] = {
    ACCEPT: (PROVIDER, ADMIN, SYSTEM),
    DECLINE: (PROVIDER,),
    CHECK_IN: (PROVIDER, ADMIN),
    COMPLETE: (PROVIDER, ADMIN),
    CANCEL: (CLIENT, PROVIDER, ADMIN),
    MISS: (PROVIDER, ADMIN),
    EXPIRE: (SYSTEM,),
}


@dataclass(frozen=True)
class StepVerdict:
    """Whether a step may be taken now. `path` is every status on the way, the last one is where it ends; `opens_at` when it may be."""

    allowed: bool
    code: str
    sentence: str
    path: tuple[str, ...] = ()
    opens_at: datetime | None = None


def path(status: str, verb: str) -> tuple[str, ...]:
    """The statuses a verb leads through, each one edge of the graph; empty where the graph has no way."""
    steps: list[str] = []
    for step in IMPLIED.get((status, verb), (verb,)):
        following = GRAPH.get((steps[-1] if steps else status, step))
        if following is None:
            return ()
        steps.append(following)
    return tuple(steps)


def next_status(status: str, verb: str) -> str:
    """Where a verb leads from a status; Conflict `wrong_state` where the graph has no way."""
    steps = path(status, verb)
    if not steps:
        raise Conflict("wrong_state", f"This visit is {status.replace('_', ' ')}; that step is not open any more or not open yet.")
    return steps[-1]


def opens_at(verb: str, starts_at: datetime, late_minutes: int) -> datetime | None:
    """From when a verb may be used: check-in an hour before the start, completing at it, a no-show once the wait is over."""
    start = starts_at.astimezone(UTC)
    return {
        CHECK_IN: start - timedelta(minutes=CHECK_IN_OPENS_MINUTES),
        COMPLETE: start,
        MISS: start + timedelta(minutes=late_minutes),
    }.get(verb)


def assess_step(verb: str, status: str, actor: str, *, starts_at: datetime, late_minutes: int, now: datetime) -> StepVerdict:
    """Whether `actor` may take the step now: the right person, a way in the graph, not too early. Codes: forbidden, wrong_state, too_early.

    Cancelling has more to it (fees, the start): ask `assess_cancellation`; missing has a fee: ask `assess_no_show`.
    """
    if actor not in ACTORS[verb]:
        return StepVerdict(allowed=False, code="forbidden", sentence="This step is not yours to take.")
    steps = path(status, verb)
    if not steps:
        sentence = f"This visit is {status.replace('_', ' ')}, so this step is not possible."
        return StepVerdict(allowed=False, code="wrong_state", sentence=sentence)
    opens = opens_at(verb, starts_at, late_minutes)
    if opens is not None and now < opens:
        return StepVerdict(allowed=False, code="too_early", sentence="It is too early for this step.", path=steps, opens_at=opens)
    return StepVerdict(allowed=True, code="allowed", sentence="", path=steps, opens_at=opens)
