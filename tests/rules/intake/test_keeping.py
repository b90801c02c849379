"""When is something asked about again, and what is new for whoever has looked before?"""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given

from booking.intake.rules.keeping import Changes, Look, Told, changes, seen_before, why_asked
from booking.intake.rules.telling import Intake, Medicine, Surgery
from tests.rules.intake.test_telling import PLAIN, intakes


@pytest.mark.parametrize(
    ("told", "version", "today", "why"),
    [
        (None, "1", date(2027, 1, 12), "never"),
        (Told(date(2027, 1, 12), "1"), "1", date(2027, 1, 12), None),
        (Told(date(2026, 1, 12), "1"), "1", date(2027, 1, 12), None),
        (Told(date(2026, 1, 12), "1"), "1", date(2027, 1, 13), "old"),
        (Told(date(2028, 2, 29), "1"), "1", date(2029, 3, 1), None),
        (Told(date(2028, 2, 29), "1"), "1", date(2029, 3, 2), "old"),
        (Told(date(2027, 1, 12), "1"), "2", date(2027, 1, 12), "changed"),
        (Told(date(2020, 1, 12), "1"), "2", date(2027, 1, 12), "changed"),
    ],
)
def test_it_is_asked_again_after_twelve_months_or_when_the_text_is_another(told, version, today, why):
    assert why_asked(told, version, today) == why


@pytest.mark.parametrize(
    ("looks", "appointment", "newest", "known"),
    [
        ([], "A", "1", None),
        ([("A", "1")], "A", "1", None),
        ([("A", "1")], "A", "2", "1"),
        ([("A", "1"), ("A", "2")], "A", "2", "1"),
        ([("A", "1"), ("A", "2"), ("A", "2")], "A", "2", "1"),
        ([("A", "1"), ("A", "2")], "B", "2", "2"),
        ([("A", "1"), ("A", "2")], "B", "3", "2"),
        ([("A", "1"), ("A", "2"), ("A", "3")], "A", "3", "2"),
        ([("A", "1"), ("B", "2"), ("A", "2")], "A", "2", "2"),
    ],
)
def test_what_a_therapist_knew_before_the_newest_version(looks, appointment, newest, known):
    assert seen_before([Look(*look) for look in looks], appointment, newest) == known


IBUPROFEN, STRONGER = Medicine("ibuprofen", "200 mg"), Medicine("ibuprofen", "400 mg")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Changes((), (), ())),
        ({"history": "asthma"}, Changes(("history",), (), ())),
        ({"goals": ("lift my son", "run")}, Changes(("goals",), ("run",), ())),
        ({"goals": ("run",)}, Changes(("goals",), ("run",), ("lift my son",))),
        ({"medicines": (IBUPROFEN,)}, Changes(("medicines",), (IBUPROFEN,), ())),
        (
            {"medicines": (IBUPROFEN,), "surgeries": (Surgery("knee"),)},
            Changes(("medicines", "surgeries"), (IBUPROFEN, Surgery("knee")), ()),
        ),
    ],
)
def test_what_is_different(change, expected):
    assert changes(PLAIN, replace(PLAIN, **change)) == expected


def test_another_dose_is_a_line_that_came_and_one_that_went():
    before, after = replace(PLAIN, medicines=(IBUPROFEN,)), replace(PLAIN, medicines=(STRONGER,))
    assert changes(before, after) == Changes(("medicines",), (STRONGER,), (IBUPROFEN,))


@given(intakes, intakes)
def test_nothing_has_changed_exactly_where_both_are_the_same(before, after):
    found = changes(before, after)
    assert (found == Changes((), (), ())) == (before == after)
    assert replace(before, **{field.name: getattr(after, field.name) for field in fields(Intake) if field.name in found.fields}) == after
