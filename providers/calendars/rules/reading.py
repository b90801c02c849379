"""What is read out of a calendar: busy minutes, warnings, or the reason why nothing of it can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketplace.kernel.intervals import Span, gaps, merge

MOST_SPANS = 30_000
MOST_WARNINGS = 50
# How far apart busy times may lie that are joined when there are too many of them to keep.
_JOINS = (5, 15, 60, 240, 1440, 10_080)

REASONS = {
    "empty": "The file is empty.",
    "html": "This is a web page, not a calendar.",
    "no_calendar": "This is not a calendar file.",
    "truncated": "The calendar breaks off before its end.",
    "two_calendars": "There is more than one calendar in this file.",
    "undecodable": "The file's text cannot be read.",
    "too_large": "The calendar is larger than 5 MB.",
    "too_many_events": "There are more than 50,000 events in this calendar.",
    "too_costly": "Reading this calendar takes too much time or memory.",
    "broken": "The calendar cannot be read.",
}


class Unreadable(Exception):
    """Nothing in the file can be trusted. `code` is one of `REASONS`."""

    def __init__(self, code: str) -> None:
        super().__init__(REASONS[code])
        self.code = code

    @property
    def sentence(self) -> str:
        """The reason for a person."""
        return REASONS[self.code]


@dataclass(frozen=True)
class Window:
    """What is asked about: the epoch minutes [from, until), and the zone in which times without one are meant.

    `own` are the UIDs of the visits and blocks of whoever asks, in lower case: their time is known here and not read. None where nobody
    in particular asks: then whatever comes from this house is left out. `objects` are the lengths of the calendar objects in the bytes
    that are read, one behind the other; None for one file.
    """

    from_minute: int
    until_minute: int
    zone: str
    own: tuple[str, ...] | None = None
    objects: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Located:
    """One busy time with the place that its event names."""

    begin_minute: int
    end_minute: int
    location: str


@dataclass(frozen=True)
class Reading:
    """What a calendar says of a window. `busy` is merged and sorted; `located` holds the same events that name a place.

    `events` counts what takes time, `own` what came from this house, `unplaced` events of which not even a day is known. `endless`
    says that something may go on after the window.
    """

    busy: tuple[Span, ...]
    warnings: tuple[str, ...] = ()
    located: tuple[Located, ...] = ()
    events: int = 0
    own: int = 0
    unplaced: int = 0
    endless: bool = False


def clip(spans: Iterable[Span], window: Window) -> list[Span]:
    """The parts inside the window, merged."""
    return merge((max(begin, window.from_minute), min(end, window.until_minute)) for begin, end in spans)


def coarsen(spans: Sequence[Span], most: int = MOST_SPANS) -> list[Span]:
    """Busy times, joined over short gaps until there are at most `most`. Never frees a minute."""
    kept = list(spans)
    for join in _JOINS:
        if len(kept) <= most:
            break
        kept = [(begin, end - join) for begin, end in merge((begin, end + join) for begin, end in kept)]
    return kept


def shorten(warnings: Sequence[str], most: int = MOST_WARNINGS) -> tuple[str, ...]:
    """The first warnings, and how many more there are."""
    if len(warnings) <= most:
        return tuple(warnings)
    return (*warnings[:most], f"And {len(warnings) - most} more events could not be read as they stand.")


def place_spans(busy: Iterable[Span], placed: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str | None]]:
    """Busy times cut into spans that do not meet, each with the ZIP of the event that takes it first, if that has one.

    `placed` are events with their ZIP. Every busy minute is kept, and no other.
    """
    rest = merge(busy)
    cut: list[tuple[int, int, str | None]] = []
    for begin, end, zip_code in sorted(placed):
        mine = [(max(begin, low), min(end, high)) for low, high in rest if low < end and begin < high]
        cut += [(low, high, zip_code) for low, high in mine]
        rest = [piece for span in rest for piece in gaps(span, mine)] if mine else rest
    cut += [(begin, end, None) for begin, end in rest]
    return _joined(sorted(cut, key=lambda piece: piece[:2]))


def _joined(pieces: Iterable[tuple[int, int, str | None]]) -> list[tuple[int, int, str | None]]:
    joined: list[tuple[int, int, str | None]] = []
    for begin, end, zip_code in pieces:
        if joined and joined[-1][1] == begin and joined[-1][2] == zip_code:
            begin = joined.pop()[0]  # noqa: PLW2901 (one span with the one before)
        joined.append((begin, end, zip_code))
    return joined
