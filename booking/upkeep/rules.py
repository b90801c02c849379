"""The invariants as plain comparisons of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Protocol

REQUESTED = "requested"
LIVE = frozenset({REQUESTED, "confirmed", "checked_in"})
# A completed visit keeps its minutes: it took place.
KEEPS_TIME = LIVE | {"completed"}

# How long a guest who booked nothing is kept after the last time they held one.
GUESTS_KEPT = timedelta(days=1)


class Busy(Protocol):
    """A live claim's padded minutes."""

    provider_id: int
    id: int
    busy_from_minute: int
    busy_until_minute: int


@dataclass(frozen=True)
class Kept:
    """An appointment beside its claim."""

    public_id: str
    status: str
    live: bool
    kind: str
    begin_minute: int
    end_minute: int
    starts_minute: int
    ends_minute: int


@dataclass(frozen=True)
class Half:
    """One of two visits side by side."""

    public_id: str
    status: str
    starts_at: datetime


def uneven(couples: Iterable[tuple[Half, Half]]) -> Iterator[str]:
    """One sentence for each two visits side by side that do not stand alike: both wait or neither, and both are at one time."""
    for one, other in couples:
        waiting = (one.status == REQUESTED) + (other.status == REQUESTED)
        if waiting == 1:
            yield f"appointments {one.public_id} and {other.public_id} are side by side, but {one.status} and {other.status}"
        elif {one.status, other.status} <= LIVE and one.starts_at != other.starts_at:
            yield f"appointments {one.public_id} and {other.public_id} are side by side, but at two times"


def fallen(told: Iterable[tuple[str, int, int]]) -> Iterator[str]:
    """One sentence for each (name, sequence now, sequence as it was told once) whose number has fallen."""
    for public_id, sequence, once in told:
        if sequence < once:
            yield f"appointment {public_id} has sequence {sequence}, calendars were told {once}"


def overlaps(claims: Iterable[Busy]) -> Iterator[str]:
    """One sentence for each pair of live claims of a provider that meet; `claims` sorted by provider and begin."""
    for provider_id, group in groupby(claims, key=attrgetter("provider_id")):
        reach, holder = 0, 0
        for claim in group:
            if claim.busy_from_minute < reach:
                yield f"claims {holder} and {claim.id} of provider {provider_id} overlap"
            if claim.busy_until_minute > reach:
                reach, holder = claim.busy_until_minute, claim.id


def mismatches(visits: Iterable[Kept]) -> Iterator[str]:
    """One sentence for each appointment whose claim says something else."""
    for visit in visits:
        if visit.live != (visit.status in KEEPS_TIME):
            yield f"appointment {visit.public_id} is {visit.status}, but its time is {'taken' if visit.live else 'free'}"
        elif visit.live and (visit.begin_minute, visit.end_minute) != (visit.starts_minute, visit.ends_minute):
            yield f"appointment {visit.public_id} is not when its claim is"
        elif visit.live and visit.kind != "appointment":
            yield f"appointment {visit.public_id} has a claim of kind {visit.kind}"
