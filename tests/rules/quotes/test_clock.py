"""The cancellation clock in words: actual instants, New York time, the same sentence everywhere."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.quotes.rules.agreed import AgreedTerms
from booking.quotes.rules.clock import clock_words, day_and_time, time_words
from providers.services.rules.terms import DEFAULT_TERMS, Step, Terms

NEW_YORK = ZoneInfo("America/New_York")


def wall(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


START = wall("2026-12-04T18:30")


def agreed(*, base=12000, steps=((24, 0), (12, 50), (0, 100)), booked_at=None, starts_at=START, grace=10, no_show=100):
    terms = Terms(tuple(Step(*step) for step in steps), grace, no_show, 15, 1, "at_visit")
    return AgreedTerms(terms, base, starts_at, booked_at)


def sentence(now, **more):
    return clock_words(agreed(**more), wall(now)).sentence


@pytest.mark.parametrize(
    "now, words",
    [
        ("2026-12-01T12:00", "free until Thu Dec 3, 6:30 PM; then $60; from Fri 6:30 AM the full $120"),
        ("2026-12-02T12:00", "free until tomorrow, Thu Dec 3, 6:30 PM; then $60; from Fri 6:30 AM the full $120"),
        ("2026-12-03T12:00", "free until today, Thu Dec 3, 6:30 PM; then $60; from Fri 6:30 AM the full $120"),
        ("2026-12-03T18:30:00", "free until today, Thu Dec 3, 6:30 PM; then $60; from Fri 6:30 AM the full $120"),
        ("2026-12-03T18:30:01", "$60 until tomorrow, Fri Dec 4, 6:30 AM; then the full $120"),
        ("2026-12-04T06:30:00", "$60 until today, Fri Dec 4, 6:30 AM; then the full $120"),
        ("2026-12-04T06:30:01", "the full $120 until the visit starts"),
        ("2026-12-04T18:30:00", "the full $120 until the visit starts"),
        ("2026-12-04T18:30:01", "canceling is no longer possible"),
    ],
)
def test_the_sentence_as_time_goes_by(now, words):
    assert sentence(now) == words


@pytest.mark.parametrize(
    "base, then, full",
    [(12000, "$60", "$120"), (16500, "$82.50", "$165.00"), (13000, "$65", "$130"), (9501, "$47.51", "$95.01"), (123_400, "$617", "$1,234")],
)
def test_amounts_in_one_sentence_are_written_alike(base, then, full):
    assert sentence("2026-12-01T12:00", base=base) == f"free until Thu Dec 3, 6:30 PM; then {then}; from Fri 6:30 AM the full {full}"


@pytest.mark.parametrize(
    "steps, words",
    [
        (((0, 0),), "free until the visit starts"),
        (((0, 100),), "the full $120 until the visit starts"),
        (((0, 40),), "$48 until the visit starts"),
        (((24, 0), (0, 100)), "free until Thu Dec 3, 6:30 PM; then the full $120"),
        (((4, 0), (0, 50)), "free until Fri Dec 4, 2:30 PM; then $60"),
        (((48, 25), (0, 100)), "$30 until Wed Dec 2, 6:30 PM; then the full $120"),
        (
            ((72, 0), (48, 25), (24, 50), (0, 100)),
            "free until Tue Dec 1, 6:30 PM; then $30; from Wed 6:30 PM $60; from Thu 6:30 PM the full $120",
        ),
        (
            ((240, 0), (24, 50), (0, 100)),
            "free until Tue Nov 24, 6:30 PM; then $60; from Thu Dec 3, 6:30 PM the full $120",
        ),
    ],
)
def test_other_terms_in_words(steps, words):
    assert sentence("2026-11-20T12:00", steps=steps) == words


def test_grace_is_in_the_sentence_while_it_helps():
    booked = wall("2026-12-04T09:00")
    assert sentence("2026-12-04T09:05", booked_at=booked) == "free until today, Fri Dec 4, 9:10 AM; then the full $120"
    assert sentence("2026-12-04T09:11", booked_at=booked) == "the full $120 until the visit starts"


def test_a_free_service_never_costs_a_fee():
    words = clock_words(agreed(base=0), wall("2026-12-04T12:00"))
    assert words.sentence == "free until the visit starts"
    assert [stretch.kind for stretch in words.stretches] == ["free"]


def test_words_that_are_kept_say_neither_today_nor_tomorrow():
    words = clock_words(agreed(), wall("2026-12-03T12:00"), day_words=False).sentence
    assert words == "free until Thu Dec 3, 6:30 PM; then $60; from Fri 6:30 AM the full $120"


@pytest.mark.parametrize(
    "instant, words",
    [
        (wall("2026-12-03T00:00"), "12:00 AM"),
        (wall("2026-12-03T00:05"), "12:05 AM"),
        (wall("2026-12-03T11:59"), "11:59 AM"),
        (wall("2026-12-03T12:00"), "12:00 PM"),
        (wall("2026-12-03T18:30"), "6:30 PM"),
        (wall("2027-11-07T00:59"), "12:59 AM"),
        (wall("2027-11-07T01:30", fold=0), "1:30 AM EDT"),
        (wall("2027-11-07T01:30", fold=1), "1:30 AM EST"),
        (wall("2027-11-07T02:00"), "2:00 AM"),
        (wall("2027-03-14T01:59"), "1:59 AM"),
        (wall("2027-03-14T03:00"), "3:00 AM"),
    ],
)
def test_times_name_the_zone_only_where_the_hour_repeats(instant, words):
    assert time_words(instant) == words


@pytest.mark.parametrize(
    "today, words",
    [
        (None, "Thu Dec 3, 6:30 PM"),
        (date(2026, 12, 3), "today, Thu Dec 3, 6:30 PM"),
        (date(2026, 12, 2), "tomorrow, Thu Dec 3, 6:30 PM"),
        (date(2026, 12, 1), "Thu Dec 3, 6:30 PM"),
        (date(2026, 12, 4), "Thu Dec 3, 6:30 PM"),
    ],
)
def test_today_and_tomorrow_are_new_yorks(today, words):
    assert day_and_time(wall("2026-12-03T18:30"), NEW_YORK, today) == words


def test_today_is_judged_in_new_york_not_in_utc():
    """At 11 PM in New York it is tomorrow already in UTC."""
    assert sentence("2026-12-02T23:00").startswith("free until tomorrow, Thu Dec 3")


def test_the_clock_on_a_change_day_counts_elapsed_hours():
    words = clock_words(agreed(starts_at=wall("2027-11-07T13:00")), wall("2027-11-01T12:00")).sentence
    assert words == "free until Sat Nov 6, 2:00 PM; then $60; from Sun 1:00 AM EST the full $120"


def test_another_zone_is_possible_for_a_visitor():
    words = clock_words(agreed(), wall("2026-12-01T12:00"), ZoneInfo("Europe/London")).sentence
    assert words == "free until Thu Dec 3, 11:30 PM; then $60; from Fri 11:30 AM the full $120"


def test_the_bar_of_the_provider_page():
    found = clock_words(agreed(base=16500), wall("2026-12-03T12:00")).stretches
    assert [(one.kind, one.amount, one.words, one.is_now) for one in found] == [
        ("free", "Free", "until today, Thu Dec 3, 6:30 PM", True),
        ("part", "$82.50", "half of $165.00, until tomorrow, Fri Dec 4, 6:30 AM", False),
        ("full", "$165.00", "the full service price from then on, or if you do not come", False),
    ]
    assert [(one.fee_percent, one.fee_cents) for one in found] == [(0, 0), (50, 8250), (100, 16500)]
    assert [one.until_at for one in found] == [START - timedelta(hours=24), START - timedelta(hours=12), START]


@pytest.mark.parametrize(
    "steps, no_show, words",
    [
        (((0, 100),), 100, "the full service price from now on, or if you do not come"),
        (((0, 100),), 50, "the full service price from now on"),
        (((0, 25),), 100, "a quarter of $120, until the visit starts"),
        (((0, 75),), 100, "three quarters of $120, until the visit starts"),
        (((0, 30),), 100, "30% of $120, until the visit starts"),
        (((0, 0),), 100, "until the visit starts"),
    ],
)
def test_the_last_stretch_of_the_bar(steps, no_show, words):
    assert clock_words(agreed(steps=steps, no_show=no_show), wall("2026-12-01T12:00")).stretches[-1].words == words


def test_stretches_that_are_over_are_not_shown():
    assert [one.kind for one in clock_words(agreed(), wall("2026-12-04T00:00")).stretches] == ["part", "full"]
    assert clock_words(agreed(), START + timedelta(seconds=1)).stretches == ()


def test_the_promises_that_always_hold():
    assert clock_words(agreed(), START).promises == (
        "First 10 minutes after booking: always free.",
        "Fever or anything contagious: always free, please stay home.",
        "If your therapist cancels, you pay nothing.",
    )
    assert len(clock_words(agreed(grace=0), START).promises) == 2


@given(st.integers(0, 100 * 3600), st.integers(0, 50_000))
def test_the_first_stretch_is_what_leaving_costs_now(seconds, base):
    now = START - timedelta(seconds=seconds)
    kept = AgreedTerms(DEFAULT_TERMS, base, START)
    words = clock_words(kept, now)
    assert words.stretches[0].fee_cents == kept.fee_cents(kept.percent_at(now))
    assert [one.is_now for one in words.stretches] == [True] + [False] * (len(words.stretches) - 1)
    assert words.stretches[0].amount.lower() in words.sentence.lower()
