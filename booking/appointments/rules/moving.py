"""Whether a visit may be moved. Moving is free while cancelling is; after that the notice has passed.

Reading of the default terms: any number of moves is free while cancelling is free, and none of them uses up a free move. Once
cancelling costs a fee the answer is `notice_passed`, and cancelling with its fee is the way, unless the house lets free moves
reach inside that time: then a move uses one up while one is left. A provider or admin may move up to the start, never at the
client's cost. So may the client of a provider who has lost the standing for the visit, or has paused it.

Terms with a `move_notice_hours` of their own end moving then and not before: until canceling costs a fee any number of moves is free,
after that each uses up a free move, and with less notice than that nobody but the other side moves the visit, however free canceling is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.appointments.rules.attention import PAUSED
from booking.appointments.rules.cancellation import VisitFacts
from booking.appointments.rules.states import ADMIN, CLIENT, CONFIRMED, PROVIDER, REQUESTED
from booking.quotes.rules.agreed import whole_second

# Whether a client's free moves reach into the time in which cancelling costs a fee. Off: they are refused there, always.
FREE_MOVES_REACH_INSIDE = False

NOTICE_PASSED = "notice_passed"


@dataclass(frozen=True)
class MoveVerdict:
    """Whether a move is allowed. `fee_cents` is what cancelling instead would cost; `free_moves_left` counts before this move."""

    allowed: bool
    code: str
    sentence: str
    fee_cents: int
    uses_free_move: bool
    free_moves_left: int


def assess_move(
    visit: VisitFacts,
    *,
    actor: str,
    now: datetime,
    new_starts_at: datetime | None = None,
    free_moves_reach_inside: bool = FREE_MOVES_REACH_INSIDE,
) -> MoveVerdict:
    """Whether `actor` may move the visit now.

    Codes: free, free_move, by_provider, provider_lapsed, paused; notice_passed, already_started, wrong_state, same_time,
    in_the_past, forbidden.
    """
    agreed = visit.agreed
    left = max(0, agreed.terms.free_moves - visit.free_moves_used)
    refusal = _refusal(visit, actor, now, new_starts_at)
    if refusal is not None:
        return MoveVerdict(False, *refusal, fee_cents=0, uses_free_move=False, free_moves_left=left)
    if actor != CLIENT:
        return MoveVerdict(True, "by_provider", "The client pays nothing for this move.", 0, uses_free_move=False, free_moves_left=left)
    if visit.lapsed:
        sentence = "Your therapist cannot give this visit as planned, so moving it is free until it starts."
        return MoveVerdict(True, "provider_lapsed", sentence, 0, uses_free_move=False, free_moves_left=left)
    if visit.paused:
        sentence = "Your therapist has paused this visit, so moving it is free until it starts."
        return MoveVerdict(True, PAUSED, sentence, 0, uses_free_move=False, free_moves_left=left)
    fee_cents = agreed.fee_cents(agreed.percent_at(now))
    if visit.status != REQUESTED and agreed.move_until_at is not None and whole_second(now) > agreed.move_until_at:
        hours = agreed.terms.move_notice_hours
        sentence = f"This visit can be moved with at least {hours} {'hour' if hours == 1 else 'hours'} of notice. You can still cancel it."
        return MoveVerdict(False, NOTICE_PASSED, sentence, fee_cents, uses_free_move=False, free_moves_left=left)
    if fee_cents == 0 or visit.status == REQUESTED:
        return MoveVerdict(True, "free", "Moving is free now.", 0, uses_free_move=False, free_moves_left=left)
    if left and (free_moves_reach_inside or agreed.move_until_at is not None):
        return MoveVerdict(True, "free_move", "This uses a free move.", 0, uses_free_move=True, free_moves_left=left)
    sentence = "The time for moving this visit has passed. You can still cancel it, with the fee shown."
    return MoveVerdict(False, NOTICE_PASSED, sentence, fee_cents, uses_free_move=False, free_moves_left=left)


def nearest_first(starts: Sequence[datetime], wanted: datetime) -> list[datetime]:
    """Starts by how far they are from the one that was wanted; of two as far the earlier first."""
    return sorted(starts, key=lambda start: (abs(start - wanted), start))


def _refusal(visit: VisitFacts, actor: str, now: datetime, new_starts_at: datetime | None) -> tuple[str, str] | None:
    """Why nobody could move the visit now, if so."""
    if actor not in {CLIENT, PROVIDER, ADMIN}:
        return "forbidden", "This step is not yours to take."
    if visit.status not in {REQUESTED, CONFIRMED}:
        return "wrong_state", f"This visit is {visit.status.replace('_', ' ')}, so it cannot be moved."
    if whole_second(now) > visit.agreed.starts_at:
        return "already_started", "The visit has begun, so it cannot be moved any more."
    if new_starts_at is not None and new_starts_at == visit.agreed.starts_at:
        return "same_time", "The visit is at that time already."
    if new_starts_at is not None and new_starts_at <= now:
        return "in_the_past", "That time has passed."
    return None
