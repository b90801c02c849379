"""Money is a whole number of cents, in US dollars. Every share of an amount is rounded here and nowhere else."""

from __future__ import annotations

from fractions import Fraction

_BASIS_POINTS_OF_ALL = 10_000


def share_half_up(cents: int, basis_points: int | Fraction) -> int:
    """The share of `cents` in cents, a half cent rounded up: 450 basis points (4.5 %) of 16500 are 743.

    A rate finer than a basis point is a Fraction: 8.875 % is `Fraction(8875, 10)`. A negative amount gives
    the mirror image of the positive one, so that what is taken back equals what was charged.
    """
    if isinstance(basis_points, int):  # nearly always, and a search asks for thousands
        rounded = (2 * abs(cents) * basis_points + _BASIS_POINTS_OF_ALL) // (2 * _BASIS_POINTS_OF_ALL)
    else:
        exact = abs(cents) * basis_points / _BASIS_POINTS_OF_ALL
        rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return rounded if cents >= 0 else -rounded


def percent_half_up(cents: int, percent: int) -> int:
    """A whole percentage of `cents` in cents, a half cent rounded up: 25 per cent of 130 are 33."""
    return share_half_up(cents, percent * 100)


def format_usd(cents: int) -> str:
    """The amount as a person reads it: 19855 is `$198.55`, 123450 is `$1,234.50`, -500 is `-$5.00`."""
    dollars, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${dollars:,}.{rest:02d}"
