"""What clients would be offered if the hours were others: starts by day, what changes, and which visits lie outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from booking.openings.rules.asking import days_around, open_time
from booking.openings.rules.wanted import PARTS, SETTINGS
from marketplace.kernel.intervals import Span, covers, merge
from marketplace.kernel.walltime import local_day, wall_minute_of_day
from providers.profiles.rules import ProviderFacts, ServiceFacts
from providers.services.rules.calls import PHONE

USUAL_MINUTES = 60
ORDER = (*SETTINGS, PHONE)
"""Settings in the order in which they are told; a call on the phone is the last."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The starts, in epoch minutes and in order, of one service in one length and setting; `zip` is where a mobile visit would be."""

    service: str
    name: str
    minutes: int
    setting: str
    zip: str | None
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Starts that follow one another at the same distance: the first, the last, and how many."""

    first: int
    last: int
    count: int
    step: int


@dataclass(frozen=True, slots=True)
class Change:
    """How many starts of a part of a day go and how many come, in these settings."""

    on: date
    part: str
    settings: tuple[str, ...]
    fewer: int
    more: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A booked visit as far as hours are concerned: epoch minutes [begin, end), where and for what."""

    public_id: str
    begin_minute: int
    end_minute: int
    setting: str
    service: str
    place_id: int | None = None


def usual_minutes(service: ServiceFacts) -> int:
    """The length that is shown of a service: the one nearest to an hour."""
    return min(service.prices, key=lambda minutes: (abs(minutes - USUAL_MINUTES), minutes))


def usual_zip(facts: ProviderFacts) -> str | None:
    """Where a visit at a client's is tried out: at the provider's own place if they come there, else in the area's first ZIP code."""
    covered = facts.area.covered_zips if facts.area else frozenset[str]()
    own = [place.zip for place in facts.places if place.zip in covered]
    return next(iter([*own, *sorted(covered)]), None)


def part_of(start: int) -> str:
    """The part of the day in which the New York clock shows a start."""
    minute = wall_minute_of_day(start)
    return next(part for part, spans in PARTS.items() if any(low <= minute < high for low, high in spans))


def changes_between(before: Iterable[Shown], after: Iterable[Shown]) -> tuple[Change, ...]:
    """What comes and goes, by day and part of it; settings with the same change in one line. A start of any service counts once."""
    old, new = _by_part(before), _by_part(after)
    found: dict[tuple[date, str, int, int], list[str]] = defaultdict(list)
    for on, part, setting in sorted({*old, *new}, key=lambda key: (key[0], list(PARTS).index(key[1]), ORDER.index(key[2]))):
        was, will = old.get((on, part, setting), set()), new.get((on, part, setting), set())
        if was != will:
            found[on, part, len(was - will), len(will - was)].append(setting)
    return tuple(Change(on, part, tuple(settings), fewer, more) for (on, part, fewer, more), settings in found.items())


def _by_part(shown: Iterable[Shown]) -> Mapping[tuple[date, str, str], set[int]]:
    found: dict[tuple[date, str, str], set[int]] = defaultdict(set)
    for one in shown:
        for start in one.starts:
            found[local_day(start), part_of(start), one.setting].add(start)
    return found


def runs_of(starts: Sequence[int], step: int) -> tuple[Run, ...]:
    """Sorted starts as runs at a distance of `step` minutes of elapsed time; one that stands alone is a run of one."""
    runs: list[Run] = []
    for start in starts:
        if runs and start - runs[-1].last == step:
            runs[-1] = Run(runs[-1].first, start, runs[-1].count + 1, step)
        else:
            runs.append(Run(start, start, 1, step))
    return tuple(runs)


def visits_outside(facts: ProviderFacts, visits: Iterable[Kept]) -> tuple[Kept, ...]:
    """The visits of which some minute lies in no hours for their setting and service; hours by arrangement are hours too."""
    return tuple(visit for visit in visits if not _inside(facts, visit))


def _inside(facts: ProviderFacts, visit: Kept) -> bool:
    first, last = days_around(visit.begin_minute, visit.end_minute)
    service = facts.service(visit.service)
    spans: list[Span] = [
        (span.begin_minute, span.end_minute)
        for contact in (False, True)
        for span in open_time(facts, visit.setting, first, last, service, contact=contact)
        if visit.setting != "clinic" or None in (visit.place_id, span.place_id) or span.place_id == visit.place_id
    ]
    return covers(merge(spans), (visit.begin_minute, visit.end_minute))
