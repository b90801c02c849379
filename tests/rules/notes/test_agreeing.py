"""What a note may name though the comfort card leaves it out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.intake.rules.comfort import Comfort
from booking.notes.rules.agreeing import agreement_fault, card_counts, not_agreed
from booking.notes.rules.content import Note, Used

NAMES = {"head": "Head", "neck_back": "Neck", "belly": "Belly"}
NOW = datetime(2027, 1, 12, tzinfo=UTC)


def note(*regions, by=(), agreed=()):
    return Note(regions=regions, techniques=(Used("trigger_point", 5, tuple(by)),), agreed_regions=tuple(agreed))


@pytest.mark.parametrize(
    ("written", "card", "open_areas"),
    [
        (note("head"), None, ()),
        (note("head"), Comfort(), ()),
        (note("head"), Comfort(areas_out=("head",)), ("head",)),
        (note("head", agreed=["head"]), Comfort(areas_out=("head",)), ()),
        (note(by=["head"]), Comfort(areas_out=("head",)), ("head",)),
        (note("neck_back", by=["head"]), Comfort(areas_out=("belly",)), ()),
        (note("neck_back", by=["head"]), Comfort(areas_in=("neck_back",)), ("head",)),
        (note("head", "belly", agreed=["belly"]), Comfort(areas_out=("head", "belly")), ("head",)),
        (note(), Comfort(areas_out=("head", "belly")), ()),
    ],
)
def test_what_is_left_out_is_agreed_on_or_named(written, card, open_areas):
    assert not_agreed(written, card) == open_areas
    fault = agreement_fault(written, card, NAMES)
    assert (fault is None) == (not open_areas)
    assert fault is None or (fault.field == "agreed_regions" and all(NAMES[code] in fault.message for code in open_areas))


SOME = st.sets(st.sampled_from(list(NAMES))).map(lambda found: tuple(sorted(found)))


@given(SOME, SOME, SOME, SOME, SOME)
def test_area_by_area(whole, by, agreed, out, only):
    card = Comfort(areas_out=out, areas_in=tuple(set(only) - set(out)))
    expected = {code for code in {*whole, *by} if code not in agreed and (code in out or (card.areas_in and code not in card.areas_in))}
    assert set(not_agreed(note(*whole, by=by, agreed=agreed), card)) == expected


@pytest.mark.parametrize(
    ("status", "days", "counts"), [("confirmed", -1, True), ("completed", 29, True), ("completed", 31, False), ("requested", -1, False)]
)
def test_a_card_counts_while_it_may_be_seen(status, days, counts):
    assert card_counts(status, NOW - timedelta(days=days), NOW) == counts
