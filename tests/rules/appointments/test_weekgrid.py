"""Where things stand on the sheet of a week."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.weekgrid import ROW_MINUTES, Thing, evening_of, lay_out
from marketplace.kernel.walltime import day_begin, day_span

MONDAY = date(2027, 1, 11)


def at(day, hour, minute=0):
    return day_begin(day) + hour * 60 + minute


def cells(sheet, day):
    return next(column.cells for column in sheet.days if column.on == day)


def test_an_empty_week_shows_the_usual_hours():
    sheet = lay_out([], MONDAY)
    assert (sheet.first_hour, sheet.last_hour, len(sheet.days)) == (9, 18, 7)
    assert all(column.cells == () for column in sheet.days)


@pytest.mark.parametrize(
    ("begin", "end", "row", "span", "plus", "less"),
    [
        ((9, 0), (10, 0), 1, 4, 0, 0),
        ((10, 30), (11, 30), 7, 4, 0, 0),
        ((9, 5), (10, 5), 1, 5, 5, 10),
        ((9, 10), (9, 20), 1, 2, 10, 10),
        ((9, 7), (9, 52), 1, 4, 5, 5),
        ((9, 0), (9, 1), 1, 1, 0, 10),
    ],
)
def test_a_thing_takes_the_rows_it_touches(begin, end, row, span, plus, less):
    sheet = lay_out([Thing("visit", at(MONDAY, *begin), at(MONDAY, *end), 7)], MONDAY)
    (cell,) = cells(sheet, MONDAY)
    assert (cell.row, cell.span, cell.plus, cell.less, cell.key) == (row, span, plus, less, 7)


def test_the_sheet_grows_to_what_is_on_it():
    tuesday = MONDAY + timedelta(days=1)
    sheet = lay_out([Thing("visit", at(MONDAY, 6, 30), at(MONDAY, 7, 30)), Thing("visit", at(tuesday, 22), at(tuesday, 23, 15))], MONDAY)
    assert (sheet.first_hour, sheet.last_hour) == (6, 24)
    assert cells(sheet, MONDAY)[0].row == 3


def test_a_night_stands_on_both_days():
    sheet = lay_out([Thing("open", at(MONDAY, 20), at(MONDAY, 26))], MONDAY)
    assert (sheet.first_hour, sheet.last_hour) == (0, 24)
    (first,), (second,) = cells(sheet, MONDAY), cells(sheet, MONDAY + timedelta(days=1))
    assert (first.row, first.span, first.goes_on) == (81, 16, False)
    assert (second.row, second.span, second.goes_on) == (1, 8, True)


def test_what_lies_outside_the_week_is_not_on_it():
    sheet = lay_out([Thing("visit", at(MONDAY, -3), at(MONDAY, -2)), Thing("visit", at(MONDAY, 24 * 7), at(MONDAY, 24 * 7 + 1))], MONDAY)
    assert all(column.cells == () for column in sheet.days)


def test_evening_is_open_time_from_the_hour_on():
    spans = [(at(MONDAY, 18), at(MONDAY, 22))]
    assert evening_of(spans, [MONDAY], 19 * 60) == [Thing("evening", at(MONDAY, 19), at(MONDAY, 22))]
    assert evening_of(spans, [MONDAY], 21 * 60) == [Thing("evening", at(MONDAY, 21), at(MONDAY, 22))]


@pytest.mark.parametrize("day", [date(2027, 3, 14), date(2027, 11, 7)])
def test_evening_begins_at_seven_on_change_days_too(day):
    low, high = day_span(day)
    (thing,) = evening_of([(low, high)], [day], 19 * 60)
    assert high - thing.begin_minute == 5 * 60


def test_the_missing_hour_leaves_its_rows_empty_and_the_rest_on_the_wall():
    spring = date(2027, 3, 14)
    low, _ = day_span(spring)
    sheet = lay_out([Thing("visit", low + 90, low + 150)], spring, days=1)
    (cell,) = cells(sheet, spring)
    assert (sheet.first_hour, cell.row, cell.span) == (1, 3, 8)


def test_the_repeated_hour_is_drawn_where_the_wall_shows_it():
    autumn = date(2027, 11, 7)
    low, _ = day_span(autumn)
    sheet = lay_out([Thing("visit", low + 90, low + 150, 1), Thing("visit", low + 150, low + 165, 2)], autumn, days=1)
    first, second = cells(sheet, autumn)
    assert first.row == second.row == 3
    assert first.span >= 1


@given(st.lists(st.tuples(st.integers(-2000, 12000), st.integers(1, 900)), max_size=12))
def test_every_minute_of_every_thing_is_covered_by_its_rows(spans):
    low = day_begin(MONDAY)
    things = [Thing("visit", low + begin, low + begin + length, key) for key, (begin, length) in enumerate(spans)]
    sheet = lay_out(things, MONDAY)
    for column in sheet.days:
        begin, end = day_span(column.on)
        shown = {cell.key: cell for cell in column.cells}
        for thing in things:
            first, last = max(thing.begin_minute, begin), min(thing.end_minute, end)
            assert (thing.key in shown) == (first < last)
            if first < last:
                cell = shown[thing.key]
                top = begin + sheet.first_hour * 60 + (cell.row - 1) * ROW_MINUTES
                bottom = top + cell.span * ROW_MINUTES
                assert top + cell.plus <= first < top + ROW_MINUTES
                assert bottom - ROW_MINUTES < last <= bottom
                assert 1 <= cell.row <= 96
                assert cell.row + cell.span <= 97
