"""Starts for two people side by side: two therapists who are both free at the same minute, in one place.

Nothing is judged here that the engine has not judged: each therapist's starts are theirs, and a pair's are those that both have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from booking.openings.rules.asking import Wish
from providers.profiles.rules import MOBILE, PlaceFacts, ProviderFacts

# A list of pairs names each therapist so often at most, so that one who is free early is not beside everybody.
TIMES_NAMED = 3


class Room(Protocol):
    """As much of a place as says whether another one is beside it."""

    @property
    def clinic_id(self) -> int | None:
        """The shared clinic it is in, if any."""

    @property
    def line1(self) -> str:
        """Street and number."""

    @property
    def unit(self) -> str | None:
        """Floor, suite or room."""

    @property
    def zip(self) -> str:
        """Its ZIP code."""


@dataclass(frozen=True)
class Side:
    """One therapist's free starts for a wish, in order, as epoch minutes; `place_of` says at which of their places one would be.

    A visit at the client's place is at no place of theirs: None.
    """

    facts: ProviderFacts
    wish: Wish
    starts: Sequence[int]
    place_of: Callable[[int], PlaceFacts | None]


@dataclass(frozen=True)
class Pair:
    """Two therapists and the starts at which both are free in one place, in order; never none."""

    first: Side
    second: Side
    starts: tuple[int, ...]


def in_one_place(one: Room | None, other: Room | None) -> bool:
    """Whether two visits at these places of therapists are side by side: two rooms of one clinic, or two of one address.

    In a shared clinic there is a room for them, one for both where it counts its rooms. Two who give the very same room of an address
    share it: that is one room.
    """
    if one is None or other is None:
        return False
    if one.clinic_id is not None or other.clinic_id is not None:
        return one.clinic_id == other.clinic_id
    same_house = (one.line1.casefold(), one.zip) == (other.line1.casefold(), other.zip)
    return same_house and (one.unit or "").casefold() != (other.unit or "").casefold()


def shared_starts(one: Side, other: Side) -> tuple[int, ...]:
    """The starts that both have, where both visits would be in one place. Nobody is beside themselves."""
    if one.facts.id == other.facts.id or (one.wish.setting, one.wish.zip) != (other.wish.setting, other.wish.zip):
        return ()
    theirs = set(other.starts)
    both = (start for start in one.starts if start in theirs)
    if one.wish.setting in MOBILE:
        return tuple(both)
    return tuple(start for start in both if in_one_place(one.place_of(start), other.place_of(start)))


def find_pairs(sides: Sequence[Side], most: int, beside: int | None = None) -> list[Pair]:
    """Pairs by their first start, then by name; at most `most`, each therapist a few times. With `beside` (an id) that one is in all.

    The therapist of `beside` stands first in their pairs.
    """
    made = (_paired(one, other, beside) for one, other in combinations(sides, 2) if beside in {None, one.facts.id, other.facts.id})
    found = sorted((pair for pair in made if pair is not None), key=_position)
    return found[:most] if beside is not None else _varied(found, most)


def _paired(one: Side, other: Side, beside: int | None) -> Pair | None:
    starts = shared_starts(one, other)
    if not starts:
        return None
    return Pair(other, one, starts) if other.facts.id == beside else Pair(one, other, starts)


def _position(pair: Pair) -> tuple[int, str, str]:
    return pair.starts[0], pair.first.facts.slug, pair.second.facts.slug


def _varied(found: Iterable[Pair], most: int) -> list[Pair]:
    named: Counter[int] = Counter()
    kept: list[Pair] = []
    for pair in found:
        both = (pair.first.facts.id, pair.second.facts.id)
        if len(kept) < most and all(named[who] < TIMES_NAMED for who in both):
            kept.append(pair)
            named.update(both)
    return kept
