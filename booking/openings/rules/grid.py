"""Where open time lets a visit begin: stretches of open time and the starts laid out in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.openings.rules.question import Question
from marketplace.kernel.walltime import DAY_MINUTES, eras
from providers.schedule.rules.hours import OpenSpan


class Stretch(NamedTuple):
    """Open time at one place without a break. A visit may begin in [begin, last_start], on starts counted from the anchor."""

    begin_minute: int
    end_minute: int
    anchor_minute: int
    place_id: int | None


def join_stretches(spans: Sequence[OpenSpan]) -> list[Stretch]:
    """Touching and overlapping spans of one place as one stretch, whatever their staffing; sorted by begin."""
    latest: dict[int | None, int] = {}
    stretches: list[Stretch] = []
    for begin, end, place, _, anchor in sorted(spans, key=_begin_of):
        at = latest.get(place)
        if at is not None and begin <= stretches[at][1]:
            joined = stretches[at]
            stretches[at] = Stretch(joined[0], max(joined[1], end), joined[2], place)
        else:
            latest[place] = len(stretches)
            stretches.append(Stretch(begin, end, begin if anchor is None else anchor, place))
    return stretches


def _begin_of(span: OpenSpan) -> int:
    return span[0]


def grid_starts(question: Question, stretch: Stretch, low: int, high: int) -> list[range]:
    """The starts of a stretch's grid in [low, high), which lies inside the stretch; in order."""
    step, offset = question.rules.step_minutes, question.rules.offset_minutes
    if offset is None:
        return [range(low + (stretch.anchor_minute - low) % step, high, step)]
    return _wall_grid(low, high, step, offset, question.zone)


def _wall_grid(low: int, high: int, step: int, offset: int, zone: ZoneInfo) -> list[range]:
    """Starts at which the wall clock's minute of the day leaves the rest `offset` when divided by `step`."""
    found = []
    for begin, end, ahead in eras(low, high, zone):
        days = [(begin, end)] if DAY_MINUTES % step == 0 else _wall_days(begin, end, ahead)
        for day_low, day_high in days:
            shown = (day_low + ahead) % DAY_MINUTES
            found.append(range(day_low + (offset - shown) % step, day_high, step))
    return found


def _wall_days(low: int, high: int, ahead: int) -> list[tuple[int, int]]:
    """[low, high) cut at the wall's midnights while the wall is `ahead` minutes of UTC."""
    cuts = range(low - (low + ahead) % DAY_MINUTES + DAY_MINUTES, high, DAY_MINUTES)
    return list(zip([low, *cuts], [*cuts, high], strict=True))
