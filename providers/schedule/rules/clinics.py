"""Shared clinics and their rosters: what an admin states about them, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from marketplace.kernel.errors import FieldFault
from marketplace.kernel.intervals import Span, overlaps
from marketplace.kernel.walltime import midnight_wall_minute
from providers.schedule.rules.drafts import clock_text, closing_minute, minute_of
from providers.schedule.rules.hours import Shift, WeeklyRange

CLINIC_KINDS = ("hospital", "pt_clinic", "sports_clinic", "integrated", "private_practice")
"""Where medical massage is found: a hospital, a physical therapy or sports clinic, an integrated practice, a practice of one's own."""

OWN_PRACTICE = "private_practice"
MOST_ROOMS = 50
NO_ROOM = "Every treatment room of this clinic is taken at this time. Choose another time."
WEEK_DAYS = 7


@dataclass(frozen=True)
class ClinicDraft:
    """A clinic as stated. `hours` are (weekday, opens, closes) as texts of the wall clock; none means always open.

    `rooms` is how many treatment rooms it has; None sets no limit.
    """

    name: str
    kind: str
    line1: str
    zip: str
    unit: str | None
    hours: tuple[WeeklyRange, ...]
    rostered: bool
    rooms: int | None = None

    @property
    def address(self) -> str:
        """One line for a geocoder; a unit is never asked about."""
        return f"{self.line1}, New York, NY {self.zip}"


@dataclass(frozen=True)
class ShiftDraft:
    """A planned shift: whose (the public name), and when."""

    provider: str
    shift: Shift


def hours_to_list(hours: Iterable[WeeklyRange]) -> list[dict[str, object]]:
    """A clinic's hours as they are stored and shown."""
    return [
        {"weekday": one.weekday, "opens": clock_text(one.opens_minute), "closes": clock_text(one.closes_minute)}
        for one in sorted(hours, key=lambda one: (one.weekday, one.opens_minute))
    ]


def hours_from_list(rows: Iterable[Mapping[str, object]]) -> tuple[WeeklyRange, ...]:
    """A clinic's hours as stored; settings, place and staffing are not a clinic's to say."""
    found = []
    for row in rows:
        opens, closes = minute_of(str(row["opens"])) or 0, minute_of(str(row["closes"])) or 0
        found.append(WeeklyRange(int(str(row["weekday"])), opens, closing_minute(opens, closes), frozenset()))
    return tuple(found)


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def check_roster(
    monday: date, planned: Sequence[ShiftDraft], elsewhere: Mapping[str, Sequence[Shift]], at_home: Iterable[str]
) -> list[FieldFault]:
    """Everything wrong with a week's shifts at one clinic, as `shifts[0].on`.

    `elsewhere` are each provider's other shifts around the week; `at_home` who has a place in this clinic.
    """
    faults = [fault for at, one in enumerate(planned) for fault in _check_one(f"shifts[{at}]", one, monday, frozenset(at_home))]
    for (_, one), (at, other) in combinations(enumerate(planned), 2):
        if one.provider == other.provider and one.shift.on == other.shift.on:
            faults.append(FieldFault(f"shifts[{at}].on", "One shift for each provider and day."))
        elif one.provider == other.provider and overlaps(_wall(one.shift), _wall(other.shift)):
            faults.append(FieldFault(f"shifts[{at}].opens", "This shift overlaps the one of the day before."))
    for at, one in enumerate(planned):
        if any(overlaps(_wall(one.shift), _wall(other)) for other in elsewhere.get(one.provider, ())):
            faults.append(
                FieldFault(f"shifts[{at}].opens", "This provider has a shift at another clinic then, or one that runs into this one.")
            )
    return faults


def _check_one(field: str, one: ShiftDraft, monday: date, at_home: frozenset[str]) -> Iterator[FieldFault]:
    if one.provider not in at_home:
        yield FieldFault(f"{field}.provider", "This provider has no place in this clinic.")
    if not monday <= one.shift.on < monday + timedelta(days=WEEK_DAYS):
        yield FieldFault(f"{field}.on", "This day is not in the week.")


def _wall(shift: Shift) -> Span:
    midnight = midnight_wall_minute(shift.on)
    return midnight + shift.opens_minute, midnight + shift.closes_minute
