"""Who may say that a visit began late, until when, what counts, and what comes off the price."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.reliability.catalogue import figures_on
from booking.reliability.rules.lateness import (
    Said,
    assess_given,
    assess_saying,
    back_cents,
    counted_minutes,
    visit_of,
    waits_until,
)

START = datetime(2027, 6, 1, 17, 0, tzinfo=UTC)
FIGURES = figures_on(date(2027, 6, 1))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def visit(status="completed", setting="clinic", whole=60, minutes=60):
    return visit_of(status, setting, START, START + whole * MINUTE, minutes)


@pytest.mark.parametrize(
    ("side", "after", "client_said", "code"),
    [
        ("client", -MINUTE, None, "too_early"),
        ("client", 0 * MINUTE, None, "open"),
        ("client", 49 * HOUR, None, "open"),
        ("client", 49 * HOUR + MINUTE, None, "too_late"),
        ("provider", 49 * HOUR + MINUTE, None, "too_late"),
        ("provider", 49 * HOUR + MINUTE, 48 * HOUR, "open"),
        ("provider", 120 * HOUR, 48 * HOUR, "open"),
        ("provider", 120 * HOUR + MINUTE, 48 * HOUR, "too_late"),
        ("client", 120 * HOUR, 48 * HOUR, "too_late"),
    ],
)
def test_it_is_said_from_the_start_until_two_days_after_the_end(side, after, client_said, code):
    said = None if client_said is None else Said(20, START + client_said)
    verdict = assess_saying(visit(), side, said, FIGURES, START + after)
    assert (verdict.code, verdict.allowed) == (code, code == "open")


@pytest.mark.parametrize(
    ("status", "setting", "allowed"),
    [
        ("confirmed", "home", True),
        ("checked_in", "clinic", True),
        ("completed", "clinic", True),
        ("no_show", "clinic", True),
        ("requested", "clinic", False),
        ("cancelled", "clinic", False),
        ("expired", "clinic", False),
        ("completed", "phone", False),
    ],
)
def test_it_is_said_of_visits_that_take_place_and_of_no_call(status, setting, allowed):
    assert assess_saying(visit(status, setting), "client", None, FIGURES, START + HOUR).allowed is allowed


@pytest.mark.parametrize(
    ("status", "side", "given", "after", "fault"),
    [
        ("checked_in", "provider", 40, 2 * HOUR, "not_over"),
        ("checked_in", "client", 40, HOUR - MINUTE, "not_over"),
        ("checked_in", "client", 40, HOUR, None),
        ("completed", "provider", 0, 30 * MINUTE, None),
        ("completed", "provider", 60, HOUR, None),
        ("completed", "provider", 61, HOUR, "At most 60 minutes were agreed."),
    ],
)
def test_minutes_given_are_said_once_it_is_over(status, side, given, after, fault):
    assert assess_given(visit(status), side, given, START + after) == fault


@pytest.mark.parametrize(
    ("provider", "client", "hours", "counted"),
    [
        (None, None, 0, 0),
        (15, None, 0, 15),
        (15, 25, 0, 15),
        (25, 15, 0, 15),
        (0, 25, 0, 0),
        (None, 25, 72, 0),
        (None, 25, 73, 25),
    ],
)
def test_the_fewer_minutes_count_and_silence_is_a_yes_after_a_while(provider, client, hours, counted):
    of_provider, of_client = (None if minutes is None else Said(minutes, START) for minutes in (provider, client))
    now = START + hours * HOUR
    assert counted_minutes(of_provider, of_client, FIGURES, now) == counted
    waits = waits_until(of_provider, of_client, FIGURES, now)
    assert waits == (START + 72 * HOUR if provider is None and client is not None and hours <= 72 else None)


@pytest.mark.parametrize(
    ("whole", "given", "service", "charged", "tax", "back"),
    [
        (60, 60, 16_000, 16_720, 720, 0),
        (60, 45, 16_000, 16_720, 720, 4_180),
        (60, 0, 16_000, 16_720, 720, 16_720),
        (60, 59, 16_000, 16_720, 720, 279),
        # The way costs 2500 of it and stays.
        (60, 0, 16_000, 19_333, 833, 16_720),
        # An hour with a quarter added: what is missing is taken off the hour.
        (75, 70, 16_000, 20_900, 900, 1_393),
        # Staff had let go of nearly all of it.
        (60, 0, 16_000, 500, 22, 500),
        (60, 0, 16_000, 0, 0, 0),
    ],
)
def test_the_price_is_for_the_minutes_given(whole, given, service, charged, tax, back):
    assert back_cents(visit(whole=whole), given, service, charged, tax) == back


@given(st.integers(15, 120), st.integers(0, 120), st.integers(0, 40_000), st.integers(0, 5_000))
def test_it_is_the_share_that_a_pencil_finds_and_never_more_than_was_charged(minutes, given_minutes, service, extras):
    given_minutes = min(given_minutes, minutes)
    tax = (2 * (service + extras) * 450 + 10_000) // 20_000
    found = back_cents(visit(whole=minutes, minutes=minutes), given_minutes, service, service + extras + tax, tax)
    half_up = {"exp": Decimal(1), "rounding": ROUND_HALF_UP}
    net = (Decimal(service) * (minutes - given_minutes) / minutes).quantize(**half_up)
    taxed = (Decimal(tax) * net / (service + extras)).quantize(**half_up) if service + extras else Decimal(0)
    assert found == min(service + extras + tax, int(net + taxed))
    assert 0 <= found <= service + extras + tax
