"""Time off: what cannot be meant, who sees clients meanwhile, what everybody reads and when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.walltime import day_begin, from_minute, to_minute
from providers.schedule.rules.time_off import (
    Away,
    TimeOffDraft,
    away_words,
    ends_early_at,
    meeting,
    sees_clients_in,
    shown_at,
    time_off_faults,
    whole_days,
)

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 10 AM in New York
DAY = 1440


def days(first, last):
    return TimeOffDraft(*whole_days(date(*first), date(*last)))


@pytest.mark.parametrize(
    ("draft", "others", "field"),
    [
        (days((2026, 12, 1), (2026, 12, 3)), [], None),
        (days((2026, 11, 23), (2026, 11, 23)), [], None),
        (days((2026, 11, 20), (2026, 11, 22)), [], "until"),
        (days((2026, 12, 3), (2026, 12, 1)), [], "until"),
        (TimeOffDraft(NOW, NOW), [], "until"),
        (TimeOffDraft(NOW, NOW + timedelta(days=366)), [], None),
        (TimeOffDraft(NOW, NOW + timedelta(days=366, seconds=1)), [], "until"),
        (TimeOffDraft(NOW + timedelta(days=730), NOW + timedelta(days=731)), [], None),
        (TimeOffDraft(NOW + timedelta(days=730, seconds=1), NOW + timedelta(days=731)), [], "from"),
        (days((2026, 12, 1), (2026, 12, 3)), [(day_begin(date(2026, 12, 3)), day_begin(date(2026, 12, 5)))], "from"),
        (days((2026, 12, 1), (2026, 12, 3)), [(day_begin(date(2026, 12, 4)), day_begin(date(2026, 12, 5)))], None),
    ],
)
def test_what_cannot_be_meant(draft, others, field):
    assert [fault.field for fault in time_off_faults(draft, others, NOW)] == ([field] if field else [])


def test_whole_days_have_their_own_lengths():
    begins, ends = whole_days(date(2026, 11, 1), date(2026, 11, 1))
    assert ends - begins == timedelta(hours=25)


minutes = st.integers(0, 40)
spans = st.tuples(minutes, minutes).map(sorted).map(tuple)


@given(spans, st.lists(spans, max_size=4))
def test_a_colleague_is_there_when_a_minute_is_left(span, away):
    left = set(range(*span)) - {minute for begin, end in away for minute in range(begin, end)}
    assert sees_clients_in(span, away) == bool(left)


@given(spans.filter(lambda span: span[0] < span[1]), st.integers(-5, 45))
def test_an_early_end_leaves_the_minutes_before_it(span, until):
    left = [minute for minute in range(*span) if minute < until]
    end = ends_early_at(span, from_minute(until))
    assert list(range(span[0], span[0] if end is None else end)) == left


@pytest.mark.parametrize(
    ("away", "words"),
    [
        ((2026, 11, 20, 2026, 12, 4, "Maya Chen"), "Away until Dec 4. Maya Chen sees clients in the meantime."),
        ((2026, 12, 1, 2026, 12, 4, None), "Away from Dec 1 until Dec 4."),
        ((2026, 12, 28, 2027, 1, 4, None), "Away from Dec 28 until Jan 4, 2027."),
    ],
)
def test_what_everybody_reads(away, words):
    span = day_begin(date(*away[:3])), day_begin(date(*away[3:6]))
    assert away_words(Away(*span, colleague_name=away[6]), NOW) == words


def test_hours_away_are_read_with_their_times():
    away = Away(to_minute(NOW), to_minute(NOW) + 150)
    assert away_words(away, NOW).replace("\u00a0", " ") == "Away until Nov 23, 12:30 PM."


@pytest.mark.parametrize(("minutes", "shown"), [(0, True), (14 * DAY - 1, True), (14 * DAY, False)])
def test_it_is_told_two_weeks_ahead(minutes, shown):
    begin = to_minute(NOW) + minutes
    assert (shown_at([Away(begin, begin + 60)], NOW) is not None) == shown


@pytest.mark.parametrize(("left", "shown"), [(1, True), (0, False)])
def test_it_is_told_until_its_last_minute(left, shown):
    end = to_minute(NOW) + left
    assert (shown_at([Away(end - 100, end)], NOW) is not None) == shown


def test_of_several_the_first_that_meets_is_meant():
    early, late = Away(10, 20), Away(30, 40)
    assert meeting([late, early], 0, 100) == early
    assert meeting([late, early], 20, 31) == late
    assert meeting([late, early], 20, 30) is None
