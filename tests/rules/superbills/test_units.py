"""Units by the minute: every minute of two hours, mixed codes by the rule of sums, against a twin that tries every way of sharing."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.papers.rules.estimates import units_of
from booking.superbills.rules.units import share_cents, share_units


@pytest.mark.parametrize("minutes", range(121))
def test_every_minute_of_two_hours(minutes):
    """By the table of the custom: eight minutes are the first unit, and every fifteen more another."""
    first_of_unit = [8, 23, 38, 53, 68, 83, 98, 113]
    assert share_units({"97124": minutes}, minutes) == {"97124": sum(minutes >= first for first in first_of_unit)}


@pytest.mark.parametrize(
    ("minutes", "units"),
    [
        pytest.param({"97124": 33, "97140": 7}, {"97124": 2, "97140": 1}, id="forty are three, the third to whom most is left"),
        pytest.param({"97124": 7, "97140": 7}, {"97124": 1, "97140": 0}, id="two that are nothing alone are one together"),
        pytest.param({"97124": 6, "97140": 7}, {"97124": 0, "97140": 1}, id="which goes to the longer"),
        pytest.param({"97124": 20, "97140": 20}, {"97124": 2, "97140": 1}, id="of equals to the first"),
        pytest.param({"97124": 22, "97140": 22}, {"97124": 2, "97140": 1}, id="though each alone were one"),
        pytest.param({"97124": 24, "97140": 24}, {"97124": 2, "97140": 1}, id="forty-eight are three, though each alone were two"),
        pytest.param({"97124": 30, "97140": 4}, {"97124": 2, "97140": 0}, id="four minutes make no unit"),
        pytest.param({"97124": 3, "97140": 4}, {"97124": 0, "97140": 0}, id="seven in all are nothing"),
        pytest.param({"a": 18, "b": 13, "c": 10, "d": 8}, {"a": 1, "b": 1, "c": 1, "d": 0}, id="forty-nine of four codes are three"),
    ],
)
def test_mixed_codes(minutes, units):
    assert share_units(minutes, sum(minutes.values())) == units


CODES = st.dictionaries(st.sampled_from(["97124", "97140", "97010"]), st.integers(0, 70), min_size=1, max_size=3)


def twin(minutes, most):
    """Of all ways to share the units out, the one that leaves the minutes of no code far from what its units stand for."""
    every = units_of(min(sum(minutes.values()), most))
    ways = [way for way in product(range(every + 1), repeat=len(minutes)) if sum(way) == every]
    return min(sum((have - 15 * units) ** 2 for have, units in zip(minutes.values(), way, strict=True)) for way in ways), every


@given(CODES, st.integers(0, 130))
@settings(max_examples=200)
def test_no_other_way_of_sharing_is_nearer_to_the_minutes(minutes, most):
    found = share_units(minutes, most)
    nearest, every = twin(minutes, most)
    assert sum(found.values()) == every
    assert sum((minutes[code] - 15 * units) ** 2 for code, units in found.items()) == nearest


@given(CODES)
@settings(max_examples=200)
def test_whole_quarters_come_first_and_one_more_at_most_to_each(minutes):
    for code, units in share_units(minutes, sum(minutes.values())).items():
        assert minutes[code] // 15 <= units <= minutes[code] // 15 + 1
        assert minutes[code] or not units


@given(CODES, st.integers(-30_000, 60_000))
def test_a_price_is_shared_to_the_cent(units, cents):
    shares = share_cents(cents, units)
    assert sum(shares.values()) == (cents if any(units.values()) else 0)
    every = sum(units.values())
    assert all(abs(share * every - cents * units[code]) < every for code, share in shares.items() if every)
    assert all(not shares[code] for code, count in units.items() if not count and every)
