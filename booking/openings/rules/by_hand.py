"""What speaks against a start that a therapist or the staff choose by hand: every rule on its own, and which of them may be passed over.

The limits are those of every other start. What protects others (standing, staffing at late hours, minutes and rooms that are taken) is
never passed over; what is the therapist's own wish about their time is theirs to set aside, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from booking.openings.rules.abroad import too_late, too_near_the_edges
from booking.openings.rules.grid import join_stretches
from booking.openings.rules.limits import earliest_start, full_days, full_weeks, latest_start, standing_starts, taken_starts, tiring_starts
from booking.openings.rules.question import Question
from booking.openings.rules.reach import Reach
from booking.openings.rules.rooms import has_room
from booking.openings.rules.staffing import barred_starts, late_spans
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import hour_words, to_minute_up
from providers.schedule.rules.clinics import NO_ROOM as NO_ROOM_WORDS

IN_THE_PAST, NOT_BOOKABLE, NOT_STAFFED, OVERLAP, NO_ROOM = "in_the_past", "not_bookable", "not_staffed", "overlap", "no_room"
TOO_SOON, TOO_FAR, OUTSIDE, LATE = "too_soon", "too_far_ahead", "outside_hours", "after_latest_start"
BUFFERS, DAY_FULL, WEEK_FULL, BREAK, WAY = "buffers", "day_full", "week_full", "break_needed", "not_reachable"
NEVER = frozenset({IN_THE_PAST, NOT_BOOKABLE, NOT_STAFFED, OVERLAP, NO_ROOM})
OVERRIDABLE = (TOO_SOON, TOO_FAR, OUTSIDE, LATE, BUFFERS, DAY_FULL, WEEK_FULL, BREAK, WAY)
"""In the order in which they are said."""


# How far ahead a day can be full, whatever can be booked.
FAR_DAYS = 36_500

Places = Sequence[int | None]


@dataclass(frozen=True)
class Objection:
    """One rule that says no: its code, and the sentence for whoever books."""

    code: str
    sentence: str

    @property
    def overridable(self) -> bool:
        """Whether it may be passed over with a reason."""
        return self.code not in NEVER


@dataclass(frozen=True)
class Weighed:
    """Everything that speaks against a start, and the provider's place that is open then (None: none is)."""

    objections: tuple[Objection, ...]
    place_id: int | None


def weigh(question: Question, start: int, usual_place: int | None = None) -> Weighed:
    """Ask every rule about a start in epoch minutes. Outside the hours kept the visit would be at `usual_place`.

    Without any objection the start lies within the hours and is free; only the grid of starts and what is shown to fill gaps are left
    aside, which are about offering and not about time.
    """
    open_places = _open_places(question, start)
    barred = barred_starts(question)
    staffed = [place for place in open_places if not _within(start, barred.get(place, ()))]
    places = staffed or open_places or [usual_place]
    found = [*_by_day(question, start), *_by_hours(question, start, open_places, staffed), *_by_visits(question, start)]
    roomy = [place for place in places if has_room(question, place, start)]
    if not roomy:
        found.append(Objection(NO_ROOM, NO_ROOM_WORDS))
    places = roomy or places
    reached = [place for place in places if _reachable(question, place, start)]
    if not reached or _within(start, too_near_the_edges(question)):
        found.append(Objection(WAY, "There is not enough time to travel to or from the visits around this one."))
    return Weighed(tuple(found), (reached or places)[0])


def _by_day(question: Question, start: int) -> Iterator[Objection]:
    if start < to_minute_up(question.now):
        yield Objection(IN_THE_PAST, "This time has passed.")
    elif start < earliest_start(question):
        yield Objection(
            TOO_SOON, f"This is inside the notice kept: visits are booked at least {_spoken(question.rules.notice_minutes)} ahead."
        )
    if start >= latest_start(question):
        yield Objection(TOO_FAR, f"This is further ahead than the {question.rules.horizon_days} days that can be booked.")
    if not _within(start, standing_starts(question.standing, question.visit.minutes)):
        yield Objection(NOT_BOOKABLE, "A required credential is not in force on that day. Nobody can pass over this.")


def _by_hours(question: Question, start: int, open_places: Places, staffed: Places) -> Iterator[Objection]:
    if not open_places:
        yield Objection(OUTSIDE, "This is outside the hours kept.")
    if not staffed and question.late is not None and late_spans(start, start + 1, question.late, question.zone):
        yield Objection(NOT_STAFFED, "Evening and night visits are given by full-time staff within their stated hours only.")
    if question.last_start is not None and _within(start, too_late(question, start, start + 1)):
        yield Objection(LATE, f"A visit like this one begins at {hour_words(question.last_start)} at the latest.")


def _by_visits(question: Question, start: int) -> Iterator[Objection]:
    end = start + question.visit.minutes
    if any(one.begin_minute < end and start < one.end_minute for one in question.taken):
        yield Objection(OVERLAP, "These minutes are taken already. Nobody can pass over this.")
    elif _within(start, taken_starts(question.taken, question.visit)):
        yield Objection(BUFFERS, "The minutes kept free before or after a visit would be shorter.")
    anytime = replace(question, rules=replace(question.rules, notice_minutes=0, horizon_days=FAR_DAYS))
    if _within(start, full_days(anytime)):
        yield Objection(DAY_FULL, "The day has as many visits or minutes as are taken on one day.")
    if _within(start, full_weeks(anytime)):
        yield Objection(WEEK_FULL, "The week has as many visits or minutes as are taken in one week.")
    if _within(start, tiring_starts(question)):
        yield Objection(BREAK, "A break would be missing around this time.")


def _open_places(question: Question, start: int) -> list[int | None]:
    """The places at which the whole visit lies within the hours kept."""
    end = start + question.visit.minutes
    return [place for opens, closes, _, place in join_stretches(question.spans) if opens <= start and end <= closes]


def _reachable(question: Question, place_id: int | None, start: int) -> bool:
    return question.travel is None or bool(Reach(question, question.travel).within(range(start, start + 1), place_id))


def _within(start: int, spans: Sequence[Span]) -> bool:
    return any(begin <= start < end for begin, end in spans)


def _spoken(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if rest:
        return f"{minutes} minutes"
    return "1 hour" if hours == 1 else f"{hours} hours"
