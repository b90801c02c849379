"""The schedule as a provider states it: wall times as texts, places by their public ids."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from marketplace.kernel.walltime import DAY_MINUTES
from providers.schedule.rules.hours import DateException, ScheduleRules, WeeklyRange

DEFAULT_RULES = ScheduleRules(15, None, 0, 15, 120, 60, None, 0)
"""What holds for a provider who has said nothing: quarter hours, 15 minutes after a visit, two hours of notice, 60 days ahead."""

_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class ScheduleDraft:
    """Weekly hours and exceptions whose `place_id` is still to be found: `weekly_places[n]` is the public id for `weekly[n]`.

    `rules` is None where the rules stay as they are.
    """

    weekly: tuple[WeeklyRange, ...]
    weekly_places: tuple[str | None, ...]
    exceptions: tuple[DateException, ...]
    exception_places: tuple[str | None, ...]
    rules: ScheduleRules | None


@dataclass(frozen=True)
class BlockDraft:
    """Time a provider takes out of what can be booked, [starts_at, ends_at), with a note for themselves."""

    starts_at: datetime
    ends_at: datetime
    note: str | None = None


def minute_of(text: str) -> int | None:
    """Minutes since midnight of "18:30"; "24:00" is 1440. None where the text is no time."""
    match = _CLOCK.fullmatch(text.strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else DAY_MINUTES + 1
    return minute if minute <= DAY_MINUTES else None


def closing_minute(opens: int, closes: int) -> int:
    """A closing time at or before the opening time is the next day's."""
    return closes + DAY_MINUTES if closes <= opens else closes


def clock_text(minute: int) -> str:
    """The wall time of a minute; past midnight the next day's, so that 1560 is "02:00"."""
    return f"{minute % DAY_MINUTES // 60:02d}:{minute % 60:02d}"


def spoken_clock(text: str) -> str:
    """A wall time as people here say it: "18:30" is "6:30 PM". What is no time stays as it is."""
    minute = minute_of(text)
    if minute is None:
        return text
    return f"{minute // 60 % 12 or 12}:{minute % 60:02d}\u00a0{'AM' if minute % DAY_MINUTES < 720 else 'PM'}"


def schedule_to_dict(
    weekly: Sequence[WeeklyRange], exceptions: Sequence[DateException], rules: ScheduleRules, places: Mapping[int, str]
) -> dict[str, object]:
    """The contract's shape of `/provider/schedule`; `places` gives the public id of each place."""
    return {
        "weekly": [_weekly_to_dict(hours, places) for hours in weekly],
        "exceptions": [_exception_to_dict(exception, places) for exception in exceptions],
        "rules": asdict(rules),
    }


def _weekly_to_dict(hours: WeeklyRange, places: Mapping[int, str]) -> dict[str, object]:
    shape = {"weekday": hours.weekday, **_hours_to_dict(hours.opens_minute, hours.closes_minute, hours.settings, hours.place_id, places)}
    return shape if hours.staffing is None else {**shape, "staffing": hours.staffing}


def _exception_to_dict(exception: DateException, places: Mapping[int, str]) -> dict[str, object]:
    on = exception.on.isoformat()
    if exception.closed or exception.opens_minute is None or exception.closes_minute is None:
        return {"on": on, "closed": True}
    shape = {"on": on, **_hours_to_dict(exception.opens_minute, exception.closes_minute, exception.settings, exception.place_id, places)}
    return shape if exception.staffing is None else {**shape, "staffing": exception.staffing}


def _hours_to_dict(opens: int, closes: int, settings: frozenset[str], place_id: int | None, places: Mapping[int, str]) -> dict[str, object]:
    shape: dict[str, object] = {"opens": clock_text(opens), "closes": clock_text(closes), "settings": sorted(settings)}
    place = None if place_id is None else places.get(place_id)
    return shape if place is None else {**shape, "place": place}
