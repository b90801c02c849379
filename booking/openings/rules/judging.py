"""Judging one start: the same limits as the list of starts, asked one after the other for the reason."""

from __future__ import annotations

from collections.abc import Sequence

from booking.openings.rules.abroad import too_late, too_near_the_edges
from booking.openings.rules.grid import Stretch, free_runs, join_stretches
from booking.openings.rules.limits import earliest_start, full_days, full_weeks, latest_start, standing_starts, taken_starts, tiring_starts
from booking.openings.rules.packing import Packing, packs
from booking.openings.rules.question import Judgement, Question
from booking.openings.rules.reach import Reach
from booking.openings.rules.rooms import has_room
from booking.openings.rules.staffing import Barred, barred_starts
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import hour_words
from providers.schedule.rules.clinics import NO_ROOM

NOT_OPEN = "No visit of this length can begin at this time: it is not within the hours kept."
NOT_STAFFED = "Evening and night visits are given by full-time staff only, and this time is staffed part time or in rotation."
DAY_FULL = "This day is full: no more visits are taken on it."
WEEK_FULL = "This week is full: no more visits are taken in it."
BREAK_NEEDED = "The therapist has a break around this time. Choose another start."
CALLS_FULL = "This day has as many introductory calls as one day takes. Choose another day."
TOO_LATE = "A visit like this one begins at {time} at the latest. Choose an earlier time."
NO_TIME_FOR_THE_WAY = "There is not enough time to travel to or from this visit within the hours kept. Choose another time."
NOT_PACKED = {
    "leaves_gap": "This time would leave a gap beside another visit that is too short for anybody. Choose a time nearer to it.",
    "not_offered": "This time is not offered. Choose one of the times shown.",
}

_MINUTES_OF_HOUR = 60


def judge_start(question: Question, start_minute: int) -> Judgement:
    """Whether the visit can begin at an epoch minute: yes exactly when `find_starts` lists it in an unbounded window.

    Codes, in the order in which they are asked: too_soon, too_far_ahead, not_bookable (credentials), outside_hours
    (also beside the grid of starts, late without full-time staff, and after the day's last start), slot_taken (by the provider's own
    time, then by others in every room of the clinic), day_full, week_full, break_needed, not_reachable, leaves_gap, not_offered.
    """
    refusal = _refused_by_day(question, start_minute)
    if refusal is not None:
        return refusal
    barred = barred_starts(question)
    opened = [stretch for stretch in join_stretches(question.spans) if _offers(question, stretch, start_minute, {})]
    stretches = [stretch for stretch in opened if _offers(question, stretch, start_minute, barred)]
    if not stretches:
        return Judgement(ok=False, code="outside_hours", sentence=NOT_STAFFED if opened else NOT_OPEN)
    if question.last_start is not None and _within(start_minute, too_late(question, start_minute, start_minute + 1)):
        return Judgement(ok=False, code="outside_hours", sentence=TOO_LATE.format(time=hour_words(question.last_start)))
    if _within(start_minute, taken_starts(question.taken, question.visit)):
        return Judgement(ok=False, code="slot_taken", sentence="This time has just been taken.")
    places = [place for *_, place in stretches if has_room(question, place, start_minute)]
    if not places:
        return Judgement(ok=False, code="slot_taken", sentence=NO_ROOM)
    if _within(start_minute, full_days(question)):
        return Judgement(ok=False, code="day_full", sentence=CALLS_FULL if question.visit.is_call else DAY_FULL)
    if _within(start_minute, full_weeks(question)):
        return Judgement(ok=False, code="week_full", sentence=WEEK_FULL)
    if _within(start_minute, tiring_starts(question)):
        return Judgement(ok=False, code="break_needed", sentence=BREAK_NEEDED)
    if _within(start_minute, too_near_the_edges(question)):
        return Judgement(ok=False, code="not_reachable", sentence=NO_TIME_FOR_THE_WAY)
    return _judge_places(question, start_minute, places)


def _judge_places(question: Question, start: int, places: Sequence[int | None]) -> Judgement:
    """Where several places are open at a start, the first that can be reached and is offered."""
    reached = [place for place in places if _reachable(question, place, start)]
    if not reached:
        return Judgement(
            ok=False, code="not_reachable", sentence="There is not enough time to travel to or from the visits around this one."
        )
    packing = Packing(question) if packs(question) else None
    refused = {place: packing.refused(start, place) if packing else None for place in reached}
    for place, code in refused.items():
        if code is None:
            return Judgement(ok=True, code="ok", sentence="This time is free.", place_id=place)
    code = refused[reached[-1]] or "not_offered"
    return Judgement(ok=False, code=code, sentence=NOT_PACKED[code])


def _refused_by_day(question: Question, start: int) -> Judgement | None:
    """Notice, horizon and standing: what keeps a whole day or more from being booked."""
    if start < earliest_start(question):
        notice = _spoken(question.rules.notice_minutes)
        sentence = (
            f"This is too soon: visits are booked at least {notice} ahead." if question.rules.notice_minutes else "This time has passed."
        )
        return Judgement(ok=False, code="too_soon", sentence=sentence)
    if start >= latest_start(question):
        days = question.rules.horizon_days
        return Judgement(
            ok=False, code="too_far_ahead", sentence=f"This is too far ahead: visits are booked at most {_counted(days, 'day')} ahead."
        )
    if not _within(start, standing_starts(question.standing, question.visit.minutes)):
        return Judgement(
            ok=False, code="not_bookable", sentence="Visits on this day cannot be booked: a required credential is not in force."
        )
    return None


def _offers(question: Question, stretch: Stretch, start: int, barred: Barred) -> bool:
    return any(start in run for run, _ in free_runs(question, [stretch], [(start, start + 1)], barred))


def _within(start: int, spans: list[Span]) -> bool:
    return any(begin <= start < end for begin, end in spans)


def _reachable(question: Question, place_id: int | None, start: int) -> bool:
    if question.travel is None:
        return True
    return bool(Reach(question, question.travel).within(range(start, start + 1), place_id))


def _spoken(minutes: int) -> str:
    """A length of time as people say it: 45 minutes, 1 hour, 36 hours."""
    if minutes % _MINUTES_OF_HOUR:
        return _counted(minutes, "minute")
    return _counted(minutes // _MINUTES_OF_HOUR, "hour")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
