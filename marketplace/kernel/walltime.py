"""Between instants and what the clock on the wall shows, in whole minutes, in any zone.

A *minute* here is an epoch minute: the whole number of minutes since 1970-01-01T00:00Z. A *wall minute* counts the
same way from 1970-01-01 00:00 on the wall. The offset (wall minus epoch) is constant between two clock changes; the
changes of a zone are found once for each stretch of about a year and kept. Offsets are whole minutes in every zone
since 1972. The zone of the process plays no part.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from marketplace.kernel.intervals import Span, merge

NEW_YORK = ZoneInfo("America/New_York")
DAY_MINUTES = 1440

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_MINUTE = timedelta(minutes=1)
_FARTHEST_OFFSET = 16 * 60
_BLOCK_BITS = 19
_PROBE_MINUTES = 720

Era = tuple[int, int, int]


def to_minute(instant: datetime) -> int:
    """The epoch minute in which an aware instant lies (rounded down). A naive one raises TypeError."""
    return (instant - _EPOCH) // _MINUTE


def to_minute_up(instant: datetime) -> int:
    """The first epoch minute that begins at or after an aware instant (rounded up)."""
    return -((_EPOCH - instant) // _MINUTE)


def from_minute(minute: int) -> datetime:
    """The aware UTC instant at which an epoch minute begins."""
    return _EPOCH + minute * _MINUTE


def midnight_wall_minute(day: date) -> int:
    """The wall minute at which `day` begins."""
    return (day.toordinal() - _EPOCH_DAY) * DAY_MINUTES


def offset_minutes(minute: int, zone: ZoneInfo = NEW_YORK) -> int:
    """Wall clock minus UTC at an epoch minute, in minutes: -300 or -240 in New York."""
    begins, offsets = _block(zone, minute >> _BLOCK_BITS)
    return offsets[bisect_right(begins, minute) - 1]


def local_day(minute: int, zone: ZoneInfo = NEW_YORK) -> date:
    """The date that the calendar on the wall shows at an epoch minute."""
    return date.fromordinal((minute + offset_minutes(minute, zone)) // DAY_MINUTES + _EPOCH_DAY)


def wall_minute_of_day(minute: int, zone: ZoneInfo = NEW_YORK) -> int:
    """Minutes since midnight that the wall clock shows at an epoch minute, 0..1439."""
    return (minute + offset_minutes(minute, zone)) % DAY_MINUTES


def eras(low: int, high: int, zone: ZoneInfo = NEW_YORK) -> list[Era]:
    """The epoch minutes [low, high) cut at clock changes: `(begin, end, offset)`, in order."""
    found: list[Era] = []
    for number in range(low >> _BLOCK_BITS, (high - 1 >> _BLOCK_BITS) + 1):
        begins, offsets = _block(zone, number)
        ends = (*begins[1:], (number + 1) << _BLOCK_BITS)
        for begin, end, offset in zip(begins, ends, offsets, strict=True):
            goes_on = found and found[-1][2] == offset
            found.append((found.pop()[0] if goes_on else begin, end, offset))
    return [(max(low, begin), min(high, end), offset) for begin, end, offset in found if begin < high and low < end]


def steady_offset(low: int, high: int, zone: ZoneInfo = NEW_YORK) -> int | None:
    """The one offset that holds wherever the wall shows the wall minutes [low, high), or None near a clock change."""
    low -= _FARTHEST_OFFSET
    high += _FARTHEST_OFFSET
    number = low >> _BLOCK_BITS
    if number == high >> _BLOCK_BITS:
        begins, offsets = _block(zone, number)
        at = bisect_right(begins, low)
        return offsets[at - 1] if at == len(begins) or high <= begins[at] else None
    found = eras(low, high, zone)
    return found[0][2] if len(found) == 1 else None


def spans_on_wall(low: int, high: int, zone: ZoneInfo = NEW_YORK) -> list[Span]:
    """The epoch minutes at which the wall shows a wall minute in [low, high), merged.

    A missing hour gives nothing, a repeated hour is given twice; so there may be none, one or several spans.
    """
    if low >= high:
        return []
    offset = steady_offset(low, high, zone)
    if offset is not None:
        return [(low - offset, high - offset)]
    near = eras(low - _FARTHEST_OFFSET, high + _FARTHEST_OFFSET, zone)
    return merge((max(begin, low - offset), min(end, high - offset)) for begin, end, offset in near)


def wall_spans(day: date, opens_minute: int, closes_minute: int, zone: ZoneInfo = NEW_YORK) -> list[Span]:
    """The epoch minutes at which the wall shows `opens_minute` up to `closes_minute` of `day` (over 1440: the next day).

    Membership by the wall clock: 01:30-05:00 on the day the clocks go back is open from each of the two 01:30s, the
    first time until the hour repeats.
    """
    midnight = midnight_wall_minute(day)
    return spans_on_wall(midnight + opens_minute, midnight + closes_minute, zone)


@lru_cache(maxsize=4096)
def day_begin(day: date, zone: ZoneInfo = NEW_YORK) -> int:
    """The first epoch minute at which the wall shows `day` or later."""
    midnight = midnight_wall_minute(day)
    offset = steady_offset(midnight, midnight, zone)
    if offset is not None:
        return midnight - offset
    near = eras(midnight - _FARTHEST_OFFSET, midnight + _FARTHEST_OFFSET, zone)
    return min(max(begin, midnight - offset) for begin, end, offset in near if midnight - offset < end)


def wall_instant(day: date, minute_of_day: int, *, second: bool = False, zone: ZoneInfo = NEW_YORK) -> int:
    """The epoch minute at which the wall shows a time of a day; of a repeated one the first or the `second`.

    Where the clocks leave it out, the minute in which they jump over it.
    """
    wall = midnight_wall_minute(day) + minute_of_day
    near = eras(wall - _FARTHEST_OFFSET, wall + _FARTHEST_OFFSET, zone)
    shown = [wall - offset for begin, end, offset in near if begin <= wall - offset < end]
    if shown:
        return shown[-1 if second else 0]
    return min(begin for begin, _, offset in near if wall - offset < begin)


def day_span(day: date, zone: ZoneInfo = NEW_YORK) -> Span:
    """The epoch minutes of a calendar day: 23, 24 or 25 hours in New York. Days follow one another without a gap."""
    return day_begin(day, zone), day_begin(day + timedelta(days=1), zone)


@lru_cache(maxsize=1024)
def _block(zone: ZoneInfo, number: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where the offset changes within one block of 2**19 minutes (364 days), the block's begin included, and to what."""
    begin, end = number << _BLOCK_BITS, (number + 1) << _BLOCK_BITS
    begins, offsets = [begin], [_probe(begin, zone)]
    for low in range(begin, end, _PROBE_MINUTES):
        high = min(low + _PROBE_MINUTES, end - 1)
        after = _probe(high, zone)
        if after != offsets[-1]:
            begins.append(_change_between(low, high, zone))
            offsets.append(after)
    return tuple(begins), tuple(offsets)


def _change_between(low: int, high: int, zone: ZoneInfo) -> int:
    """The first minute in (low, high] whose offset is not that of `low`."""
    before = _probe(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _probe(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


def _probe(minute: int, zone: ZoneInfo) -> int:
    offset = from_minute(minute).astimezone(zone).utcoffset()
    if offset is None:
        raise ValueError(f"{zone.key} has no offset")
    return offset // _MINUTE


def hour_words(minute: int) -> str:
    """A wall minute as people say it: `7 PM`, `7:30 PM`; minutes over 1440 are the next day's. The blank does not break."""
    hour, rest = divmod(minute % DAY_MINUTES, 60)
    return f"{hour % 12 or 12}{f':{rest:02d}' if rest else ''}\u00a0{'AM' if hour < 12 else 'PM'}"
