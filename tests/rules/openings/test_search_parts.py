"""Parts of the day by the wall clock, and whole prices by kind."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.openings.rules.asking import Wish
from booking.openings.rules.prices import WholePrices
from booking.openings.rules.wanted import PARTS, part_spans
from booking.quotes.catalogue import taxes
from booking.quotes.rules.visits import quote_visit
from marketplace.kernel.walltime import NEW_YORK, day_begin, day_span, from_minute
from providers.services.rules.prices import prices_from_dict
from tests.support.worlds import random_provider

HOURS = {"morning": range(5, 12), "afternoon": range(12, 17), "evening": range(17, 21), "late": (21, 22, 23, 0, 1, 2, 3, 4)}


@pytest.mark.parametrize("day", [date(2027, 1, 12), date(2027, 3, 14), date(2027, 11, 7)], ids=["usual", "23 hours", "25 hours"])
def test_every_minute_of_a_day_belongs_to_the_part_that_the_wall_clock_shows(day):
    low, high = day_span(day)
    spans = {part: part_spans({part}, low, high) for part in PARTS}
    for minute in range(low, high, 7):
        hour = from_minute(minute).astimezone(NEW_YORK).hour
        shown = [part for part in PARTS if any(begin <= minute < end for begin, end in spans[part])]
        assert shown == [part for part in PARTS if hour in HOURS[part]]


def test_no_part_and_all_parts_ask_for_nothing():
    assert part_spans((), 0, 1440) is None
    assert part_spans(PARTS, 0, 1440) is None


def test_several_parts_are_joined_and_cut_at_the_window():
    low = day_begin(date(2027, 1, 12))
    spans = part_spans({"evening", "late"}, low + 18 * 60, low + 26 * 60)
    assert spans == [(low + 18 * 60, low + 26 * 60)]


RULES = [
    {"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1_500},
    {"code": "late", "from": "21:00", "to": "05:00", "amount_cents": 3_000},
    {"code": "weekend", "weekdays": [5], "amount_cents": 1_000},
    {"code": "holiday", "percent": 25},
    {"code": "short_notice", "hours": 12, "amount_cents": 2_000},
    {"code": "travel", "zones": [{"zips": ["10003"], "amount_cents": 2_500}]},
]


@given(st.integers(0, 2**32), st.lists(st.integers(0, 45 * 1440), min_size=1, max_size=12))
def test_prices_by_kind_are_the_quotes_totals(seed, after):
    """Over Christmas, New Year and a change of tax that nobody has: the same as a quote for each start, now and an hour later."""
    random = Random(seed)
    facts = random_provider(random, 1)
    prices = prices_from_dict({"rules": random.sample(RULES, random.randrange(len(RULES))), "cap_percent": random.choice((15, 100))})
    facts = type(facts)(**{name: getattr(facts, name) for name in facts.__dataclass_fields__} | {"prices": prices})
    service = facts.services[0]
    setting = random.choice(("clinic", "home"))
    zip_code = None if setting == "clinic" else "10003"
    whole = WholePrices(facts, service, Wish(service.code, 60, setting, zip_code), taxes())
    begin = datetime(2027, 12, 10, 15, tzinfo=UTC)
    for now in (begin, begin + timedelta(hours=1)):
        starts = sorted(int(now.timestamp()) // 60 + minutes for minutes in after)
        totals = [
            quote_visit(
                facts, service, minutes=60, setting=setting, starts_at=from_minute(start), zip_code=zip_code, taxes=taxes(), now=now
            ).total_cents
            for start in starts
        ]
        assert list(map(whole.at(now), starts)) == totals
        assert whole.least_cents(starts, (starts[0], starts[-1] + 1), now) == min(totals)
