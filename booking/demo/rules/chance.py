"""The source of chance that everything is drawn from. The same source gives the same town."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

PUBLIC_ID_BYTES = 12


class Chance(Protocol):
    """As much of the standard library's `random.Random` as is used here; rules do not import it, they are given one."""

    def random(self) -> float:
        """At least 0, below 1."""
        ...

    def randrange(self, start: int, stop: int, step: int = 1, /) -> int:
        """A whole number of `range(start, stop, step)`."""
        ...

    def choice(self, seq: Sequence[T], /) -> T:
        """One of several."""
        ...

    def choices(self, population: Sequence[T], /, *, cum_weights: Any, k: int) -> list[T]:
        """Some, weighted, perhaps one of them twice."""
        ...

    def sample(self, population: Sequence[T], k: int, /) -> list[T]:
        """Different ones in any order."""
        ...

    def randbytes(self, n: int, /) -> bytes:
        """So many bytes."""
        ...


def likely(chance: Chance, percent: int) -> bool:
    """True in `percent` of a hundred cases."""
    return chance.random() * 100 < percent


def weighted(chance: Chance, shares: Mapping[T, int]) -> T:
    """One of the keys, each as often as its share says."""
    left = chance.random() * sum(shares.values())
    for found, share in shares.items():
        left -= share
        if left < 0:
            return found
    raise ValueError("nothing to draw from")


def public_id(chance: Chance) -> str:
    """A name for use outside in the usual form. It can be guessed by whoever knows the seed: for sample data only."""
    return base64.urlsafe_b64encode(chance.randbytes(PUBLIC_ID_BYTES)).decode()
