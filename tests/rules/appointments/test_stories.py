"""Visits from the quote to the end, told step by step: what is shown, what is charged, what is kept."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.appointments.rules.cancellation import VisitFacts, assess_cancellation, assess_no_show
from booking.appointments.rules.moving import assess_move
from booking.appointments.rules.states import assess_step
from booking.quotes import catalogue
from booking.quotes.rules.agreed import agreed_from_dict, agreed_to_dict
from booking.quotes.rules.clock import clock_words
from booking.quotes.rules.pricing import PriceTable, WishFacts, quote, quote_to_dict
from providers.services.rules.prices import prices_from_dict
from providers.services.rules.terms import DEFAULT_TERMS, Step, Terms

NEW_YORK = ZoneInfo("America/New_York")
PRICES = prices_from_dict({"rules": [{"code": "travel", "zones": [{"zips": ["10003"], "amount_cents": 2500}]}]})


def wall(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


START = wall("2026-12-04T18:30")


def quoted(now, start=START, terms=DEFAULT_TERMS):
    wish = WishFacts("Medical massage", 60, "home", start, "10003", "lmt")
    return quote(wish, PriceTable({60: 16500}), PRICES, terms, catalogue.taxes(), now=now)


def booked(now, start=START, terms=DEFAULT_TERMS, paid=0, used=0):
    """What the appointment keeps, through JSON, as the verbs do it."""
    kept = quoted(now, start, terms).terms.at_booking(now)
    stored = json.loads(json.dumps(agreed_to_dict(kept, "")))
    return VisitFacts(agreed_from_dict(stored), "confirmed", paid, used)


def test_booked_early_and_left_in_time():
    now = wall("2026-12-01T12:00")
    made = quoted(now)
    assert made.total_cents == 19855
    visit = booked(now, paid=19855)
    verdict = assess_cancellation(visit, actor="client", now=wall("2026-12-03T18:30"))
    assert (verdict.fee_cents, verdict.refund_cents) == (0, 19855)


def test_booked_early_and_left_late():
    visit = booked(wall("2026-12-01T12:00"), paid=19855)
    verdict = assess_cancellation(visit, actor="client", now=wall("2026-12-04T06:00"))
    assert (verdict.fee_cents, verdict.refund_cents) == (8250, 11605)
    assert verdict.next_change_at == wall("2026-12-04T06:30")


def test_booked_on_the_day_regretted_at_once():
    now = wall("2026-12-04T09:00")
    visit = booked(now, paid=19855)
    for minutes, fee in ((0, 0), (10, 0), (11, 16500)):
        assert assess_cancellation(visit, actor="client", now=now + timedelta(minutes=minutes)).fee_cents == fee


def test_the_hold_takes_ten_minutes_and_the_grace_begins_at_booking():
    """A quote is made at the hold; the grace of the visit counts from the booking some minutes later."""
    held = wall("2026-12-04T09:00")
    kept = quoted(held).terms
    assert not kept.in_grace(held)
    later = held + timedelta(minutes=9)
    assert kept.at_booking(later).grace_until_at == later + timedelta(minutes=10)


def test_moved_once_late_then_stuck():
    visit = booked(wall("2026-12-01T12:00"))
    now = wall("2026-12-04T08:00")
    first = assess_move(visit, actor="client", now=now, free_moves_reach_inside=True)
    assert (first.allowed, first.uses_free_move) == (True, True)
    moved = VisitFacts(visit.agreed.moved_to(START + timedelta(hours=1)), "confirmed", 0, free_moves_used=1)
    second = assess_move(moved, actor="client", now=now, free_moves_reach_inside=True)
    assert (second.allowed, second.code, second.fee_cents) == (False, "notice_passed", 16500)


def test_moved_to_next_week_the_free_time_moves_along():
    visit = booked(wall("2026-12-01T12:00"))
    next_week = visit.agreed.moved_to(START + timedelta(days=7))
    words = clock_words(next_week, wall("2026-12-03T12:00")).sentence
    assert words == "free until Thu Dec 10, 6:30 PM; then $82.50; from Fri 6:30 AM the full $165.00"


def test_a_move_brings_no_second_grace():
    now = wall("2026-12-04T09:00")
    visit = booked(now)
    moved = VisitFacts(visit.agreed.moved_to(START + timedelta(hours=1)), "confirmed", 0, 1)
    assert assess_cancellation(moved, actor="client", now=now + timedelta(minutes=30)).fee_cents == 16500


def test_later_terms_never_reach_back():
    """The provider makes the terms harder after the booking: the visit keeps what was agreed."""
    visit = booked(wall("2026-12-01T12:00"))
    harder = Terms((Step(0, 100),), 0, 100, 15, 0, "at_visit", version=2)
    now = wall("2026-12-02T12:00")
    assert assess_cancellation(visit, actor="client", now=now).fee_cents == 0
    assert assess_cancellation(booked(now, terms=harder), actor="client", now=now + timedelta(hours=1)).fee_cents == 16500
    assert visit.agreed.terms.version == 1


def test_the_client_does_not_come():
    visit = booked(wall("2026-12-01T12:00"), paid=19855)
    assert not assess_no_show(visit, now=START + timedelta(minutes=14, seconds=59)).allowed
    verdict = assess_no_show(visit, now=START + timedelta(minutes=15))
    assert (verdict.allowed, verdict.fee_cents, verdict.refund_cents) == (True, 16500, 3355)


def test_a_whole_visit_from_check_in_to_the_end():
    def may(verb, status, at):
        return assess_step(verb, status, "provider", starts_at=START, late_minutes=15, now=wall(at)).allowed

    assert not may("check_in", "confirmed", "2026-12-04T17:29")
    assert may("check_in", "confirmed", "2026-12-04T17:30")
    assert not may("complete", "checked_in", "2026-12-04T18:29")
    assert may("complete", "checked_in", "2026-12-04T19:30")
    assert not may("check_in", "completed", "2026-12-04T19:31")


@pytest.mark.parametrize(
    "now",
    ["2026-12-01T12:00", "2026-12-03T18:30", "2026-12-03T18:31", "2026-12-04T06:30", "2026-12-04T06:31", "2026-12-04T18:30"],
)
def test_what_every_page_shows_is_what_is_charged(now):
    """The sentence in search, the bar on the provider's page, the steps in the quote and the verdict: one figure."""
    at = wall(now)
    visit = booked(wall("2026-11-30T12:00"))
    verdict = assess_cancellation(visit, actor="client", now=at)
    clock = clock_words(visit.agreed, at)
    steps = quote_to_dict(quoted(wall("2026-11-30T12:00")))["terms"]["steps"]
    by_steps = next(step["fee_cents"] for step in steps if at <= datetime.fromisoformat(step["until"]))
    assert verdict.fee_cents == clock.stretches[0].fee_cents == by_steps


@pytest.mark.parametrize(
    "start, now, words",
    [
        (
            "2027-03-14T18:30",
            "2027-03-12T12:00",
            "free until tomorrow, Sat Mar 13, 5:30 PM; then $82.50; from Sun 6:30 AM the full $165.00",
        ),
        ("2027-11-07T18:30", "2027-11-05T12:00", "free until tomorrow, Sat Nov 6, 7:30 PM; then $82.50; from Sun 6:30 AM the full $165.00"),
        (
            "2027-11-07T13:30",
            "2027-11-05T12:00",
            "free until tomorrow, Sat Nov 6, 2:30 PM; then $82.50; from Sun 1:30 AM EST the full $165.00",
        ),
        (
            "2027-11-07T12:30",
            "2027-11-05T12:00",
            "free until tomorrow, Sat Nov 6, 1:30 PM; then $82.50; from Sun 1:30 AM EDT the full $165.00",
        ),
    ],
)
def test_the_clock_over_the_change_days(start, now, words):
    visit = booked(wall(now) - timedelta(days=2), start=wall(start))
    assert clock_words(visit.agreed, wall(now)).sentence == words
