"""Two therapists side by side: the starts that both have, in one place, against a search minute by minute."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.rules.asking import Wish
from booking.openings.rules.pairs import TIMES_NAMED, Side, find_pairs, in_one_place, shared_starts

DAY = 96


@dataclass(frozen=True)
class Room:
    line1: str = "200 West 72nd Street"
    unit: str | None = None
    zip: str = "10023"
    clinic_id: int | None = None


@pytest.mark.parametrize(
    ("one", "other", "side_by_side"),
    [
        (Room(clinic_id=1), Room(clinic_id=1), True),
        (Room(clinic_id=1, unit="Floor 2"), Room(clinic_id=1, unit="Floor 2"), True),
        (Room(clinic_id=1), Room(clinic_id=2), False),
        (Room(clinic_id=1), Room(), False),
        (Room(unit="4A"), Room(unit="4B"), True),
        (Room(unit="4A"), Room("200 WEST 72ND STREET", unit="4B"), True),
        (Room(unit="4A"), Room(unit="4a"), False),
        (Room(), Room(), False),
        (Room(unit="4A"), Room(unit="4B", zip="10024"), False),
        (Room(unit="4A"), Room("202 West 72nd Street", unit="4B"), False),
        (None, Room(), False),
        (None, None, False),
    ],
)
def test_side_by_side_is_two_rooms_of_one_house(one, other, side_by_side):
    assert in_one_place(one, other) is side_by_side
    assert in_one_place(other, one) is side_by_side


def side(number, starts, places=None, setting="clinic", zip_code=None):
    """A therapist whose start at a minute is at `places[minute]`, else in the clinic that all share."""
    facts = SimpleNamespace(id=number, slug=f"s{number}")
    where = {start: Room(clinic_id=1) for start in starts} | (places or {})
    return Side(facts, Wish("massage", 60, setting, zip_code), sorted(starts), where.get)


HOMES = st.sampled_from(["10023", "10024"])
CLINICS = st.sampled_from([None, Room(clinic_id=1), Room(clinic_id=2), Room(unit="4A"), Room(unit="4B")])


@st.composite
def towns(draw):
    """Some therapists with free quarter hours, at clinics here and there, or at one of two homes."""
    at_home = draw(st.booleans())
    found = []
    for number in range(draw(st.integers(2, 6))):
        starts = draw(st.sets(st.integers(0, DAY), max_size=12))
        zip_code = draw(HOMES) if at_home else None
        places = {start: draw(CLINICS) for start in sorted(starts)}
        found.append(side(number, starts, places, "home" if at_home else "clinic", zip_code))
    return found


def by_the_minute(sides):
    """Every (lower id, higher id, minute) at which both can begin side by side, found by looking at every minute of everybody."""
    found = set()
    for minute in range(DAY + 1):
        free = [one for one in sides if minute in one.starts]
        for one in free:
            for other in free:
                if one.facts.id >= other.facts.id or one.wish.zip != other.wish.zip:
                    continue
                here, there = one.place_of(minute), other.place_of(minute)
                clinics = here is not None and there is not None and here.clinic_id is not None and here.clinic_id == there.clinic_id
                suites = (
                    here is not None
                    and there is not None
                    and {here.clinic_id, there.clinic_id} == {None}
                    and (here.line1, here.zip) == (there.line1, there.zip)
                    and here.unit != there.unit
                )
                if one.wish.setting == "home" or clinics or suites:
                    found.add((one.facts.id, other.facts.id, minute))
    return found


@given(towns())
def test_pairs_are_what_a_look_at_every_minute_finds(sides):
    found = {
        (*sorted((one.facts.id, other.facts.id)), start)
        for at, one in enumerate(sides)
        for other in sides[at + 1 :]
        for start in shared_starts(one, other)
    }
    assert found == by_the_minute(sides)


@given(towns(), st.integers(1, 5))
def test_a_list_names_nobody_too_often_and_the_soonest_first(sides, most):
    pairs = find_pairs(sides, most)
    truth = by_the_minute(sides)
    assert len(pairs) <= most
    for pair in pairs:
        one, other = sorted((pair.first.facts.id, pair.second.facts.id))
        assert set(pair.starts) == {minute for low, high, minute in truth if (low, high) == (one, other)}
    assert [pair.starts[0] for pair in pairs] == sorted(pair.starts[0] for pair in pairs)
    named = [who.facts.id for pair in pairs for who in (pair.first, pair.second)]
    assert all(named.count(who) <= TIMES_NAMED for who in named)
    assert bool(pairs) is bool(truth)
    if pairs:
        assert pairs[0].starts[0] == min(minute for *_, minute in truth)


@given(towns())
def test_with_a_named_therapist_all_of_theirs_and_no_others(sides):
    own = sides[0].facts.id
    pairs = find_pairs(sides, 99, beside=own)
    assert {pair.first.facts.id for pair in pairs} <= {own}
    assert {pair.second.facts.id for pair in pairs} == {
        high if low == own else low for low, high, _ in by_the_minute(sides) if own in (low, high)
    }


def test_nobody_is_beside_themselves():
    one = side(1, {0, 4})
    assert shared_starts(one, one) == ()
