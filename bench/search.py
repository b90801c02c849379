"""Directory search over demo-like providers: mixed queries, CPU milliseconds.

Providers differ in hours, services, places and areas, each with about 25 visits ahead.
Run from the project's root: `python -m bench.search`.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import quantiles

from booking.openings.catalogue import rules_by, search_tables
from booking.openings.rules.candidates import Candidate, HeldTime
from booking.openings.rules.question import Taken
from booking.openings.rules.search import find
from booking.openings.rules.wanted import Near, SearchQuery
from marketplace.kernel.walltime import day_begin, to_minute
from providers.credentials.catalogue import first_policy
from providers.credentials.rules.standing import CredentialFact
from providers.places import gazetteer
from providers.profiles.rules import AreaFacts, PlaceFacts, ProviderFacts, ServiceFacts
from providers.schedule.rules.hours import ScheduleRules, WeeklyRange
from providers.services import catalogue
from providers.services.rules.prices import prices_from_dict
from providers.services.rules.terms import DEFAULT_TERMS

TODAY = date(2027, 1, 12)
NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
SIZES = (60, 1_000)
QUERIES = 60
RULES = ScheduleRules(15, None, 0, 15, 120, 60, None, 0)
PRICES = prices_from_dict(
    {
        "rules": [
            {"code": "evening", "from": "19:00", "to": "21:00", "amount_cents": 1_500},
            {"code": "weekend", "weekdays": [5, 6], "amount_cents": 1_000},
            {"code": "short_notice", "hours": 4, "amount_cents": 2_000},
        ]
    }
)


def provider(random: Random, number: int) -> ProviderFacts:
    """One provider of a believable town."""
    hood = random.choice(gazetteer.neighborhoods())
    mobile, clinic = random.random() < 0.5, random.random() < 0.8
    settings = frozenset((["clinic"] if clinic or not mobile else []) + (random.sample(["home", "office", "hotel"], 2) if mobile else []))
    techniques = random.sample([code for code, one in catalogue.techniques().items() if one.evidence_level in {"none", "badge"}], 6)
    services = tuple(
        ServiceFacts(
            f"s{at}", f"Service {at}", tuple(techniques[at * 3 : at * 3 + 3]), (), settings, first_visit_only=False,
            buffer_before_minutes=None, buffer_after_minutes=None,
            prices={45: 13_000, 60: random.randrange(120, 260) * 100, 90: 26_000}, version=1,
        )
        for at in range(2)
    )  # fmt: skip
    spot = PlaceFacts(
        number, str(number), "clinic", "Room", "1 Street", None, "New York", hood.zips[0], None, hood.code, hood.latitude, hood.longitude
    )
    place_id = number if "clinic" in settings else None
    near = sorted(gazetteer.zips(), key=lambda info: abs(info.latitude - hood.latitude))[:12]
    opens = random.choice((540, 720, 960))
    return ProviderFacts(
        id=number, public_id=str(number), account_id=number, slug=f"person-{number}", state="listed", name=f"Person {number}", headline="",
        about="", gender=random.choice(("female", "male")), pronouns=None, profession="lmt",
        languages=("en", random.choice(("es", "zh", "ru"))),
        rating_count=number % 40, rating_sum=(number % 40) * 4, sample_data=True, services=services,
        places=(spot,) if "clinic" in settings else (),
        area=AreaFacts("subway", frozenset(info.zip for info in near), 15, 10, None) if mobile else None,
        weekly=tuple(WeeklyRange(day, opens, opens + 480, settings, place_id, "full_time") for day in random.sample(range(7), 5)),
        exceptions=(), rules=RULES, prices=PRICES, terms=DEFAULT_TERMS, terms_version=1,
        credentials=tuple(
            CredentialFact(kind, "verified", date(2026, 1, 1), date(2028, 1, 1)) for kind in ("license", "liability_insurance")
        ),
        evidence=(),
    )  # fmt: skip


def candidate(random: Random, number: int) -> Candidate:
    """A provider with 25 visits over the next weeks."""
    facts = provider(random, number)
    days = [day_begin(TODAY + timedelta(days=day)) for day in range(25)]
    claims = [Taken(begin + 960 + 15 * random.randrange(20), begin + 1_260 + 60, 0, 15, "10003", is_visit=True) for begin in days]
    return Candidate(facts, [HeldTime(claim, None) for claim in claims])


def query(random: Random) -> SearchQuery:
    """One of the searches that people make: mostly by place and condition, sometimes with filters."""
    hood = random.choice(gazetteer.neighborhoods())
    near = Near(hood.name, hood.latitude, hood.longitude, hood.zips[0], hood.code)
    plain = SearchQuery(to_minute(NOW), to_minute(NOW) + 7 * 1440, near if random.random() < 0.9 else None)
    more = {
        "condition": random.choice(tuple(catalogue.conditions())),
        "settings": frozenset({"clinic"}),
        "parts": frozenset({"evening"}),
        "max_price_cents": 18_000,
        "genders": frozenset({"female"}),
        "full_time": True,
        "sort": random.choice(("price", "rating")),
    }
    return replace(plain, **{name: more[name] for name in random.sample(list(more), random.choice((0, 1, 1, 2, 3)))})


def main() -> None:
    print("search, CPU milliseconds: providers  first     p50     p99   found on average")
    for size in SIZES:
        random = Random(size)
        tables = search_tables(rules_by(first_policy()))
        candidates = [candidate(random, number) for number in range(size)]
        queries = [query(random) for _ in range(QUERIES)]
        spent, found = [], []
        for asked in queries:
            begun = time.process_time()
            found.append(find(candidates, asked, tables, NOW).total)
            spent.append((time.process_time() - begun) * 1000)
        cuts = quantiles(spent[1:], n=100)
        print(f"{size:36} {spent[0]:6.1f} {cuts[49]:7.1f} {cuts[98]:7.1f} {sum(found) / len(found):9.1f}")


if __name__ == "__main__":
    main()
