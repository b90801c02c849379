"""One start judged: the code for programs, the sentence for people, and which reason comes first."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.openings.rules.judging import judge_start
from booking.openings.rules.question import Judgement, Visit
from tests.rules.openings.test_starts import NOW, at, question, rules, span, visit_at

AT_HAND = datetime.fromtimestamp(at("09:15") * 60, UTC)


def an_hour(here, there, departure_minute):
    return 60


@pytest.mark.parametrize(
    "sentence, asked, start, code",
    [
        ("free", question("09:00-12:00"), "09:30", "ok"),
        ("beside the grid", question("09:00-12:00"), "09:31", "outside_hours"),
        ("before hours", question("09:00-12:00"), "08:30", "outside_hours"),
        ("past the end", question("09:00-12:00"), "11:30", "outside_hours"),
        ("ends when hours end", question("09:00-12:00"), "11:00", "ok"),
        ("in a break", question("09:00-12:00", "13:00-15:00"), "12:00", "outside_hours"),
        ("without notice", question("09:00-12:00", now=AT_HAND, rules=rules(notice_minutes=60)), "10:00", "too_soon"),
        ("in the past", question("09:00-12:00", now=AT_HAND), "09:00", "too_soon"),
        ("too far ahead", question("09:00-12:00", rules=rules(horizon_days=5)), "09:00", "too_far_ahead"),
        ("no credentials", question("09:00-12:00", standing=[]), "09:00", "not_bookable"),
        ("credentials lapse during the visit", question("09:00-12:00", standing=[(0, at("09:59"))]), "09:00", "not_bookable"),
        ("taken", question("09:00-12:00", taken=[visit_at("09:30-10:00")]), "09:00", "slot_taken"),
        ("a full day", question("09:00-12:00", taken=[visit_at("09:00-10:00")], rules=rules(max_per_day=1)), "10:00", "day_full"),
        (
            "taken says more than full",
            question("09:00-12:00", taken=[visit_at("09:00-10:00")], rules=rules(max_per_day=1)),
            "09:00",
            "slot_taken",
        ),
        ("too soon says more than outside hours", question(now=AT_HAND), "09:00", "too_soon"),
        ("no credentials say more than outside hours", question(standing=[]), "09:00", "not_bookable"),
        (
            "too far to travel",
            question("09:00-12:00", taken=[visit_at("08:00-09:00", zip_code="10128")], visit=Visit(60, 0, 0, "10001"), travel=an_hour),
            "09:30",
            "not_reachable",
        ),
    ],
)
def test_codes(sentence, asked, start, code):
    judgement = judge_start(asked, at(start))
    assert (judgement.ok, judgement.code) == (code == "ok", code)
    assert judgement.sentence.endswith(".")


@pytest.mark.parametrize(
    "notice, sentence",
    [
        (0, "This time has passed."),
        (60, "This is too soon: visits are booked at least 1 hour ahead."),
        (90, "This is too soon: visits are booked at least 90 minutes ahead."),
        (2880, "This is too soon: visits are booked at least 48 hours ahead."),
    ],
)
def test_notice_is_said_as_people_say_it(notice, sentence):
    late = NOW + timedelta(days=30)
    assert judge_start(question("09:00-12:00", now=late, rules=rules(notice_minutes=notice)), at("09:00")).sentence == sentence


@pytest.mark.parametrize("days, words", [(1, "at most 1 day ahead."), (5, "at most 5 days ahead.")])
def test_the_horizon_is_said_in_days(days, words):
    assert judge_start(question("09:00-12:00", rules=rules(horizon_days=days)), at("09:00")).sentence.endswith(words)


def test_an_accepted_start_says_where_it_is():
    assert judge_start(question(span("09:00-12:00", place=7)), at("09:00")) == Judgement(
        ok=True, code="ok", sentence="This time is free.", place_id=7
    )
    assert judge_start(question(span("09:00-12:00", place=None)), at("09:00")).place_id is None
