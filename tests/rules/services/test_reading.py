"""The reader of bodies: it collects every fault, guesses nothing, and refuses once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Malformed, Refused
from providers.services.rules.reading import Reader, clock_text


@pytest.fixture
def reader():
    return Reader()


def fields(reader):
    return [fault.field for fault in reader.faults]


@pytest.mark.parametrize("value", [None, [], "x", 5, True])
def test_what_is_no_object_is_read_as_an_empty_one(reader, value):
    assert reader.mapping(value, "body", ("a",), ("a",)) == {}
    assert fields(reader) == ["body"]


@pytest.mark.parametrize(
    "value, unknown, missing",
    [
        ({"a": 1}, [], []),
        ({}, [], ["body.a"]),
        ({"a": None}, [], []),
        ({"a": 1, "b": 2}, [], []),
        ({"a": 1, "c": 2}, ["body.c"], []),
        ({"c": 2, "d": 3}, ["body.c", "body.d"], ["body.a"]),
    ],
)
def test_an_objects_names(reader, value, unknown, missing):
    assert reader.mapping(value, "body", ("a", "b"), ("a",)) == value
    assert [fault.field for fault in reader.unknown] == unknown
    assert fields(reader) == missing


def test_names_at_the_top_have_no_prefix(reader):
    reader.mapping({"c": 1}, "", ("a",), ("a",))
    assert [fault.field for fault in reader.unknown] == ["c"]
    assert fields(reader) == ["a"]


@pytest.mark.parametrize(
    "value, rows, faulty",
    [
        ([], [], False),
        ([1], [1], False),
        ((1, 2), (1, 2), False),
        ([1, 2, 3], [1, 2], True),
        ("ab", (), True),
        (None, (), True),
        ({}, (), True),
    ],
)
def test_lists(reader, value, rows, faulty):
    assert reader.rows(value, "list", 2) == rows
    assert bool(reader.faults) is faulty


@pytest.mark.parametrize(
    "value, read, faulty",
    [
        (3, 3, False),
        (7, 7, False),
        (5, 5, False),
        (2, 3, True),
        (8, 3, True),
        (True, 3, True),
        ("5", 3, True),
        (5.0, 3, True),
        (None, 3, True),
        (10**30, 3, True),
    ],
)
def test_whole_numbers_from_three_to_seven(reader, value, read, faulty):
    assert reader.whole(value, "number", 3, 7) == read
    assert bool(reader.faults) is faulty


@pytest.mark.parametrize(
    "text, minute",
    [("00:00", 0), ("00:01", 1), ("09:05", 545), ("19:00", 1140), ("23:59", 1439), ("24:00", 1440)],
)
def test_wall_times(reader, text, minute):
    assert reader.clock(text, "from") == minute
    assert reader.faults == []
    assert clock_text(minute) == text


@pytest.mark.parametrize(
    "text", ["24:01", "25:00", "9:05", "19:60", "19", "19:00:00", "7 PM", "", " 19:00", "19:00\n", "１９:００", None, 1140, True]
)
def test_what_is_no_wall_time(reader, text):
    assert reader.clock(text, "from") == 0
    assert fields(reader) == ["from"]


@pytest.mark.parametrize(
    "value, read, faulty", [("a", "a", False), ("b", "b", False), ("c", "a", True), (None, "a", True), (["a"], "a", True), (1, "a", True)]
)
def test_choices(reader, value, read, faulty):
    assert reader.choice(value, "kind", ("a", "b")) == read
    assert bool(reader.faults) is faulty


def test_without_a_fault_nothing_is_refused(reader):
    reader.whole(3, "number", 0, 5)
    reader.finish("invalid", "No.")


def test_unknown_fields_come_before_wrong_values(reader):
    reader.mapping({"x": 1}, "", ("a",), ("a",))
    with pytest.raises(Malformed, match="unknown_field") as refusal:
        reader.finish("invalid", "No.")
    assert [fault.field for fault in refusal.value.faults] == ["x"]


def test_all_wrong_values_are_refused_together(reader):
    reader.whole("a", "first", 0, 5)
    reader.clock("b", "second")
    with pytest.raises(Refused) as refusal:
        reader.finish("invalid", "No.")
    assert (refusal.value.code, refusal.value.sentence) == ("invalid", "No.")
    assert [fault.field for fault in refusal.value.faults] == ["first", "second"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(json_values)
def test_no_value_whatever_makes_the_reader_stumble(value):
    reader = Reader()
    reader.mapping(value, "a", ("b",), ("b",))
    reader.rows(value, "b", 3)
    assert 1 <= reader.whole(value, "c", 1, 9) <= 9
    assert 0 <= reader.clock(value, "d") <= 1440
    assert reader.choice(value, "e", ("x", "y")) in {"x", "y"}


@given(st.integers(0, 1440))
def test_any_minute_is_written_and_read_alike(minute):
    assert Reader().clock(clock_text(minute), "x") == minute
