"""Which starts are closed because every treatment room of the clinic is taken then.

A visit takes a room for all the minutes that it takes of its therapist, its pads included: the room is set up and cleaned in them.
"""

from __future__ import annotations

from collections.abc import Sequence

from booking.openings.rules.question import Question, Visit
from booking.openings.rules.staffing import Barred
from marketplace.kernel.intervals import Span

NOTHING_BARRED: Barred = {}


def roomless_starts(full: Sequence[Span], visit: Visit) -> list[Span]:
    """Starts from which the visit with its pads would need a room at a minute at which all are taken."""
    reach = visit.minutes + visit.after_minutes - 1
    return [(begin - reach, end + visit.before_minutes) for begin, end in full]


def closed_starts(question: Question, barred: Barred) -> Barred:
    """By place the starts that are `barred`, and those for which there is no room. What is at nobody's place needs none."""
    if not question.full or question.visit.zip is not None or question.visit.is_call:
        return barred
    closed: dict[int | None, list[Span]] = {place: roomless_starts(full, question.visit) for place, full in question.full.items()}
    return {place: [*barred.get(place, ()), *closed.get(place, ())] for place in {*barred, *closed}}


def has_room(question: Question, place_id: int | None, start: int) -> bool:
    """Whether there is a room at a place for the visit when it begins at an epoch minute."""
    return not any(begin <= start < end for begin, end in closed_starts(question, NOTHING_BARRED).get(place_id, ()))
