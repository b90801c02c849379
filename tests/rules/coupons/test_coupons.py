"""What a code takes off and when it counts; a quote with a code still adds up, and never falls below zero."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.coupons.rules import CouponDraft, discount_line, find_coupon, normal
from booking.quotes import catalogue
from booking.quotes.rules.adding import DISCOUNT, service_cents, with_fee_base, with_lines
from booking.quotes.rules.agreed import agreed_from_dict
from booking.quotes.rules.pricing import PriceTable, WishFacts, add_on_lines, quote, quote_to_dict
from booking.quotes.rules.taxes import tax_row
from providers.services.rules.drafts import AddOn
from providers.services.rules.prices import prices_from_dict
from providers.services.rules.terms import DEFAULT_TERMS

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
START = datetime(2026, 12, 4, 0, 30, tzinfo=UTC)
RULES = prices_from_dict({"rules": [{"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1500}]})
ROW = tax_row(catalogue.taxes(), "new_york_city", "lmt", date(2026, 12, 3))
TODAY = date(2026, 12, 1)


def kept(cents=16_500):
    made = quote(
        WishFacts("Massage", 60, "clinic", START, None, "lmt"), PriceTable({60: cents}), RULES, DEFAULT_TERMS, catalogue.taxes(), now=NOW
    )
    return quote_to_dict(made)


def discounted(draft, cents=16_500):
    before = kept(cents)
    line = discount_line(draft, "abc", service_cents(before))
    return with_fee_base(with_lines(before, [line], ROW), service_cents(before) + line.amount_cents, NOW, "visit")


@pytest.mark.parametrize(
    ("draft", "off"),
    [
        (CouponDraft("SPRING", percent=10), 1_650),
        (CouponDraft("SPRING", percent=33), 5_445),
        (CouponDraft("SPRING", percent=100), 16_500),
        (CouponDraft("SPRING", amount_cents=2_000), 2_000),
        (CouponDraft("SPRING", amount_cents=90_000), 16_500),
    ],
)
def test_it_comes_off_the_service_alone_in_a_line_of_its_own(draft, off):
    found = discounted(draft)
    [line] = [line for line in found["lines"] if line["code"] == DISCOUNT]
    assert (line["amount_cents"], line["rule"]) == (-off, "coupon@abc")
    assert find_coupon(found) == "abc"
    assert found["subtotal_cents"] == 18_000 - off
    assert found["tax_cents"] == ((18_000 - off) * 450 + 5_000) // 10_000
    agreed = agreed_from_dict(found["terms"])
    assert agreed.fee_base_cents == 16_500 - off


@given(
    st.integers(1, 500_000),
    st.one_of(
        st.builds(CouponDraft, st.just("SPRING"), percent=st.integers(1, 100)),
        st.builds(CouponDraft, st.just("SPRING"), amount_cents=st.integers(1, 500_000)),
    ),
)
def test_lines_add_up_nothing_falls_below_zero_and_taking_it_off_brings_everything_back(cents, draft):
    before, found = kept(cents), discounted(draft, cents)
    assert sum(line["amount_cents"] for line in found["lines"]) == found["total_cents"] == found["subtotal_cents"] + found["tax_cents"]
    assert 0 <= found["tax_cents"] <= found["total_cents"] <= before["total_cents"]
    assert 0 <= agreed_from_dict(found["terms"]).fee_base_cents <= found["total_cents"]
    back = with_fee_base(with_lines(found, [], ROW, without={DISCOUNT}), service_cents(found), NOW, "visit")
    assert back == before


def test_it_stays_when_add_ons_come_and_go():
    found = discounted(CouponDraft("SPRING", percent=50))
    more = with_lines(found, add_on_lines([AddOn("oil", "Oil", 0, 500)], 1), ROW, without={"add_on"})
    assert find_coupon(more) == "abc"
    assert with_lines(more, [], ROW, without={"add_on"}) == found


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, True),
        ({"starts_on": date(2026, 12, 1)}, True),
        ({"starts_on": date(2026, 12, 2)}, False),
        ({"ends_on": date(2026, 12, 1)}, True),
        ({"ends_on": date(2026, 11, 30)}, False),
        ({"services": ("massage",)}, True),
        ({"services": ("other",)}, False),
        ({"least_cents": 16_500}, True),
        ({"least_cents": 16_501}, False),
    ],
)
def test_when_it_counts(more, counts):
    assert CouponDraft("SPRING", percent=10, **more).counts_for("massage", 16_500, TODAY) is counts


def test_what_costs_nothing_has_no_discount():
    assert not CouponDraft("SPRING", percent=10).counts_for("massage", 0, TODAY)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (CouponDraft("SHORT", percent=1), "code"),
        (CouponDraft("A" * 25, percent=1), "code"),
        (CouponDraft("SPRING"), "percent"),
        (CouponDraft("SPRING", 1, 1), "percent"),
        (CouponDraft("SPRING", 1, starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 1)), "ends_on"),
    ],
)
def test_what_cannot_stand_is_named(draft, field):
    assert list(draft.faults()) == [field]


@pytest.mark.parametrize("typed", ["spring10", " Spring-10 ", "SPRING 10"])
def test_how_it_is_typed_does_not_matter(typed):
    assert normal(typed) == "SPRING10"
