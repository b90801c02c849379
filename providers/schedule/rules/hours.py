"""What a provider says about their hours: weekly ranges, dates that differ, and how starts are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

SETTINGS = frozenset({"clinic", "home", "office", "hotel"})
WEEKS = frozenset({"a", "b"})
STAFFINGS = frozenset({"full_time", "part_time", "rotating"})
NOT_FULL_TIME = frozenset({"part_time", "rotating"})
"""Staffing under which no evening or night visit begins. Hours without a word are the provider's own practice."""
PREFER, ONLY = FILL_GAPS = ("prefer", "only")


@dataclass(frozen=True, slots=True)
class WeeklyRange:
    """Open every week on `weekday` (Monday 0) while the wall clock shows opens..closes; over 1440 is the next day.

    `settings` are the settings it is offered for; none means it is never offered. `place_id` is the clinic or office
    it is worked at, None for a provider who only travels. `staffing` is full_time, part_time, rotating or unknown.
    `weeks` is "a" or "b" for every other week, None for all: the week of the day on which the range opens counts.
    `services` names the services it is for, none for all; `first_visits` leaves those meant for a first visit alone.
    A visit in `contact` hours is agreed upon by a call or a letter: they are shown, and no start lies in them.
    """

    weekday: int
    opens_minute: int
    closes_minute: int
    settings: frozenset[str]
    place_id: int | None = None
    staffing: str | None = None
    weeks: str | None = None
    services: frozenset[str] = frozenset()
    first_visits: bool = False
    contact: bool = False


@dataclass(frozen=True, slots=True)
class HoursStated:
    """What somebody stated as their week, and when. Only ranges that are offered for a setting are in it."""

    stated_at: datetime
    weekly: tuple[WeeklyRange, ...]


@dataclass(frozen=True, slots=True)
class DateException:
    """A date that differs. With hours it replaces the ranges that open on the date, whatever their setting and service.

    `services`, `first_visits` and `contact` as in a weekly range. `closed` closes the whole calendar day: its own ranges
    with their tails into the next day, and the tail of the night before. It wins over hours on the same date.
    """

    on: date
    closed: bool
    opens_minute: int | None = None
    closes_minute: int | None = None
    settings: frozenset[str] = frozenset()
    place_id: int | None = None
    staffing: str | None = None
    services: frozenset[str] = frozenset()
    first_visits: bool = False
    contact: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """Planned hours at a rostered clinic on one date; closing over 1440 is the next day."""

    on: date
    opens_minute: int
    closes_minute: int
    staffing: str


@dataclass(frozen=True, slots=True)
class ClinicHours:
    """What a shared clinic says about time at one of the provider's places.

    Nobody is there outside `weekly` (empty: always open; settings and places in it do not matter). In a `rostered` clinic the provider is
    there in these shifts and at no other time, whatever their own hours at the place say.
    """

    place_id: int
    weekly: tuple[WeeklyRange, ...] = ()
    rostered: bool = False
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduleRules:
    """How starts are laid out in open time, and how near, how far and how many.

    Starts come every `step_minutes` from where open time begins or, with `offset_minutes`, where the wall clock's
    minute of the day leaves the same rest as `offset_minutes` when divided by the step. `notice_minutes` is elapsed
    time; `horizon_days` counts New York dates, the last one whole; `max_per_day` counts visits by the date they start.
    `week_a_from` is a Monday on which a week "a" begins. `contact_phone` and `contact_email` are shown to everybody: how
    to reach the provider about hours that are agreed upon. `max_per_week` and the two of minutes hands-on count visits by
    the New York day and by the week, from Monday on, in which they start. After visits of `run_minutes` hands-on in all
    with less than `break_minutes` between any two, nothing begins before a break as long as that; a visit that is longer
    by itself may stand alone. `closed_holidays` are the codes of the public holidays on which the provider does not work.
    `fill_gaps` says whether starts right beside a visit are named first (PREFER), or also none is offered that leaves a gap beside a
    visit too short for anybody (ONLY). With `offer_one_in` only the starts of one hour in so many are offered, and those beside visits.
    """

    step_minutes: int
    offset_minutes: int | None
    buffer_before_minutes: int
    buffer_after_minutes: int
    notice_minutes: int
    horizon_days: int
    max_per_day: int | None
    turnover_minutes: int
    week_a_from: date | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    max_per_week: int | None = None
    max_minutes_per_day: int | None = None
    max_minutes_per_week: int | None = None
    run_minutes: int | None = None
    break_minutes: int | None = None
    closed_holidays: tuple[str, ...] = ()
    fill_gaps: str | None = None
    offer_one_in: int | None = None

    @property
    def packs(self) -> bool:
        """Whether it matters what a start leaves free beside other visits."""
        return self.fill_gaps is not None or self.offer_one_in is not None

    @property
    def counts_weeks(self) -> bool:
        """Whether a start depends on everything else in its week."""
        return self.max_per_week is not None or self.max_minutes_per_week is not None


class Turns(NamedTuple):
    """What else decides about a day's hours: a Monday on which a week "a" begins (None: the first Monday of the calendar),
    and the public holidays, by code, that close a day for which no hours are stated as an exception.
    """

    week_a_from: date | None = None
    holidays: frozenset[str] = frozenset()


EVERY_WEEK_ALIKE = Turns()


def turns_of(rules: ScheduleRules) -> Turns:
    """What a provider's rules say about the hours of a day."""
    return Turns(rules.week_a_from, frozenset(rules.closed_holidays))


class Asked(NamedTuple):
    """Which hours are asked for: those for a service (None: for any), which may be meant for a first visit.

    With `contact` those in which visits are agreed upon, and no others; else those with starts. `anywhere` forgets their
    places, for what needs none: a phone call.
    """

    turns: Turns = EVERY_WEEK_ALIKE
    service: str | None = None
    first_visit: bool = False
    contact: bool = False
    anywhere: bool = False

    def suits(self, hours: WeeklyRange | DateException) -> bool:
        """Whether these hours are among them."""
        if hours.contact is not self.contact:
            return False
        if self.service is None:
            return True
        return (not hours.services or self.service in hours.services) and (self.first_visit or not hours.first_visits)


ANY_HOURS = Asked()


class OpenSpan(NamedTuple):
    """Open time in epoch minutes [begin, end) at one place; a tuple because a month holds many.

    Touching spans of one place are one stretch of open time: a visit may cross from one to the next. They are told
    apart only where `staffing` differs. `anchor_minute` is where the stretch really begins and its starts are counted
    from, when that is not `begin_minute`: in the night before, or in an earlier span of the stretch.
    """

    begin_minute: int
    end_minute: int
    place_id: int | None = None
    staffing: str | None = None
    anchor_minute: int | None = None


def stated_to_list(weekly: Iterable[WeeklyRange]) -> list[list[object]]:
    """The offered ranges of a week as they are kept: weekday, opens, closes, settings, place, staffing; equal weeks are equal."""
    rows: list[list[object]] = [
        [hours.weekday, hours.opens_minute, hours.closes_minute, sorted(hours.settings), hours.place_id, hours.staffing]
        for hours in weekly
        if hours.settings and not hours.contact
    ]
    return sorted(rows, key=repr)


def stated_from_list(rows: Iterable[Sequence[Any]]) -> tuple[WeeklyRange, ...]:
    """A week as it was kept."""
    return tuple(WeeklyRange(day, opens, closes, frozenset(settings), place, word) for day, opens, closes, settings, place, word in rows)
