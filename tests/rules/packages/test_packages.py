"""What a package is worth, said in rows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.ledger.rules.entries import PROVIDER, REFUNDS, TAX
from booking.ledger.rules.sums import balances
from booking.packages.rules import Offer, Worth, assess_end, check_offer, earned, ended, last_day, liability, sold
from marketplace.kernel.errors import Refused

FIVE = Worth(visits=5, each_cents=14_000, each_tax_cents=630, single_cents=16_000, single_tax_cents=720)


@pytest.mark.parametrize(
    ("used", "by", "refund"),
    [
        (0, "client", 73_150),  # nothing used: all of it
        (1, "client", 73_150 - 16_720),  # one visit at its single price
        (4, "client", 73_150 - 4 * 16_720),
        (5, "client", 0),  # used up: never below nothing
        (2, "expired", 73_150 - 2 * 16_720),  # the last day takes no more than the client's own end
        (2, "provider", 3 * 14_630),  # the therapist ends it: each unused visit at what was paid for it
        (0, "provider", 73_150),
    ],
)
def test_what_goes_back(used, by, refund):
    assert assess_end(FIVE, used, by).refund_cents == refund


@pytest.mark.parametrize(
    ("offer", "field"),
    [
        (Offer("x", 60, 5, 70_000, 6), None),
        (Offer("x", 60, 5, 80_000, 6), None),  # the single price is no dearer
        (Offer("x", 60, 5, 80_005, 6), "price_cents"),  # dearer than five single ones
        (Offer("x", 60, 5, 70_001, 6), "price_cents"),  # not the same for each
        (Offer("x", 60, 5, 0, 6), "price_cents"),
        (Offer("x", 60, 1, 14_000, 6), "visits"),
        (Offer("x", 60, 25, 25 * 14_000, 6), "visits"),
        (Offer("x", 60, 5, 70_000, 2), "valid_months"),
        (Offer("x", 60, 5, 70_000, 25), "valid_months"),
    ],
)
def test_what_may_be_offered_beside_a_single_price_of_160_dollars(offer, field):
    if field is None:
        check_offer(offer, 16_000)
        return
    with pytest.raises(Refused) as refused:
        check_offer(offer, 16_000)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_a_length_that_is_not_sold_alone_is_not_sold_together():
    with pytest.raises(Refused) as refused:
        check_offer(Offer("x", 45, 5, 70_000, 6), None)
    assert [fault.field for fault in refused.value.faults] == ["minutes"]


@pytest.mark.parametrize(
    ("paid_on", "months", "last"),
    [
        (date(2027, 1, 12), 6, date(2027, 7, 12)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),  # no 31st there
        (date(2027, 12, 1), 12, date(2028, 12, 1)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
    ],
)
def test_the_last_day(paid_on, months, last):
    assert last_day(paid_on, months) == last


worths = st.integers(1, 40_000).flatmap(
    lambda each: st.builds(
        lambda visits, rate, more: Worth(visits, each, each * rate // 10_000, each + more, (each + more) * rate // 10_000),
        st.integers(2, 24),
        st.sampled_from([0, 450, 887]),
        st.integers(0, 9_000),
    )
)


@given(worths, st.data(), st.sampled_from(["client", "provider", "expired"]), st.sampled_from(["cash", "card"]))
def test_the_ledger_of_a_whole_life_owes_what_is_unused_and_ends_at_nothing(worth, data, by, how):
    used = data.draw(st.integers(0, worth.visits))
    written = list(sold("p", how, worth.total_cents).entries)
    for number in range(used):
        assert liability(tuple(written)) == (worth.visits - number) * worth.share_cents
        written += earned(f"v{number}", how, worth).entries
    end = assess_end(worth, used, by)
    assert 0 <= end.refund_cents <= worth.total_cents
    assert 0 <= end.kept_tax_cents <= end.kept_cents
    written += ended("p", how, end).entries
    sums = balances(written)
    assert sum(sums.values()) == 0
    assert liability(tuple(written)) == 0
    back = -sums.get(REFUNDS if how == "cash" else "deposits_held", 0)
    assert back == end.refund_cents - (worth.total_cents if how == "card" else 0)
    assert -sums.get(PROVIDER, 0) - sums.get(TAX, 0) == worth.total_cents - end.refund_cents


@given(worths, st.data())
def test_ending_sooner_never_gives_back_less_and_the_therapists_end_never_less_than_the_clients(worth, data):
    used = data.draw(st.integers(0, worth.visits - 1))
    assert assess_end(worth, used, "client").refund_cents >= assess_end(worth, used + 1, "client").refund_cents
    assert assess_end(worth, used, "provider").refund_cents >= assess_end(worth, used, "client").refund_cents
