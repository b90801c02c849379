"""What is paid out, out of entries."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from booking.fees.rules import taken
from booking.ledger.rules.entries import (
    charge,
    counter,
    deposit_taken,
    deposit_used,
    paid_at_visit,
    paid_by_card,
    parking_paid_back,
    refund,
    refund_sent,
)
from booking.packages.rules import Worth, assess_end, earned, ended, sold
from booking.payouts.rules import Moved, Plan, Year, monday_of, paid_out, parking_paid_out, payable, plan_payout

LINES = [{"code": "service", "amount_cents": 16_000}, {"code": "tax", "amount_cents": 720}]
FIVE = Worth(5, 14_000, 630, 16_000, 720)


def cents(*groups):
    return sum(payable(one) for group in groups for one in group.entries)


def test_card_money_is_paid_out_once_its_visit_was_had():
    deposit, had = deposit_taken("payment:1", 16_720), charge("v", LINES)
    used = deposit_used("v", 16_720)
    assert cents(deposit) == 0
    assert cents(deposit, had, used) == 16_720
    assert cents(deposit, had, used, taken("v", 500)) == 16_220
    assert cents(deposit, had, used, taken("v", 500), paid_out("p", "v", 16_220)) == 0


def test_money_at_the_visit_is_theirs_already_and_only_the_fee_is_owed():
    assert cents(charge("v", LINES), paid_at_visit("v", 1, "cash", 16_720), taken("v", 500)) == -500


def test_what_goes_back_after_a_payout_is_taken_from_the_next():
    paid = (charge("v", LINES), paid_by_card("payment:1", 16_720), paid_out("p", "v", 16_720))
    assert cents(*paid, refund("refund:1", 5_000, "so")) == -5_000
    assert cents(*paid, refund("refund:1", 5_000, "so"), refund_sent("refund:1:sent", 5_000)) == -5_000


def test_a_package_paid_by_card_is_paid_out_visit_by_visit_and_one_paid_in_hand_never():
    deposit = deposit_taken("payment:1", FIVE.total_cents)
    assert cents(deposit, sold("k", "card", FIVE.total_cents)) == 0
    assert cents(deposit, sold("k", "card", FIVE.total_cents), earned("v", "card", FIVE)) == 14_630
    assert cents(sold("k", "cash", FIVE.total_cents), earned("v", "cash", FIVE)) == 0
    end = assess_end(FIVE, 1, "client")
    whole = (deposit, sold("k", "card", FIVE.total_cents), earned("v", "card", FIVE), ended("k", "card", end))
    assert cents(*whole) == 16_720  # the used visit at its single price


def test_what_a_bank_disputes_stays_out_and_what_is_owed_does_not():
    rows = [Moved(visit, one) for visit in (1, 2) for one in paid_by_card(f"payment:{visit}", 10_000).entries]
    rows += [Moved(3, one) for one in taken("v3", 700).entries]
    plan = plan_payout(rows, frozenset({2, 3}))
    assert (plan.lines, plan.total_cents, plan.frozen_cents) == (((1, 10_000), (3, -700)), 9_300, 10_000)


def test_parking_is_a_line_of_its_own_that_no_bank_holds_up():
    rows = [Moved(1, one) for one in (*paid_by_card("payment:1", 10_000).entries, *parking_paid_back("v1", 1_800).entries)]
    plan = plan_payout(rows, frozenset())
    assert (plan.lines, plan.parking, plan.total_cents) == (((1, 10_000),), ((1, 1_800),), 11_800)
    held = plan_payout(rows, frozenset({1}))
    assert (held.lines, held.parking, held.total_cents, held.frozen_cents) == ((), ((1, 1_800),), 1_800, 10_000)
    left = [*rows, *(Moved(1, one) for one in parking_paid_out("p", "v1", 1_800).entries)]
    assert plan_payout(left, frozenset({1})) == Plan((), 10_000)
    assert plan_payout(left, frozenset()) == Plan(((1, 10_000),), 0)


def test_parking_that_was_taken_back_or_did_not_leave_is_as_if_it_had_never_been():
    group, out = parking_paid_back("v1", 1_800), parking_paid_out("p", "v1", 1_800)
    gone = [Moved(1, one) for part in (group, counter(group.key, group.entries, "so")) for one in part.entries]
    assert plan_payout(gone, frozenset()) == Plan((), 0)
    failed = [Moved(1, one) for part in (group, out, counter(out.key, out.entries, "so")) for one in part.entries]
    assert plan_payout(failed, frozenset()) == Plan((), 0, ((1, 1_800),))


@given(st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), st.integers(1, 50_000), st.booleans()), max_size=12))
def test_after_a_payout_of_all_lines_nothing_is_left(moves):
    rows = [
        Moved(visit, one)
        for number, (visit, amount, back) in enumerate(moves)
        for one in (refund_sent(f"r{number}", amount) if back else paid_by_card(f"p{number}", amount)).entries
    ]
    plan = plan_payout(rows, frozenset())
    after = rows + [Moved(visit, one) for visit, amount in plan.lines for one in paid_out("p", str(visit), amount).entries]
    assert plan_payout(after, frozenset()).lines == ()
    assert plan.total_cents == sum(payable(row.entry) for row in rows)


def test_a_week_ends_before_its_monday_and_a_year_is_reported_above_both_figures():
    assert [monday_of(date(2027, 1, day)) for day in (11, 12, 17, 18)] == [date(2027, 1, 11)] * 3 + [date(2027, 1, 18)]
    assert [Year(2027, gross, count, 0, 0).reported for gross, count in ((2_000_001, 201), (2_000_000, 201), (9_000_000, 200))] == [
        True, False, False,
    ]  # fmt: skip
