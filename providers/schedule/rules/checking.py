"""What the hours editor refuses, each fault beside its field. Nothing is raised: the page shows them all at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from marketplace.kernel.errors import FieldFault
from marketplace.kernel.intervals import Span, overlaps
from marketplace.kernel.walltime import DAY_MINUTES
from providers.schedule.rules.hours import SETTINGS, STAFFINGS, DateException, ScheduleRules, WeeklyRange

_WEEK_MINUTES = 7 * DAY_MINUTES


def check_rules(rules: ScheduleRules, ranges: Sequence[WeeklyRange], exceptions: Sequence[DateException]) -> list[FieldFault]:
    """What the rules must say because of the hours: when weeks alternate since when, and how to reach whom to agree with."""
    faults = []
    if rules.week_a_from is None and any(hours.weeks for hours in ranges):
        faults.append(FieldFault("rules.week_a_from", "Say from which Monday on weeks A and B take turns."))
    both: tuple[WeeklyRange | DateException, ...] = (*ranges, *exceptions)
    if not (rules.contact_phone or rules.contact_email) and any(hours.contact for hours in both):
        faults.append(FieldFault("rules.contact_phone", "Give a phone number or an e-mail address for hours that are booked by contact."))
    return faults


def check_services(hours: Sequence[WeeklyRange | DateException], offered: Collection[str], field: str) -> list[FieldFault]:
    """Hours named by `field` may be for services that are offered, and for no others."""
    named = ((at, sorted(one.services.difference(offered))) for at, one in enumerate(hours))
    return [FieldFault(f"{field}[{at}].services", f"This is none of your services: {codes[0][:40]}.") for at, codes in named if codes]


def check_weekly(ranges: Sequence[WeeklyRange], exceptions: Sequence[DateException] = ()) -> list[FieldFault]:
    """Everything wrong with weekly hours and exceptions, as `weekly[0].closes` or `exceptions[2].on`; empty when all is well."""
    faults = [fault for at, hours in enumerate(ranges) for fault in _check_range(f"weekly[{at}]", hours)]
    faults += _check_places(ranges)
    faults += [fault for at, exception in enumerate(exceptions) for fault in _check_exception(f"exceptions[{at}]", exception)]
    faults += _check_dates(exceptions)
    return faults


def _check_range(field: str, hours: WeeklyRange) -> Iterator[FieldFault]:
    if not 0 <= hours.weekday <= 6:
        yield FieldFault(f"{field}.weekday", "Choose a day from Monday (0) to Sunday (6).")
    yield from _check_times(field, hours.opens_minute, hours.closes_minute)
    yield from _check_settings(field, hours.settings)
    yield from _check_staffing(field, hours.staffing)


def _check_times(field: str, opens: int, closes: int) -> Iterator[FieldFault]:
    if not 0 <= opens < DAY_MINUTES:
        yield FieldFault(f"{field}.opens", "The opening time is between 00:00 and 23:59.")
    elif closes <= opens:
        yield FieldFault(f"{field}.closes", "The closing time comes after the opening time.")
    elif closes - opens > DAY_MINUTES:
        yield FieldFault(f"{field}.closes", "Hours last 24 hours at most.")


def _check_settings(field: str, settings: frozenset[str]) -> Iterator[FieldFault]:
    if settings - SETTINGS:
        yield FieldFault(f"{field}.settings", f"Settings are {_listed(SETTINGS)}.")


def _check_staffing(field: str, staffing: str | None) -> Iterator[FieldFault]:
    if staffing is not None and staffing not in STAFFINGS:
        yield FieldFault(f"{field}.staffing", f"Staffing is one of {_listed(STAFFINGS)}.")


def _listed(words: frozenset[str]) -> str:
    *most, last = sorted(words)
    return f"{', '.join(most)} or {last}"


def _check_places(ranges: Sequence[WeeklyRange]) -> Iterator[FieldFault]:
    """Nobody works at two places at once; time on the road (no place) may run beside a place."""
    placed = [(at, hours, _in_fortnight(hours)) for at, hours in enumerate(ranges) if hours.place_id is not None]
    for (_, one, early), (at, other, late) in combinations(placed, 2):
        if one.place_id != other.place_id and any(_meet(a, b) for a in early for b in late):
            yield FieldFault(f"weekly[{at}].place", "These hours overlap hours at another place.")


def _in_fortnight(hours: WeeklyRange) -> list[Span]:
    """The minutes of a week A and the week B after it; a tail past the second Sunday's midnight is the first Monday's."""
    begin = hours.weekday * DAY_MINUTES + hours.opens_minute
    end = hours.weekday * DAY_MINUTES + hours.closes_minute
    weeks = [number for number, week in enumerate(("a", "b")) if hours.weeks in (week, None)]
    shifts = [number * _WEEK_MINUTES + turn for number in weeks for turn in (0, -2 * _WEEK_MINUTES)]
    return [(begin + shift, end + shift) for shift in shifts]


def _meet(one: Span, other: Span) -> bool:
    return one[0] < one[1] and other[0] < other[1] and overlaps(one, other)


def _check_exception(field: str, exception: DateException) -> Iterator[FieldFault]:
    opens, closes = exception.opens_minute, exception.closes_minute
    if exception.closed:
        if opens is not None or closes is not None:
            yield FieldFault(f"{field}.closed", "A closed day has no hours.")
    elif opens is None or closes is None:
        missing = "opens" if opens is None else "closes"
        yield FieldFault(f"{field}.{missing}", "Give the opening and the closing time, or mark the day as closed.")
    else:
        yield from _check_times(field, opens, closes)
    yield from _check_settings(field, exception.settings)
    yield from _check_staffing(field, exception.staffing)


def _check_dates(exceptions: Sequence[DateException]) -> Iterator[FieldFault]:
    """One date is either closed, once, or has hours; hours at two places on one date do not overlap."""
    for (_, one), (at, other) in combinations(enumerate(exceptions), 2):
        if one.on != other.on:
            continue
        if one.closed or other.closed:
            sentence = "This date is closed already." if one.closed else "This date has hours: it cannot be closed too."
            yield FieldFault(f"exceptions[{at}].on", sentence)
        elif None not in (one.place_id, other.place_id) and one.place_id != other.place_id and _meet(_hours(one), _hours(other)):
            yield FieldFault(f"exceptions[{at}].place", "These hours overlap hours at another place.")


def _hours(exception: DateException) -> Span:
    return exception.opens_minute or 0, exception.closes_minute or 0
