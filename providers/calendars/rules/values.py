"""Dates, times and lengths as calendar files write them, read generously; what cannot be read is None, never a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_STAMP = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*([Zz]|[+-]\d\d:?\d\d)?)?")
_DAY = re.compile(r"(?<!\d)((?:19|20|21)\d\d)[-/.]?(0[1-9]|1[0-2])[-/.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_LENGTH = re.compile(r"\+?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Stamp:
    """A point on some wall (`wall` has no zone), in UTC when `utc`; `day_only` when no time of day was said."""

    wall: datetime
    utc: bool = False
    day_only: bool = False


@dataclass(frozen=True)
class Length:
    """How long something lasts: days on the wall, then exact seconds; `unsure` lasts until the end of its day, an hour at least."""

    days: int = 0
    seconds: int = 0
    unsure: bool = False


def read_stamp(text: str) -> Stamp | None:
    """`20270105`, `20270105T100000`, `…Z`, and the same with dashes, colons or an offset; a 60th second is the next minute's first."""
    match = _STAMP.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        begin = datetime(int(year), int(month), int(day))
        if hour is None:
            return Stamp(begin, day_only=True)
        if int(hour) > 24 or int(minute) > 59 or int(second or 0) > 60:
            return None
        wall = begin + timedelta(hours=int(hour), minutes=int(minute), seconds=int(second or 0))
        return _placed(wall, zone)
    except (ValueError, OverflowError):
        return None


def _placed(wall: datetime, zone: str | None) -> Stamp:
    if zone is None or zone in "Zz":
        return Stamp(wall, utc=zone is not None)
    digits = zone.replace(":", "")
    ahead = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return Stamp(wall - ahead if digits[0] == "+" else wall + ahead, utc=True)


def find_day(text: str) -> date | None:
    """A day named anywhere in a damaged value."""
    match = _DAY.search(text)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def read_length(text: str) -> Length | None:
    """`PT1H30M`, `P1D`, `P2W`; a negative one or none at all is None. Days are days on the wall, the rest is exact."""
    match = _LENGTH.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return Length(weeks * 7 + days, hours * 3600 + minutes * 60 + seconds)
