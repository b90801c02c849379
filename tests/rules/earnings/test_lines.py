"""Earnings: periods to the day, lines and totals that are the ledger's own sums, cells that no table program runs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.earnings.rules import Visit, Written, add_up, bounds, by_year, cell, list_lines
from booking.ledger.rules import entries as ledger
from booking.ledger.rules.story import Told
from booking.ledger.rules.sums import balances

AT = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
LINES = [
    {"code": "service", "amount_cents": 16_000},
    {"code": "evening", "amount_cents": 1_500},
    {"code": "travel", "amount_cents": 2_500},
    {"code": "tax", "amount_cents": 900},
]


def written(group, at=AT, visit="v"):
    about = Visit(visit, "LH1", "Medical massage", at)
    return [Written(Told(group.key, one, at, group.corrects, group.reason), about) for one in group.entries]


@pytest.mark.parametrize(
    ("period", "on", "first", "after"),
    [
        ("week", date(2027, 1, 10), date(2027, 1, 4), date(2027, 1, 11)),  # a Sunday ends its week
        ("week", date(2027, 1, 11), date(2027, 1, 11), date(2027, 1, 18)),
        ("month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 3, 1)),
        ("month", date(2027, 12, 31), date(2027, 12, 1), date(2028, 1, 1)),
        ("year", date(2027, 6, 1), date(2027, 1, 1), date(2028, 1, 1)),
    ],
)
def test_a_period_is_whole_days(period, on, first, after):
    assert bounds(period, on) == (first, after)


@given(st.sampled_from(["week", "month", "year"]), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_periods_follow_one_another_without_gap(period, on):
    first, after = bounds(period, on)
    assert first <= on < after
    assert bounds(period, after - timedelta(days=1)) == (first, after)
    assert bounds(period, after)[0] == after


def test_a_visit_paid_and_one_missed():
    rows = [
        *written(ledger.charge("v", LINES)),
        *written(ledger.paid_at_visit("v", 1, "cash", 20_900)),
        *written(ledger.fee("w", ledger.NO_SHOW, 16_000), visit="w"),
        *written(ledger.waived("w", 1, 6_000, 0, "so"), visit="w"),
    ]
    found = [
        (line.what, line.visit.public_id, line.earned_cents, line.tax_cents, line.waived_cents, line.received_cents)
        for line in list_lines(rows)
    ]
    assert found == [
        ("charge", "v", 20_000, 900, 0, 0),
        ("paid_cash", "v", 0, 0, 0, 20_900),
        ("no_show_fee", "w", 16_000, 0, 0, 0),
        ("waived", "w", 0, 0, 6_000, 0),
    ]
    totals = add_up(rows)
    assert (totals.earned_cents, totals.tax_cents, totals.waived_cents, totals.received_cents) == (36_000, 900, 6_000, 20_900)
    assert dict(totals.kinds) == {"visits": 16_000, "travel": 2_500, "extras": 1_500, "fees": 16_000}


def test_parking_that_is_paid_back_is_earned_by_nobody():
    group = ledger.parking_paid_back("v", 1_800)
    back = ledger.counter(group.key, group.entries, "a slip")
    rows = [*written(group)]
    assert [(line.what, line.visit.public_id, line.earned_cents, line.paid_back_cents) for line in list_lines(rows)] == [
        ("parking", "v", 0, 1_800)
    ]
    totals = add_up(rows)
    assert (totals.earned_cents, totals.received_cents, totals.paid_back_cents) == (0, 0, 1_800)
    assert add_up([*rows, *written(back)]).paid_back_cents == 0


def test_a_deposit_held_and_used_is_received_once():
    rows = [*written(ledger.deposit_taken("d", 5_000)), *written(ledger.charge("v", LINES)), *written(ledger.deposit_used("v", 5_000))]
    assert [line.what for line in list_lines(rows)] == ["deposit", "charge"]
    assert add_up(rows).received_cents == 5_000


GROUPS = st.lists(
    st.one_of(
        st.builds(lambda visit, cents: ledger.fee(visit, ledger.LATE_CANCEL, cents), st.text("abc", min_size=1, max_size=4), st.integers(1, 30_000)),
        st.builds(lambda visit: ledger.charge(visit, LINES), st.text("def", min_size=1, max_size=4)),
        st.builds(lambda visit, number, cents: ledger.paid_at_visit(visit, number, "check", cents), st.text("abc", min_size=1, max_size=4), st.integers(1, 9), st.integers(1, 30_000)),
        st.builds(lambda visit, number, cents: ledger.waived(visit, number, cents, cents // 20, "so"), st.text("def", min_size=1, max_size=4), st.integers(1, 9), st.integers(1, 30_000)),
    ),
    max_size=15,
    unique_by=lambda group: group.key,
)  # fmt: skip


@given(GROUPS, st.lists(st.integers(0, 800), max_size=15), st.booleans())
def test_lines_totals_and_years_are_the_ledgers_own_sums(groups, days, correct):
    if correct and groups:
        groups = [*groups, ledger.counter(groups[0].key, groups[0].entries, "a slip")]
    rows = [
        one for number, group in enumerate(groups) for one in written(group, AT + timedelta(days=(days or [0])[number % max(1, len(days))]))
    ]
    sums, totals, lines = balances(row.told.entry for row in rows), add_up(rows), list_lines(rows)
    assert (
        totals.earned_cents
        == -sums.get(ledger.PROVIDER, 0)
        == sum(line.earned_cents for line in lines)
        == sum(cents for _kind, cents in totals.kinds)
    )
    assert totals.tax_cents == -sums.get(ledger.TAX, 0) == sum(line.tax_cents for line in lines)
    assert totals.waived_cents == sums.get(ledger.WAIVED, 0) == sum(line.waived_cents for line in lines)
    assert totals.received_cents == sums.get(ledger.AT_VISIT, 0) == sum(line.received_cents for line in lines)
    assert sum(year.earned_cents for _number, year in by_year(rows)) == totals.earned_cents
    assert totals.earned_cents + totals.tax_cents - totals.waived_cents - totals.received_cents == sums.get(ledger.CLIENT, 0)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("plain", "plain"),
        ("", ""),
        (-5, "-5"),
    ],
)
def test_no_cell_is_a_formula(value, written):
    assert cell(value) == written
