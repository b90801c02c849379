"""What is added to a visit has a line, minutes and tax of its own; lines always add up, and nothing else of the price changes by it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.quotes import catalogue
from booking.quotes.rules.pricing import PriceTable, WishFacts, quote, total_cents
from providers.services.rules.drafts import AddOn, priced, version_after
from providers.services.rules.prices import prices_from_dict
from providers.services.rules.terms import DEFAULT_TERMS

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
START = datetime(2026, 12, 4, 0, 30, tzinfo=UTC)  # 7:30 PM in New York
RULES = prices_from_dict({"rules": [{"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1500}], "cap_percent": 5})
TABLE = PriceTable({60: 16_500}, version=3)
STONES, OIL = AddOn("stones", "Warm stones", 15, 3_000), AddOn("oil", "Arnica oil", 0, 500)


def made(*add_ons, profession="lmt"):
    wish = WishFacts("Massage", 60, "clinic", START, None, profession, add_ons=add_ons)
    return quote(wish, TABLE, RULES, DEFAULT_TERMS, catalogue.taxes(), now=NOW)


def test_each_has_a_line_with_its_rule_and_is_taxed():
    plain, more = made(), made(STONES, OIL)
    lines = [(line.code, line.label, line.amount_cents, line.rule) for line in more.lines if line.code == "add_on"]
    assert lines == [
        ("add_on", "Warm stones, 15 min more", 3_000, "add_on_stones@3"),
        ("add_on", "Arnica oil", 500, "add_on_oil@3"),
    ]
    assert more.subtotal_cents == plain.subtotal_cents + 3_500
    assert more.tax_cents == 937  # 4.5 % of 208.25
    assert made(STONES, profession="pt").tax_cents == 0


def test_extras_and_their_cap_and_the_fee_for_leaving_are_of_the_service_alone():
    plain, more = made(), made(STONES)
    assert [line for line in more.lines if line.code in {"evening", "cap"}] == [
        line for line in plain.lines if line.code in {"evening", "cap"}
    ]
    assert more.terms == plain.terms


@given(st.lists(st.builds(AddOn, st.sampled_from("abcde"), st.just("More"), st.integers(0, 60), st.integers(0, 500_000)), max_size=12))
def test_lines_add_up_and_the_same_wish_has_the_same_quote(add_ons):
    wish = WishFacts("Massage", 60, "clinic", START, None, "lmt", add_ons=tuple(add_ons))
    found = made(*add_ons)
    assert sum(line.amount_cents for line in found.lines) == found.total_cents == found.subtotal_cents + found.tax_cents
    assert found == made(*add_ons)
    assert found.total_cents == total_cents(wish, TABLE, RULES, catalogue.taxes(), now=NOW)


@pytest.mark.parametrize(
    ("new", "version"),
    [
        ([STONES], 4),
        ([replace(STONES, name="Hot stones")], 4),
        ([replace(STONES, price_cents=1)], 5),
        ([replace(STONES, minutes=20)], 5),
        ([], 5),
        ([STONES, OIL], 5),
    ],
)
def test_the_version_rises_with_what_is_priced_not_with_words(new, version):
    assert version_after(4, priced({60: 1}, [STONES]), priced({60: 1}, new)) == version
