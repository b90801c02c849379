"""Treatment rooms of a shared clinic: when all of them are taken.

Rooms are as good as one another and nobody is told a number, so that they are counted and not given out: whatever fits by the count
at every minute fits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from marketplace.kernel.intervals import Span, merge
from marketplace.kernel.walltime import hour_words, local_day, wall_minute_of_day


class RoomUse(NamedTuple):
    """A room taken for epoch minutes [begin, end); those of one `key` share a room. A hold's counts before `expires_at` alone."""

    begin_minute: int
    end_minute: int
    key: str
    expires_at: datetime | None = None


def full_spans(uses: Iterable[RoomUse], rooms: int) -> list[Span]:
    """The epoch minutes at which so many rooms or more are taken, sorted and disjoint."""
    shared: dict[str, list[Span]] = defaultdict(list)
    for use in uses:
        shared[use.key].append((use.begin_minute, use.end_minute))
    apart = [span for spans in shared.values() for span in merge(spans)]
    steps = sorted(chain(((begin, 1) for begin, _ in apart), ((end, -1) for _, end in apart)))
    full: list[Span] = []
    taken = since = 0
    for minute, step in steps:
        taken += step
        if step > 0 and taken == rooms:
            since = minute
        elif step < 0 and taken == rooms - 1:
            full.append((since, minute))
    return merge(full)


def counted_at(uses: Iterable[RoomUse], low: int, high: int, now: datetime) -> list[RoomUse]:
    """The uses that meet [low, high) and count at `now`: a hold that has run out does not."""
    return [use for use in uses if use.begin_minute < high and low < use.end_minute and (use.expires_at is None or use.expires_at > now)]


def first_over(uses: Iterable[RoomUse], rooms: int, from_minute: int) -> int | None:
    """The first minute from `from_minute` on at which more than so many rooms are taken; None where there is none."""
    return next((max(begin, from_minute) for begin, end in full_spans(uses, rooms + 1) if end > from_minute), None)


def over_words(minute: int) -> str:
    """The sentence for an admin who states fewer rooms than are booked at an epoch minute."""
    day, at = local_day(minute), hour_words(wall_minute_of_day(minute))
    return f"More rooms than that are booked on {day:%B} {day.day} at {at}. Move what is booked then first, or state more rooms."
