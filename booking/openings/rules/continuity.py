"""Continuity: whether people who come back come back to the same person. A figure to read, never an order to sort by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

FEWEST_CLIENTS = 5
"""With fewer a figure would speak of single people."""


@dataclass(frozen=True, slots=True)
class DoneVisit:
    """One completed visit: whose, with whom, on which New York day; `order` tells two of one day apart."""

    person_id: int
    provider_id: int
    on: date
    order: int


@dataclass(frozen=True, slots=True)
class Continuity:
    """Of the `repeat_clients` who had another visit after their first one with this provider, the share who stayed with them every time.

    `since` is the day of the provider's first completed visit here.
    """

    repeat_clients: int
    same_provider_percent: int
    since: date

    def months(self, today: date) -> int:
        """Whole months since the first visit here."""
        return (today.year - self.since.year) * 12 + today.month - self.since.month - (today.day < self.since.day)


def continuity(visits: Iterable[DoneVisit], provider_id: int) -> Continuity | None:
    """The figure of a provider from all completed visits of everybody who ever saw them; None from fewer than five such clients."""
    by_person: dict[int, list[DoneVisit]] = defaultdict(list)
    for visit in visits:
        by_person[visit.person_id].append(visit)
    repeat, stayed, days = 0, 0, []
    for whole in by_person.values():
        whole.sort(key=lambda visit: (visit.on, visit.order))
        first = next((at for at, visit in enumerate(whole) if visit.provider_id == provider_id), None)
        if first is None:
            continue
        days.append(whole[first].on)
        later = whole[first + 1 :]
        repeat += bool(later)
        stayed += bool(later) and all(visit.provider_id == provider_id for visit in later)
    if repeat < FEWEST_CLIENTS:
        return None
    return Continuity(repeat, (200 * stayed + repeat) // (2 * repeat), min(days))
