"""Cents stay whole, a half cent goes up, and the amounts read as people write them."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import format_usd, percent_half_up, share_half_up

TAX = 450


@pytest.mark.parametrize(
    "cents, tax",
    [
        (16500, 743),  # 165.00 -> 7.43, where half-even would say 7.42
        (19000, 855),  # 190.00 -> 8.55
        (9500, 428),  # 95.00 -> 4.28
        (13000, 585),
        (23500, 1058),
        (0, 0),
        (1, 0),
        (-16500, -743),  # what is refunded is what was charged
    ],
)
def test_new_york_tax_of_four_and_a_half_per_cent(cents, tax):
    assert share_half_up(cents, TAX) == tax


@pytest.mark.parametrize("cents, percent, fee", [(13000, 50, 6500), (13001, 50, 6501), (130, 25, 33), (130, 0, 0), (130, 100, 130)])
def test_whole_percentages(cents, percent, fee):
    assert percent_half_up(cents, percent) == fee


def test_a_rate_finer_than_a_basis_point_is_a_fraction():
    assert share_half_up(10_000, Fraction(8875, 10)) == 888  # 8.875 % of 100.00 is 8.875, a half cent up


@given(st.integers(-(10**9), 10**9), st.integers(0, 20_000))
def test_decimal_arithmetic_says_the_same(cents, basis_points):
    exact = (Decimal(cents) * basis_points / 10_000).quantize(Decimal(1), ROUND_HALF_UP)
    assert share_half_up(cents, basis_points) == int(exact)


@pytest.mark.parametrize(
    "cents, written",
    [(19855, "$198.55"), (5, "$0.05"), (0, "$0.00"), (123450, "$1,234.50"), (-500, "-$5.00"), (-5, "-$0.05"), (100000000, "$1,000,000.00")],
)
def test_amounts_as_people_write_them(cents, written):
    assert format_usd(cents) == written
