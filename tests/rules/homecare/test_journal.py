"""What a journal takes, and what a therapist reads of it."""

from datetime import UTC, date, datetime

import pytest

from booking.homecare.rules.journal import Entry, entry_faults, since_last_visit

TODAY = date(2027, 3, 14)


@pytest.mark.parametrize(
    "entry, fields",
    [
        (Entry(TODAY, pain=0), []),
        (Entry(TODAY, pain=10, stiffness=5, mobility=0, note="sore"), []),
        (Entry(TODAY, pain=11), ["pain"]),
        (Entry(TODAY, stiffness=-1, mobility=11), ["stiffness", "mobility"]),
        (Entry(TODAY), ["note"]),
        (Entry(TODAY, note="   "), ["note"]),
        (Entry(TODAY, note="x" * 2_001), ["note"]),
        (Entry(date(2027, 3, 15), pain=1), ["on"]),
        (Entry(date(2027, 2, 11), pain=1), []),
        (Entry(date(2027, 2, 10), pain=1), ["on"]),
    ],
)
def test_an_entry_is_fine_or_named(entry, fields):
    assert [fault.field for fault in entry_faults(entry, TODAY)] == fields


def at(day, hour=18):
    return datetime(2027, 3, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "ends, seen",
    [
        ([], [10, 12, 13, 14]),
        ([at(12)], [12, 13, 14]),
        ([at(11), at(13, 3)], [12, 13, 14]),  # 3:00 in London's winter is still the day before in New York
        ([at(14)], [14]),
        ([at(20)], [10, 12, 13, 14]),  # a later visit does not hide what was written before this one
    ],
)
def test_a_therapist_reads_from_the_day_of_the_visit_before_on(ends, seen):
    entries = [(day, date(2027, 3, day)) for day in (10, 12, 13, 14)]
    assert since_last_visit(entries, ends, at(15)) == seen
