"""What each event writes, and what entries come to: rows of plain cents, then whole histories drawn at random against a plain model."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.ledger.rules import entries as ledger
from booking.ledger.rules.entries import AT_VISIT, CARD, CLIENT, CREDIT, DEPOSITS, PROVIDER, REFUNDS, TAX, WAIVED, Entry, Group
from booking.ledger.rules.sums import VisitSums, balances, sum_visit, tax_of_waiver
from marketplace.kernel.errors import Refused

LINES = [
    {"code": "service", "amount_cents": 16_500},
    {"code": "evening", "amount_cents": 3_000},
    {"code": "cap", "amount_cents": -500},
    {"code": "travel", "amount_cents": 2_500},
    {"code": "tax", "amount_cents": 968},
]
CHARGE = ledger.charge("v", LINES)

ROWS = [
    ("a visit that took place is owed line by line", [CHARGE], {CLIENT: 22_468, PROVIDER: -21_500, TAX: -968}, (22_468, 0, 0, 0, 968, 0, 22_468)),
    ("paid in cash, nothing is left", [CHARGE, ledger.paid_at_visit("v", 1, "cash", 22_468)], {AT_VISIT: 22_468, PROVIDER: -21_500, TAX: -968}, (22_468, 0, 0, 0, 968, 22_468, 0)),
    ("a part paid, the rest is due", [CHARGE, ledger.paid_at_visit("v", 1, "check", 468)], {CLIENT: 22_000, AT_VISIT: 468, PROVIDER: -21_500, TAX: -968}, (22_468, 0, 0, 0, 968, 468, 22_000)),
    ("a late cancellation", [ledger.fee("v", ledger.LATE_CANCEL, 8_000)], {CLIENT: 8_000, PROVIDER: -8_000}, (8_000, 8_000, 0, 0, 0, 0, 8_000)),
    ("a fee that bad weather forgives stays on record", [ledger.fee("v", ledger.LATE_CANCEL, 8_000), ledger.forgiven("v", 8_000, "weather")], {PROVIDER: -8_000, WAIVED: 8_000}, (8_000, 8_000, 8_000, 0, 0, 0, 0)),
    ("the therapist lets go of half", [ledger.fee("v", ledger.NO_SHOW, 8_000), ledger.waived("v", 1, 4_000, 0, "a new client")], {CLIENT: 4_000, PROVIDER: -8_000, WAIVED: 4_000}, (8_000, 8_000, 0, 4_000, 0, 0, 4_000)),
    ("what is let go of was never taxed", [CHARGE, ledger.waived("v", 1, 22_468, 968, "a bad day")], {PROVIDER: -21_500, WAIVED: 21_500}, (22_468, 0, 0, 22_468, 0, 0, 0)),
    ("a deposit is held, nothing is owed yet", [ledger.deposit_taken("d", 5_000)], {CARD: 5_000, DEPOSITS: -5_000}, (0, 0, 0, 0, 0, 5_000, -5_000)),
    ("a deposit counts toward the price", [ledger.deposit_taken("d", 5_000), CHARGE, ledger.deposit_used("v", 5_000)], {CARD: 5_000, CLIENT: 17_468, PROVIDER: -21_500, TAX: -968}, (22_468, 0, 0, 0, 968, 5_000, 17_468)),
    ("a deposit goes back", [ledger.deposit_taken("d", 5_000), ledger.refund("r", 5_000, "canceled", held=True), ledger.refund_sent("s", 5_000)], {}, (0, 0, 0, 0, 0, 0, 0)),
    ("card money that is owed back has not left yet", [CHARGE, ledger.paid_by_card("c", 22_468), ledger.refund("r", 468, "goodwill")], {CLIENT: 468, CARD: 22_468, REFUNDS: -468, PROVIDER: -21_500, TAX: -968}, (22_468, 0, 0, 0, 968, 22_000, 468)),
    ("the provider cancels: a credit at their own cost, none of this visit's money", [ledger.credited("v", 2_000)], {PROVIDER: 2_000, CREDIT: -2_000}, (0, 0, 0, 0, 0, 0, 0)),
    ("credit of earlier pays", [CHARGE, ledger.credit_used("v", 1, 2_000)], {CLIENT: 20_468, CREDIT: 2_000, PROVIDER: -21_500, TAX: -968}, (22_468, 0, 0, 0, 968, 2_000, 20_468)),
    ("a free call is about nothing", [ledger.charge("v", [{"code": "service", "amount_cents": 0}])], {}, (0, 0, 0, 0, 0, 0, 0)),
]  # fmt: skip


def entries_of(groups: list[Group]) -> list[Entry]:
    return [one for group in groups for one in group.entries]


def whole(sums: VisitSums) -> tuple[int, ...]:
    return (sums.charged, sums.fee, sums.forgiven, sums.waived, sums.tax, sums.paid, sums.due)


@pytest.mark.parametrize(("groups", "expected", "sums"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_each_event_writes(groups, expected, sums):
    found = entries_of(groups)
    assert {account: cents for account, cents in balances(found).items() if cents} == expected
    assert sum(expected.values()) == 0
    assert whole(sum_visit(found)) == sums


@pytest.mark.parametrize("groups", [row[1] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_countered_group_leaves_nothing_behind(groups):
    back = [ledger.counter(group.key, group.entries, "a slip") for group in groups]
    assert set(balances(entries_of(groups + back)).values()) <= {0}
    assert whole(sum_visit(entries_of(groups + back))) == (0,) * 7
    assert [(one.corrects, one.reason) for one in back] == [(group.key, "a slip") for group in groups]


def test_an_event_has_one_key_whatever_it_is_called_with():
    assert ledger.fee("v", ledger.LATE_CANCEL, 1).key == ledger.fee("v", ledger.NO_SHOW, 1).key  # one fee a visit at most
    assert ledger.paid_at_visit("v", 1, "cash", 1).key != ledger.paid_at_visit("v", 2, "cash", 1).key


def test_the_order_of_entries_is_nothing():
    for order in permutations(entries_of(ROWS[8][1])):
        assert whole(sum_visit(order)) == ROWS[8][3]


@pytest.mark.parametrize(
    ("debit", "credit", "cents"), [(CLIENT, CLIENT, 1), (CLIENT, PROVIDER, 0), (CLIENT, PROVIDER, -1), ("pocket", PROVIDER, 1)]
)
def test_what_is_no_entry(debit, credit, cents):
    with pytest.raises(ValueError, match="not an entry"):
        Entry("x", debit, credit, cents)


def test_a_way_of_paying_that_nobody_knows():
    with pytest.raises(Refused, match="unknown_way"):
        ledger.paid_at_visit("v", 1, "gold", 100)


@pytest.mark.parametrize(
    ("already", "cents", "tax"),
    [(0, 22_468, 968), (0, 11_234, 484), (0, 1, 0), (11_234, 11_234, 484), (0, 0, 0)],
    ids=["all", "half", "a cent", "the other half", "nothing"],
)
def test_the_tax_of_what_is_let_go(already, cents, tax):
    taken = tax_of_waiver(VisitSums(charged=22_468, tax=968), 968, already)
    assert tax_of_waiver(VisitSums(charged=22_468, waived=already, tax=968 - taken), 968, cents) == tax


@given(st.integers(1, 50_000), st.integers(0, 3_000), st.lists(st.integers(1, 20_000), max_size=8))
def test_however_it_is_let_go_the_tax_ends_the_same(price, tax, pieces):
    lines = [{"code": "service", "amount_cents": price}, {"code": "tax", "amount_cents": tax}]
    found = list(ledger.charge("v", lines).entries)
    for number, piece in enumerate(pieces, start=1):
        sums = sum_visit(found)
        cents = min(piece, sums.due)
        if cents:
            found += ledger.waived("v", number, cents, tax_of_waiver(sums, tax, cents), "so").entries
    sums = sum_visit(found)
    at_once = tax_of_waiver(VisitSums(charged=price + tax, tax=tax), tax, sums.waived)
    assert sums.tax == tax - at_once
    assert 0 <= sums.tax <= tax
    assert balances(found)[TAX] == -sums.tax
    assert (sums.tax == 0) or sums.due > 0
    assert -balances(found)[PROVIDER] - balances(found)[WAIVED] + sums.tax == sums.due


STEPS = st.lists(st.tuples(st.sampled_from(["pay", "waive", "undo"]), st.integers(1, 30_000), st.integers(0, 9)), max_size=12)


@given(st.integers(0, 30_000), STEPS)
def test_a_history_at_random_against_a_plain_model(fee_cents, steps):
    """Payments, waivers and corrections of a fee: a model of plain sums knows what is left, and nothing is ever above what is due."""
    found, payments, waived_cents = list(ledger.fee("v", ledger.NO_SHOW, fee_cents).entries), {}, 0
    for step, cents, pick in steps:
        due = fee_cents - waived_cents - sum(payments.values())
        cents = min(cents, due)  # noqa: PLW2901
        if step == "undo" and payments:
            number = sorted(payments)[pick % len(payments)]
            group = ledger.paid_at_visit("v", number, "cash", payments.pop(number))
            found += ledger.counter(group.key, group.entries, "a slip").entries
        elif cents and step == "pay":
            number = 1 + len({one for one in found if one.memo == "paid_cash" and one.debit == AT_VISIT}) + len(found)
            payments[number] = cents
            found += ledger.paid_at_visit("v", number, "cash", cents).entries
        elif cents and step == "waive":
            waived_cents += cents
            found += ledger.waived("v", len(found), cents, 0, "so").entries
        sums = sum_visit(found)
        assert sum(balances(found).values()) == 0
        assert (sums.paid, sums.waived, sums.due) == (
            sum(payments.values()),
            waived_cents,
            fee_cents - waived_cents - sum(payments.values()),
        )
        assert 0 <= sums.due <= fee_cents
