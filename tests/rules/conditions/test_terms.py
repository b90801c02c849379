"""Terms that are being typed: sets to begin with, what is odd, and an example by the rules that charge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.appointments.rules.cancellation import VisitFacts, assess_cancellation
from booking.conditions.rules.advice import advise_prices, advise_terms
from booking.conditions.rules.presets import PRESETS, find_preset, preset_like
from booking.conditions.rules.samples import next_thursday, sample_visit
from booking.quotes.rules.agreed import AgreedTerms
from providers.services.rules.prices import BandRule, HolidayRule, PriceRules, ShortNoticeRule, TravelRule
from providers.services.rules.terms import DEFAULT_TERMS, Step, terms_from_dict, terms_to_dict

NEW_YORK = ZoneInfo("America/New_York")


def wall(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def terms(steps=((24, 0), (12, 50), (0, 100)), **more):
    return replace(DEFAULT_TERMS, steps=tuple(Step(*step) for step in steps), **more)


def codes(found):
    return [one.code for one in found]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.code)
def test_a_set_could_be_stored_as_it_is_and_is_recognized(preset):
    assert terms_from_dict(terms_to_dict(preset.terms)) == preset.terms
    assert preset_like(replace(preset.terms, payment="prepaid", move_notice_hours=6)) == preset
    assert find_preset(preset.code) == preset


def test_other_terms_are_no_set():
    assert preset_like(terms(grace_minutes=11)) is None
    assert find_preset("stern") is None


@pytest.mark.parametrize("code", ["day", "half_day", "gentle"])
def test_sets_contradict_nothing_and_are_not_harsh(code):
    assert advise_terms(find_preset(code).terms) == ()


def test_the_firm_set_says_that_it_is():
    assert codes(advise_terms(find_preset("firm").terms)) == ["from_nothing_to_all"]


@pytest.mark.parametrize(
    ("stated", "code", "field"),
    [
        (terms([(24, 10), (0, 100)]), "never_free", "steps.0.fee_percent"),
        (terms([(72, 0), (12, 50), (0, 100)]), "free_far_ahead", "steps.0.hours"),
        (terms([(24, 0), (0, 100)]), "from_nothing_to_all", "steps.1.fee_percent"),
        (terms([(24, 0), (12, 50), (0, 50)], no_show_percent=50), "same_fee_twice", "steps.2.fee_percent"),
        (terms(cancel_notice_hours=24), "step_never_reached", "steps.2.hours"),
        (terms(grace_minutes=0), "no_grace", "grace_minutes"),
        (terms(no_show_percent=99), "cheaper_not_to_come", "no_show_percent"),
        (terms(late_minutes=9), "short_wait", "late_minutes"),
        (terms(move_notice_hours=25), "moving_ends_before_canceling", "move_notice_hours"),
        (terms(free_moves=2), "free_moves_never_count", "free_moves"),
        (terms(cancel_notice_hours=49), "cannot_leave", "cancel_notice_hours"),
        (terms(payment="deposit", deposit_percent=100), "deposit_is_all", "deposit_percent"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_odd_is_said_beside_its_field(stated, code, field):
    found = {one.code: one.field for one in advise_terms(stated)}
    assert found[code] == field


@pytest.mark.parametrize(
    "stated",
    [
        terms([(48, 0), (12, 50), (0, 100)]),
        terms(cancel_notice_hours=12),
        terms(move_notice_hours=24),
        terms(move_notice_hours=12, free_moves=2),
        terms(late_minutes=10),
        terms(payment="deposit", deposit_percent=99),
        terms([(0, 0)], grace_minutes=0, no_show_percent=0, late_minutes=0),
    ],
)
def test_what_is_usual_is_not_remarked_upon(stated):
    assert advise_terms(stated) == ()


def test_a_step_at_the_very_notice_still_counts():
    """With 12 hours of notice the step for 12 hours never holds past its own second; the one below never at all."""
    assert "step_never_reached" not in codes(advise_terms(terms(cancel_notice_hours=12)))
    assert "step_never_reached" in codes(advise_terms(terms(cancel_notice_hours=13)))


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (PriceRules((BandRule("evening", 1140, 1260, 1500), HolidayRule(25))), "no_cap"),
        (PriceRules((HolidayRule(25),), cap_percent=101), "high_cap"),
        (PriceRules((HolidayRule(25),), cap_percent=0), "cap_takes_all"),
        (PriceRules((BandRule("evening", 1140, 1260, 1500), BandRule("late", 1259, 1440, 3000)), 50), "bands_meet"),
        (PriceRules((ShortNoticeRule(49, 2000),), 50), "short_notice_is_long"),
    ],
)
def test_what_is_odd_about_prices_is_said(rules, code):
    assert codes(advise_prices(rules)) == [code]


@pytest.mark.parametrize(
    "rules",
    [
        PriceRules(),
        PriceRules((TravelRule(()), HolidayRule(25))),
        PriceRules((BandRule("evening", 1140, 1260, 1500), BandRule("late", 1260, 1440, 3000), ShortNoticeRule(4, 2000)), 50),
    ],
)
def test_usual_prices_are_not_remarked_upon(rules):
    assert advise_prices(rules) == ()


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        ("2027-01-18T09:00", "2027-01-21T18:00"),
        ("2027-01-19T23:59", "2027-01-21T18:00"),
        ("2027-01-20T00:00", "2027-01-28T18:00"),
        ("2027-01-21T12:00", "2027-01-28T18:00"),
        ("2027-03-08T12:00", "2027-03-11T18:00"),
        ("2027-11-05T12:00", "2027-11-11T18:00"),
    ],
)
def test_the_example_is_a_thursday_with_a_days_notice_left(now, starts):
    assert next_thursday(wall(now)) == wall(starts)


NOW = wall("2027-01-18T09:00").astimezone(UTC)
START = wall("2027-01-21T18:00").astimezone(UTC)


def test_the_example_tells_the_clock_and_each_notice_in_dollars():
    seen = sample_visit(DEFAULT_TERMS, 16_500, START, NOW)
    assert seen.clock.sentence == "free until Wed Jan 20, 6:00 PM; then $82.50; from Thu 6:00 AM the full $165.00"
    assert [(one.hours, one.fee_cents, one.may_move) for one in seen.notices] == [
        (48, 0, True), (24, 0, True), (12, 8250, False), (4, 16500, False), (1, 16500, False), (0, 16500, False),
    ]  # fmt: skip
    assert (seen.no_show_at, seen.no_show_cents) == (START + timedelta(minutes=15), 16_500)


def test_where_nobody_may_cancel_any_more_the_example_says_so():
    seen = sample_visit(terms(cancel_notice_hours=12, move_notice_hours=6), 10_000, START, NOW)
    assert {one.hours: one.allowed for one in seen.notices} == {48: True, 24: True, 12: True, 6: False, 4: False, 1: False, 0: False}
    assert [one.hours for one in seen.notices if one.may_move] == [48, 24, 12, 6]


@given(
    hours=st.lists(st.integers(1, 72), max_size=3, unique=True),
    percents=st.lists(st.integers(0, 100), min_size=4, max_size=4),
    price=st.integers(0, 50_000),
)
def test_the_example_is_what_would_be_charged(hours, percents, price):
    steps = tuple(zip([*sorted(hours, reverse=True), 0], sorted(percents), strict=False))
    stated = terms(steps)
    visit = VisitFacts(AgreedTerms(stated, price, START, START - timedelta(days=90)), "confirmed")
    seen = sample_visit(stated, price, START, NOW)
    for one in seen.notices:
        assert one.fee_cents == assess_cancellation(visit, actor="client", now=one.at).fee_cents
    assert [one.fee_cents for one in seen.notices] == sorted(one.fee_cents for one in seen.notices)
    assert {step.hours for step in stated.steps} <= {one.hours for one in seen.notices}
