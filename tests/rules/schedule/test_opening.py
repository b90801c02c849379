"""Weekly hours and exceptions give open time: settings, places, nights, change days, merging, where starts count from."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.kernel.walltime import NEW_YORK, day_begin, to_minute
from providers.schedule.rules.hours import DateException, OpenSpan, WeeklyRange
from providers.schedule.rules.opening import LOOK_BACK_DAYS, open_spans

CLINIC, HOME, BOTH = frozenset({"clinic"}), frozenset({"home"}), frozenset({"clinic", "home"})
MONDAY = date(2027, 6, 7)
TUESDAY, WEDNESDAY, SUNDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2), MONDAY - timedelta(days=1)
SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)


def hours(weekday, opens, closes, settings=CLINIC, place=1, staffing=None):
    return WeeklyRange(weekday, opens * 60, closes * 60, settings, place, staffing)


def every_day(opens, closes, **more):
    return [hours(weekday, opens, closes, **more) for weekday in range(7)]


def closed(on):
    return DateException(on, closed=True)


def instead(on, opens, closes, settings=CLINIC, place=1):
    return DateException(on, False, opens * 60, closes * 60, settings, place)


def wall(spans, zone=NEW_YORK):
    """Open time as people read it: weekday and hour, e.g. `Mon 09:00-12:00`."""
    texts = []
    for span in spans:
        begin, end = (datetime.fromtimestamp(minute * 60, zone) for minute in span[:2])
        texts.append(f"{begin:%a %H:%M}-{end:%H:%M}")
    return texts


def on_monday(weekly, exceptions=(), setting="clinic"):
    return wall(open_spans(weekly, exceptions, MONDAY, MONDAY, setting))


@pytest.mark.parametrize(
    "sentence, weekly, exceptions, shown",
    [
        ("hours of the day", [hours(0, 9, 12)], [], ["Mon 09:00-12:00"]),
        ("a break stays a break", [hours(0, 9, 12), hours(0, 13, 18)], [], ["Mon 09:00-12:00", "Mon 13:00-18:00"]),
        ("touching ranges are one", [hours(0, 9, 12), hours(0, 12, 18)], [], ["Mon 09:00-18:00"]),
        ("overlapping ranges are one", [hours(0, 9, 14), hours(0, 12, 18)], [], ["Mon 09:00-18:00"]),
        ("a range inside another is swallowed", [hours(0, 9, 18), hours(0, 12, 13)], [], ["Mon 09:00-18:00"]),
        ("two places stay two", [hours(0, 9, 12), hours(0, 12, 18, place=2)], [], ["Mon 09:00-12:00", "Mon 12:00-18:00"]),
        ("other days are not asked for", [hours(1, 9, 12)], [], []),
        ("a night runs to its end", [hours(0, 20, 26)], [], ["Mon 20:00-02:00"]),
        ("the tail of the night before is there", [hours(6, 20, 26)], [], ["Mon 00:00-02:00"]),
        ("a night goes on into touching hours of the next day", [hours(0, 20, 24), hours(1, 0, 3)], [], ["Mon 20:00-03:00"]),
        ("hours of the next day that do not touch are not asked for", [hours(0, 20, 24), hours(1, 1, 3)], [], ["Mon 20:00-00:00"]),
        ("no settings, never offered", [hours(0, 9, 12, settings=frozenset())], [], []),
        ("another setting is not offered", [hours(0, 9, 12, settings=HOME)], [], []),
        ("a closed day is closed", [hours(0, 9, 12)], [closed(MONDAY)], []),
        ("a closed day takes the tail of the night before", [hours(6, 20, 26), hours(0, 9, 12)], [closed(MONDAY)], []),
        ("a closed day before takes its tail along", [hours(6, 20, 26), hours(0, 9, 12)], [closed(SUNDAY)], ["Mon 09:00-12:00"]),
        ("a closed day after cuts the night at midnight", [hours(0, 20, 26)], [closed(TUESDAY)], ["Mon 20:00-00:00"]),
        ("hours on a date replace its own", [hours(0, 9, 12)], [instead(MONDAY, 10, 11)], ["Mon 10:00-11:00"]),
        (
            "they leave the tail of the night before",
            [hours(6, 20, 26), hours(0, 9, 12)],
            [instead(MONDAY, 10, 11)],
            ["Mon 00:00-02:00", "Mon 10:00-11:00"],
        ),
        ("they replace every setting", [hours(0, 9, 12)], [instead(MONDAY, 10, 11, settings=HOME)], []),
        ("hours on the date before replace its tail", [hours(6, 20, 26)], [instead(SUNDAY, 20, 25)], ["Mon 00:00-01:00"]),
        (
            "two hours on one date are both kept",
            [hours(0, 9, 12)],
            [instead(MONDAY, 8, 9), instead(MONDAY, 10, 11)],
            ["Mon 08:00-09:00", "Mon 10:00-11:00"],
        ),
        ("hours on a date without weekly hours", [], [instead(MONDAY, 10, 11)], ["Mon 10:00-11:00"]),
        ("closed wins over hours on the same date", [], [instead(MONDAY, 10, 11), closed(MONDAY)], []),
        ("an exception elsewhere changes nothing", [hours(0, 9, 12)], [closed(WEDNESDAY)], ["Mon 09:00-12:00"]),
        ("a range that ends before it begins holds nothing", [hours(0, 12, 9)], [instead(SUNDAY, 9, 9)], []),
    ],
)
def test_open_time_of_a_monday(sentence, weekly, exceptions, shown):
    assert on_monday(weekly, exceptions) == shown


def test_any_setting_is_asked_for_with_none():
    weekly = [hours(0, 9, 10), hours(0, 11, 12, settings=HOME), hours(0, 13, 14, settings=frozenset())]
    assert on_monday(weekly, setting=None) == ["Mon 09:00-10:00", "Mon 11:00-12:00"]
    assert on_monday(weekly, setting="home") == ["Mon 11:00-12:00"]


@pytest.mark.parametrize(
    "sentence, day, opens, closes, shown",
    [
        ("the night of spring has no 02:30", SPRING, 1, 4, ["Sun 01:00-04:00"]),
        ("hours that begin in the missing hour begin after it", SPRING, 2, 4, ["Sun 03:00-04:00"]),
        ("the evening of spring is at its own wall time", SPRING, 18, 22, ["Sun 18:00-22:00"]),
        ("the evening of autumn is at its own wall time", AUTUMN, 18, 22, ["Sun 18:00-22:00"]),
    ],
)
def test_change_days(sentence, day, opens, closes, shown):
    assert wall(open_spans(every_day(opens, closes), [], day, day, "clinic")) == shown


def test_an_afternoon_keeps_its_wall_time_on_both_sides_of_a_change():
    spans = open_spans(every_day(9, 17), [], AUTUMN - timedelta(days=1), AUTUMN + timedelta(days=1), "clinic")
    assert wall(spans) == ["Sat 09:00-17:00", "Sun 09:00-17:00", "Mon 09:00-17:00"]
    assert spans[1].begin_minute - spans[0].begin_minute == 25 * 60


def test_the_repeated_hour_is_open_twice():
    night = open_spans([WeeklyRange(6, 60, 150, CLINIC)], [], AUTUMN, AUTUMN, "clinic")
    assert [span.end_minute - span.begin_minute for span in night] == [150]
    half = open_spans([WeeklyRange(6, 90, 150, CLINIC)], [], AUTUMN, AUTUMN, "clinic")
    assert [span.end_minute - span.begin_minute for span in half] == [30, 60]


def pieces(weekly):
    return [(text, span.staffing) for span in open_spans(weekly, [], MONDAY, MONDAY, "clinic") for text in wall([span])]


def test_staffing_is_kept_where_all_agree():
    assert pieces([hours(0, 9, 12, staffing="full_time"), hours(0, 12, 18, staffing="full_time")]) == [("Mon 09:00-18:00", "full_time")]


def test_a_stretch_is_given_in_pieces_where_staffing_differs():
    weekly = [hours(0, 9, 17, staffing="part_time"), hours(0, 17, 22, staffing="full_time")]
    assert pieces(weekly) == [("Mon 09:00-17:00", "part_time"), ("Mon 17:00-22:00", "full_time")]
    morning, evening = open_spans(weekly, [], MONDAY, MONDAY, "clinic")
    assert morning.anchor_minute is None
    assert evening.anchor_minute == morning.begin_minute == morning.end_minute - 8 * 60


def test_the_weakest_staffing_counts_where_overlapping_hours_disagree():
    weekly = [hours(0, 9, 14, staffing="part_time"), hours(0, 12, 18, staffing="full_time"), hours(0, 18, 19, staffing="full_time")]
    assert pieces(weekly) == [("Mon 09:00-14:00", "part_time"), ("Mon 14:00-19:00", "full_time")]
    assert pieces([hours(0, 9, 14), hours(0, 12, 18, staffing="full_time")]) == [
        ("Mon 09:00-14:00", None),
        ("Mon 14:00-18:00", "full_time"),
    ]
    assert pieces([hours(0, 9, 12, staffing="part_time"), hours(0, 9, 12, staffing="rotating")]) == [("Mon 09:00-12:00", "rotating")]


def test_hours_on_a_date_carry_their_own_staffing():
    exceptions = [DateException(MONDAY, False, 9 * 60, 12 * 60, CLINIC, 1, "rotating")]
    (span,) = open_spans([hours(0, 9, 18, staffing="full_time")], exceptions, MONDAY, MONDAY, "clinic")
    assert span.staffing == "rotating"


def test_the_tail_of_a_night_counts_its_starts_from_the_evening():
    weekly = [WeeklyRange(6, 20 * 60 + 20, 26 * 60, CLINIC)]
    (tail,) = open_spans(weekly, [], MONDAY, MONDAY, "clinic")
    assert tail.begin_minute == day_begin(MONDAY)
    assert tail.anchor_minute == day_begin(MONDAY) - 3 * 60 - 40


def test_touching_nights_and_days_are_followed_back_to_where_they_began():
    weekly = [hours(4, 10, 24), hours(5, 0, 24), hours(6, 0, 24), hours(0, 0, 9)]
    (tail,) = open_spans(weekly, [], MONDAY, MONDAY, "clinic")
    assert tail.anchor_minute == day_begin(MONDAY - timedelta(days=3)) + 10 * 60


@pytest.mark.parametrize("days_ago", [0, 5, 20])
def test_who_never_closes_is_asked_the_same_whatever_the_first_day(days_ago):
    (span,) = open_spans(every_day(0, 24), [], MONDAY - timedelta(days=days_ago), MONDAY, "clinic")
    assert span.anchor_minute == 0
    assert span.end_minute == day_begin(MONDAY + timedelta(days=2))


def test_a_stretch_that_began_within_the_look_back_is_counted_from_there():
    reopened = MONDAY - timedelta(days=LOOK_BACK_DAYS - 2)
    exceptions = [closed(reopened - timedelta(days=1)), instead(reopened, 7, 24)]
    (span,) = open_spans(every_day(0, 24), exceptions, MONDAY, MONDAY, "clinic")
    assert span.anchor_minute == day_begin(reopened) + 7 * 60


@pytest.mark.parametrize(
    "weekly", [[hours(n, 9, 17) for n in range(7)], [hours(n, 18, 27) for n in range(7)], [hours(5, 9, 30), hours(6, 6, 20)]]
)
def test_a_month_is_its_days_put_together(weekly):
    """Across both a plain week and a clock change; what opens the day before is seen as its tail."""
    first = AUTUMN - timedelta(days=15)
    month = open_spans(weekly, [], first, first + timedelta(days=29), "clinic")
    one_by_one = {
        minute
        for n in range(30)
        for begin, end, *_ in open_spans(weekly, [], first + timedelta(days=n), first + timedelta(days=n), "clinic")
        for minute in range(begin, end)
    }
    assert {minute for begin, end, *_ in month for minute in range(begin, end)} == one_by_one


def test_a_span_is_a_plain_tuple_of_epoch_minutes():
    (span,) = open_spans([hours(0, 9, 12)], [], MONDAY, MONDAY, "clinic")
    nine = to_minute(datetime(2027, 6, 7, 13, tzinfo=UTC))
    assert span == OpenSpan(nine, nine + 180, 1, None, None)
