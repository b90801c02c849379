"""What may be offered as a membership, what a month is worth, and what the terms say."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.memberships.rules.plans import Plan, Said, agreed_words, check_plan, month_worth, terms
from marketplace.kernel.errors import Refused

PLAN = Plan("medical-massage", 60, 1, 13_000, 3)
SAID = Said("Anna Alder", "Medical massage", 60, month_worth(1, 13_000, 16_000, 450), 3)


@pytest.mark.parametrize(
    ("change", "single", "field"),
    [
        ({}, None, "minutes"),
        ({"visits": 0}, 16_000, "visits"),
        ({"visits": 9}, 16_000, "visits"),
        ({"stays_months": 0}, 16_000, "stays_months"),
        ({"stays_months": 25}, 16_000, "stays_months"),
        ({"most_members": 0}, 16_000, "most_members"),
        ({"most_members": 501}, 16_000, "most_members"),
        ({"price_cents": 0}, 16_000, "price_cents"),
        ({"price_cents": 16_001}, 16_000, "price_cents"),
        ({"visits": 3, "price_cents": 40_000}, 16_000, "price_cents"),
    ],
)
def test_what_may_not_be_offered_names_its_field(change, single, field):
    with pytest.raises(Refused) as refused:
        check_plan(replace(PLAN, **change), single)
    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize("change", [{}, {"visits": 8, "price_cents": 8 * 16_000}, {"stays_months": 24, "most_members": 500}])
def test_what_may_be_offered(change):
    check_plan(replace(PLAN, **change), 16_000)


def test_a_price_that_cannot_be_shared_says_one_that_can():
    with pytest.raises(Refused, match="invalid") as refused:
        check_plan(replace(PLAN, visits=3, price_cents=40_000), 16_000)
    assert refused.value.faults[0].message == "The price must be the same for each visit, to the cent: $399.99 is 3 × $133.33."


@given(st.integers(1, 8), st.integers(1, 50_000), st.integers(1, 50_000), st.integers(0, 1_000))
def test_a_member_never_pays_more_than_visits_alone(visits, each, single, points):
    worth = month_worth(visits, each, single, points)
    assert worth.share_cents <= worth.single_total_cents
    assert worth.each_cents == min(each, single)
    assert worth.total_cents == visits * (worth.each_cents + worth.each_tax_cents)


def test_the_terms_say_what_is_charged_how_often_and_how_to_stop():
    words = agreed_words(terms(SAID, date(2027, 1, 31), date(2027, 2, 28)))
    assert len(words.split("\n")) == 5
    for said in (
        "1 visit of Medical massage, 60 minutes, with Anna Alder", "$135.85 is charged to your card each month by itself",
        "$130.00 and $5.85 tax", "first on January 31, 2027, next on February 28, 2027", "until you end it", "stays for 3 months",
        "end or pause it here at any time", "do it before its day", "at least 30 days before",
    ):  # fmt: skip
        assert said in words


def test_several_visits_and_one_month_are_said_as_people_say_them():
    said = replace(SAID, worth=month_worth(2, 13_000, 16_000, 450), stays_months=1)
    words = agreed_words(terms(said, date(2027, 1, 1), date(2027, 2, 1)))
    assert "2 visits of Medical massage" in words
    assert "stays for 1 month after" in words
