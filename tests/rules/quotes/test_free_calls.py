"""A call costs nothing at any hour, and so does leaving it, whatever its provider's prices and terms say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from booking.openings.rules.asking import Wish
from booking.openings.rules.prices import WholePrices
from booking.quotes import catalogue
from booking.quotes.rules.agreed import agreed_from_dict
from booking.quotes.rules.clock import clock_words
from booking.quotes.rules.pricing import quote_to_dict
from booking.quotes.rules.visits import quote_visit, whole_price_cents
from marketplace.kernel.walltime import to_minute
from providers.profiles.rules import ServiceFacts
from providers.services.rules.prices import prices_from_dict
from providers.services.rules.terms import Step, Terms
from tests.support.worlds import random_provider

CALL = ServiceFacts("intro_call", "Free introductory call", (), (), frozenset({"phone"}), False, None, None, {10: 0}, 1)
EXTRAS = {
    "rules": [
        {"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1500},
        {"code": "weekend", "weekdays": [5, 6], "amount_cents": 1000},
        {"code": "holiday", "percent": 25},
        {"code": "short_notice", "hours": 4, "amount_cents": 2000},
    ],
    "cap_percent": 10,
}
STERN = Terms((Step(48, 50), Step(0, 100)), 0, 100, 5, 0, "prepaid")
FACTS = replace(random_provider(Random(3), 3), prices=prices_from_dict(EXTRAS, version=4), terms=STERN, profession="lmt", services=(CALL,))
# A weekday noon, a Saturday evening, Christmas Eve in the evening, each in New York's winter.
STARTS = [datetime(2026, 12, 3, 17, tzinfo=UTC), datetime(2026, 12, 6, 0, 30, tzinfo=UTC), datetime(2026, 12, 25, 0, 30, tzinfo=UTC)]
LEADS = [timedelta(minutes=1), timedelta(hours=3), timedelta(days=9)]


def asked(start, now):
    return {"minutes": 10, "setting": "phone", "starts_at": start, "zip_code": None, "taxes": catalogue.taxes(), "now": now}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("lead", LEADS)
def test_a_call_is_free_at_any_hour_with_any_notice(start, lead):
    made = quote_visit(FACTS, CALL, **asked(start, start - lead))
    assert [(line.code, line.amount_cents) for line in made.lines] == [("service", 0)]
    assert (made.subtotal_cents, made.tax_cents, made.total_cents) == (0, 0, 0)
    assert whole_price_cents(FACTS, CALL, **asked(start, start - lead)) == 0
    assert WholePrices(FACTS, CALL, Wish("intro_call", 10, "phone"), catalogue.taxes()).at(start - lead)(to_minute(start)) == 0


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("lead", LEADS)
def test_leaving_a_call_is_free_until_it_starts_whatever_the_terms_say(start, lead):
    made = quote_visit(FACTS, CALL, **asked(start, start - lead))
    assert made.summary == "free until the call starts"
    kept = agreed_from_dict(quote_to_dict(made)["terms"]).at_booking(start - lead)
    assert {kept.fee_cents(kept.percent_at(start - timedelta(seconds=ahead))) for ahead in (0, 1, 3600, 10**6)} == {0}
    assert clock_words(kept, start - lead).sentence == "free until the visit starts"
    assert clock_words(kept, start - lead, what="call").sentence == "free until the call starts"


def test_a_visit_with_the_same_person_is_priced_as_ever():
    visit = replace(CALL, settings=frozenset({"clinic"}), prices={10: 5_000})
    start = STARTS[1]
    made = quote_visit(FACTS, visit, **{**asked(start, start - LEADS[0]), "setting": "clinic"})
    assert made.total_cents > 5_000
    assert made.terms.terms == STERN
