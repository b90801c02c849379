"""What a gift card may be, what of it pays and what goes back, said in rows; and held against a count cent by cent."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.giftcards.catalogue import law
from booking.giftcards.rules import (
    ALPHABET,
    BY_CARD,
    CODE_SIGNS,
    Gift,
    Pledge,
    Policy,
    Return,
    Standing,
    came_back,
    cashed,
    check_cash,
    check_gift,
    check_refund,
    fill,
    give_back,
    given_back,
    is_code,
    law_on,
    liability,
    normal,
    pretty,
    refunded,
    set_aside,
    sold,
    use,
    used,
    waiting,
)
from booking.ledger.rules.entries import CLIENT, DEPOSITS, PROVIDER, Entry, deposit_taken, refund, refund_sent
from booking.ledger.rules.sums import balances, sum_visit
from booking.payouts.rules import payable
from marketplace.kernel.errors import Conflict, Refused

DAY = date(2027, 1, 12)
POLICY = Policy(allowed=True, amounts=(5_050, 10_000), least_cents=2_500, most_cents=50_000)
LAW = law_on(law(), DAY)


@pytest.mark.parametrize(
    ("gift", "field"),
    [
        (Gift(5_050), None),  # one of the list, whatever its cents
        (Gift(2_500), None),
        (Gift(50_000), None),
        (Gift(2_400), "amount_cents"),  # below what may be chosen
        (Gift(50_100), "amount_cents"),
        (Gift(2_550), "amount_cents"),  # an own amount is whole dollars
        (Gift(5_000, deliver_on=DAY), None),
        (Gift(5_000, deliver_on=DAY - timedelta(days=1)), "deliver_on"),
        (Gift(5_000, deliver_on=DAY + timedelta(days=366)), None),
        (Gift(5_000, deliver_on=DAY + timedelta(days=367)), "deliver_on"),
    ],
)
def test_what_may_be_bought(gift, field):
    try:
        check_gift(gift, POLICY, DAY)
        found = None
    except Refused as refusal:
        [fault] = refusal.faults
        found = fault.field
    assert found == field


def test_nothing_is_sold_until_somebody_says_so():
    with pytest.raises(Refused) as refused:
        check_gift(Gift(5_050), Policy(allowed=False, amounts=(5_050,), least_cents=1, most_cents=1), DAY)
    assert refused.value.code == "gift_cards_off"


@pytest.mark.parametrize(
    ("policy", "fields"),
    [
        (POLICY, set()),
        (Policy(allowed=True, amounts=(), least_cents=5_000, most_cents=2_500), {"most_cents"}),
        (Policy(allowed=True, amounts=(0,), least_cents=1, most_cents=2), {"amounts"}),
        (Policy(allowed=True, amounts=tuple(range(100, 1_000, 100)), least_cents=1, most_cents=2), {"amounts"}),
        (Policy(allowed=True, amounts=(), least_cents=1, most_cents=200_001), {"most_cents"}),
    ],
)
def test_what_may_be_said(policy, fields):
    assert set(policy.faults()) == fields


@pytest.mark.parametrize(
    ("left", "code"), [(499, None), (1, None), (500, "above_cash_limit"), (10_000, "above_cash_limit"), (0, "nothing_left")]
)
def test_less_than_five_dollars_is_given_in_cash(left, code):
    try:
        check_cash(left, LAW)
        found = None
    except (Conflict, Refused) as refusal:
        found = refusal.code
    assert found == code


def test_the_law_is_a_row_with_a_source_and_a_first_day():
    assert LAW is not None
    assert (LAW.least_years, LAW.cash_below_cents) == (9, 500)
    assert "396-i" in LAW.source
    assert law_on(law(), date(2022, 12, 9)) is None
    with pytest.raises(Refused):
        check_cash(1, None)


def test_a_code_is_read_as_it_is_typed():
    code = ALPHABET[:CODE_SIGNS]
    assert pretty(code) == "2345-6789-ABCD-EFGH"
    assert normal(f" {pretty(code).lower()} ") == code
    assert is_code(code)
    assert not any(is_code(other) for other in ("", code[:-1], f"{code}2", code.replace("2", "O"), code.replace("2", "é")))


# --- a twin that goes cent by cent ------------------------------------------------------------------------------------------------

cents = st.integers(0, 30)


@st.composite
def standings(draw):
    rows = []
    for number in range(draw(st.integers(0, 4))):
        parts = [draw(cents), draw(cents), draw(cents)]
        if sum(parts):
            rows.append(Standing(number + 1, sum(parts), parts[1], parts[2]))
    return draw(st.permutations(rows))


@given(st.lists(cents, max_size=5), st.integers(-5, 60))
def test_cards_pay_in_turn_and_never_more_than_the_price(amounts, total):
    pledges = [Pledge(number, amount) for number, amount in enumerate(amounts)]
    twin, rest = [0] * len(amounts), max(0, total)
    for number, amount in enumerate(amounts):
        for _ in range(amount):
            if rest:
                twin[number] += 1
                rest -= 1
    assert fill(reversed(pledges), total) == [(number, paid) for number, paid in enumerate(twin) if paid]


@given(standings(), st.integers(-5, 150))
def test_what_goes_back_waits_first_and_was_put_in_last(rows, wanted):
    aside, charged = {one.id: one.aside_cents for one in rows}, {one.id: one.used_cents for one in rows}
    back: dict[int, list[int]] = {}
    for _ in range(max(0, wanted)):
        for side, pots in enumerate((aside, charged)):
            full = [one for one, left in pots.items() if left]
            if full:
                pots[max(full)] -= 1
                back.setdefault(max(full), [0, 0])[side] += 1
                break
    found = {one.id: [one.aside_cents, one.used_cents] for one in give_back(rows, wanted)}
    assert found == back


@given(standings(), st.integers(-5, 150))
def test_what_is_charged_was_set_aside(rows, owed):
    parts = use(rows, owed)
    assert sum(paid for _, paid in parts) == min(max(0, owed), sum(one.aside_cents for one in rows))
    assert all(0 < paid <= next(one.aside_cents for one in rows if one.id == row) for row, paid in parts)


# --- the ledger -------------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.sampled_from([BY_CARD, "cash"]))
def test_the_ledger_sums_to_nothing_and_owes_what_is_left(amount, aside, charged, back, how):
    aside = min(aside, amount)
    charged = min(charged, aside)
    early, late = min(back, aside - charged), min(max(0, back - (aside - charged)), charged)
    groups = [
        sold("card", how, amount), set_aside("visit", "card", how, aside), used("visit", "card", how, charged),
        came_back("visit", "card", 1, how, Return(1, early, late)),
    ]  # fmt: skip
    entries = [one for group in groups for one in group.entries]
    assert sum(balances(entries).values()) == 0
    assert liability(entries) == amount - aside + early + late
    assert waiting(entries) == aside - charged - early
    assert sum_visit(entries[1:]).paid == aside - early - late
    rest = liability(entries)
    assert liability([*entries, *cashed("card", 1, how, rest).entries]) == 0


@pytest.mark.parametrize(("how", "after_charge", "after_cash"), [(BY_CARD, 6_000, 4_000), ("cash", 0, 0)])
def test_card_money_is_paid_out_once_it_is_charged_and_not_before(how, after_charge, after_cash):
    taken = [Entry("deposit", "card_clearing", DEPOSITS, 10_000)] if how == BY_CARD else []

    def to_be_paid(*groups):
        return sum(payable(one) for one in [*taken, *(one for group in groups for one in group.entries)])

    story = [sold("card", how, 10_000), set_aside("visit", "card", how, 6_000)]
    assert to_be_paid() == to_be_paid(story[0]) == to_be_paid(*story) == 0
    charged = [*story, used("visit", "card", how, 6_000)]
    assert to_be_paid(*charged) == after_charge
    assert to_be_paid(cashed("card", 1, how, 4_000)) - to_be_paid() == after_cash
    assert balances(one for group in charged for one in group.entries).get(CLIENT) == -6_000
    assert PROVIDER not in balances(one for group in charged for one in group.entries)


# --- what is left goes back ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "left", "shown", "disputed", "code"),
    [
        ("active", 10_000, 10_000, False, None),
        ("active", 3_280, None, False, None),  # nobody was shown a figure
        ("active", 3_280, 10_000, False, "left_changed"),
        ("active", 0, None, False, "nothing_left"),
        ("active", 10_000, 10_000, True, "disputed"),
        ("ordered", 0, None, False, "wrong_state"),
        ("void", 0, None, False, "wrong_state"),
        ("withdrawn", 0, None, False, "wrong_state"),
    ],
)
def test_what_is_left_goes_back_of_a_card_in_use_as_it_was_shown(state, left, shown, disputed, code):
    if code is None:
        check_refund(state, left, shown, disputed=disputed)
        return
    with pytest.raises(Conflict) as refused:
        check_refund(state, left, shown, disputed=disputed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("how", "ends"), [("card", {"card_clearing": 0, "deposits_held": 0}), ("cash", {"cash_at_visit": 0, "refunds_owed": 0})]
)
def test_bought_and_given_back_leaves_nothing_on_any_account(how, ends):
    groups = [sold("c", how, 10_000), refunded("c", 1, how, 10_000)]
    if how == "card":
        groups = [
            deposit_taken("payment:p", 10_000),
            *groups,
            refund("refund:r", 10_000, "Twice.", held=True),
            refund_sent("refund:r:sent", 10_000),
        ]
    else:
        groups.append(given_back("c", 1, 10_000))
    left = balances(one for group in groups for one in group.entries)
    assert {name: cents for name, cents in left.items() if cents} == {}
    assert set(ends) <= set(left)
