"""The days on which a holiday surcharge may apply, computed for any year, on the day itself (observed days count only for deadlines)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

MONDAY, THURSDAY = 0, 3


@dataclass(frozen=True)
class Holiday:
    """A surcharge holiday: its New York date and the wall minute from which it counts (0 is the whole day)."""

    on: date
    name: str
    from_minute: int = 0


def surcharge_holidays(year: int) -> tuple[Holiday, ...]:
    """New York's surcharge holidays of `year` in order: eleven whole days, and December 24 and 31 from 4 PM."""
    whole_days = (
        (date(year, 1, 1), "New Year's Day"),
        (_nth(year, 1, MONDAY, 3), "Martin Luther King Jr. Day"),
        (_nth(year, 2, MONDAY, 3), "Presidents' Day"),
        (_last(year, 5, MONDAY), "Memorial Day"),
        (date(year, 6, 19), "Juneteenth"),
        (date(year, 7, 4), "Independence Day"),
        (_nth(year, 9, MONDAY, 1), "Labor Day"),
        (_nth(year, 10, MONDAY, 2), "Columbus and Indigenous Peoples' Day"),
        (date(year, 11, 11), "Veterans Day"),
        (_nth(year, 11, THURSDAY, 4), "Thanksgiving"),
        (date(year, 12, 25), "Christmas Day"),
    )
    evenings = (Holiday(date(year, 12, 24), "Christmas Eve", 16 * 60), Holiday(date(year, 12, 31), "New Year's Eve", 16 * 60))
    return tuple(sorted((*(Holiday(on, name) for on, name in whole_days), *evenings), key=lambda holiday: holiday.on))


def holiday_at(wall: datetime) -> Holiday | None:
    """The holiday in force at a New York wall time, if any."""
    minute = wall.hour * 60 + wall.minute
    for holiday in surcharge_holidays(wall.year):
        if holiday.on == wall.date() and minute >= holiday.from_minute:
            return holiday
    return None


def holiday_code(name: str) -> str:
    """How programs name a holiday: `new_year_s_day`."""
    return "_".join(re.findall(r"[a-z]+", name.lower()))


@lru_cache(maxsize=16)
def public_holidays(year: int) -> Mapping[date, str]:
    """The whole holidays of a year: the code of each by its date."""
    return {holiday.on: holiday_code(holiday.name) for holiday in surcharge_holidays(year) if holiday.from_minute == 0}


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth `weekday` (Monday 0) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last(year: int, month: int, weekday: int) -> date:
    """The last `weekday` of a month that has 31 days."""
    end = date(year, month, 31)
    return end - timedelta(days=(end.weekday() - weekday) % 7)


PUBLIC_HOLIDAYS = {holiday_code(holiday.name): holiday.name for holiday in surcharge_holidays(2027) if holiday.from_minute == 0}
"""The holidays that last a whole day, by code, in the order of the year."""
