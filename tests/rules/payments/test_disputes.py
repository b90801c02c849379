"""What a dispute moves and who bears it: sums to nothing, one cent on each side, whatever was held, paid, due before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.ledger.rules.entries import charge, deposit_taken, deposit_used, paid_by_card
from booking.ledger.rules.sums import balances, sum_visit
from booking.payments.rules.closing import Held, close
from booking.payments.rules.disputes import Lost, bank_fee, bank_took, is_open, keeps_back, let_go, loss, part_loss
from booking.payouts.rules import payable

LINES = [{"code": "service", "amount_cents": 16_000}, {"code": "tax", "amount_cents": 720}]
PAID = (*charge("v", LINES).entries, *paid_by_card("payment:1", 16_720).entries)


def owed_to_therapist(entries):
    return sum(payable(one) for one in entries)


@pytest.mark.parametrize(
    ("status", "opened", "unsettled", "settled"),
    [
        ("needs_response", True, True, False),
        ("warning_needs_response", True, True, False),
        ("under_review", True, True, False),
        ("some_new_word", True, True, False),
        ("lost", False, True, False),
        ("won", False, False, False),
        ("warning_closed", False, False, False),
    ],
)
def test_until_when_money_rests(status, opened, unsettled, settled):
    assert (is_open(status), keeps_back(status), keeps_back(status, settled=True)) == (opened, unsettled, settled)


def test_what_a_bank_takes_is_not_lost_until_it_has_decided():
    rows = [*PAID, *bank_took("d", "t1", 16_720).entries]
    assert owed_to_therapist(rows) == 16_720
    assert sum_visit(rows).due == 0
    assert balances(rows)["card_clearing"] == 0
    won = [*rows, *bank_took("d", "t2", -16_720).entries]
    assert (owed_to_therapist(won), balances(won)["disputed"], balances(won)["card_clearing"]) == (16_720, 0, 16_720)


def test_a_loss_is_the_therapists_the_client_owes_nothing_again_and_the_fee_is_ours():
    lost = Lost(0, 16_720, 16_720, 720)
    rows = [*PAID, *bank_took("d", "t1", 16_720).entries, *loss("d", 1, lost).entries, *let_go("d", 1, lost).entries]
    sums, found = sum_visit(rows), balances(rows)
    assert (sums.due, sums.paid, sums.tax) == (0, 0, 0)
    assert owed_to_therapist(rows) == 0
    assert (found["waived"], found["provider_earned"], found["tax_collected"]) == (16_000, -16_000, 0)
    fee = balances([*rows, *bank_fee("d", "t1", 1_500).entries])
    assert (fee["platform_fee"], fee["card_clearing"], sum(fee.values())) == (1_500, -1_500, 0)


def test_a_deposit_that_nothing_was_charged_to_is_simply_gone():
    assert part_loss(5_000, 5_000, -5_000) == (5_000, 0, 0)
    lost = Lost(5_000, 0, 0, 0)
    rows = [*deposit_taken("p", 5_000).entries, *bank_took("d", "t", 5_000).entries, *loss("d", 1, lost).entries]
    assert (sum_visit(rows).due, owed_to_therapist(rows)) == (0, 0)
    later = [*rows, *charge("v", LINES).entries]
    assert sum_visit(later).due == 16_720


@pytest.mark.parametrize(
    ("cents", "held", "due", "parts"),
    [
        (10_000, 0, 0, (0, 10_000, 10_000)),
        (10_000, 0, 3_000, (0, 10_000, 10_000)),  # what they owed besides they still owe
        (10_000, 0, -3_000, (0, 10_000, 7_000)),  # what they gave too much is theirs anyway
        (10_000, 0, -12_000, (0, 10_000, 0)),
        (10_000, 4_000, -4_000, (4_000, 6_000, 6_000)),
        (3_000, 4_000, -4_000, (3_000, 0, 0)),
    ],
)
def test_how_a_loss_falls(cents, held, due, parts):
    assert part_loss(cents, held, due) == parts


@given(st.integers(0, 40_000), st.integers(0, 40_000), st.integers(0, 40_000), st.data())
def test_after_any_loss_the_client_owes_what_they_owed_before(charged, deposit, paid, data):
    """The twin: write all of it down and look at the sums."""
    rows = [
        *(charge("v", [{"code": "service", "amount_cents": charged}]).entries if charged else ()),
        *deposit_taken("p1", deposit).entries, *deposit_used("v", min(deposit, charged)).entries, *paid_by_card("p2", paid).entries,
    ]  # fmt: skip
    cents = data.draw(st.integers(0, deposit + paid))
    before, held = sum_visit(rows).due, deposit - min(deposit, charged)
    parts = part_loss(cents, held, before)
    assert parts[0] + parts[1] == cents
    assert 0 <= parts[2] <= parts[1]
    lost = Lost(*parts, 0)
    after = [*rows, *bank_took("d", "t", cents).entries, *loss("d", 1, lost).entries, *let_go("d", 1, lost).entries]
    assert max(0, sum_visit(after).due) == max(0, before)
    assert sum(balances(after).values()) == 0
    assert balances(after).get("disputed", 0) == 0
    undone = [*after, *(one.reversed for one in (*loss("d", 1, lost).entries, *let_go("d", 1, lost).entries))]
    assert sum_visit(undone) == sum_visit([*rows, *bank_took("d", "t", cents).entries])


def test_money_that_a_bank_has_taken_is_given_back_to_nobody_and_asked_of_nobody():
    taken = Held(1, "captured", "fee", 16_720, left_cents=16_720, bound_cents=16_720)
    assert close(10_000, [taken]).refunds == {}
    assert close(10_000, [taken]).rest_cents == 0
    part = Held(1, "captured", "fee", 16_720, left_cents=16_720, bound_cents=6_720)
    assert close(0, [part]).refunds == {1: 10_000}
    assert close(12_000, [part]).refunds == {1: 4_720}
