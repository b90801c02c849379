"""Small random worlds of listed providers as plain values, for algorithms that search them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from booking.openings.rules.candidates import Candidate, HeldTime
from booking.openings.rules.kinds import PROVIDER_KINDS
from booking.openings.rules.question import Taken
from booking.openings.rules.wanted import PARTS, Near, SearchQuery
from marketplace.kernel.walltime import day_begin
from providers.credentials.rules.standing import CredentialFact
from providers.insurers.rules import Entry, Stated
from providers.profiles.rules import AreaFacts, PlaceFacts, ProviderFacts, ServiceFacts
from providers.schedule.rules.hours import ClinicHours, DateException, ScheduleRules, Shift, WeeklyRange
from providers.services.rules.prices import prices_from_dict
from providers.services.rules.requests import ByRequest
from providers.services.rules.terms import DEFAULT_TERMS

TODAY = date(2027, 1, 12)
NOW = datetime(2027, 1, 12, 17, 0, tzinfo=UTC)
ZIPS = ("10003", "10009", "10023", "10024")
SPOTS = {
    "10003": (40.7318, -73.9892, "east_village"),
    "10009": (40.7265, -73.9786, "east_village"),
    "10024": (40.7864, -73.9764, "upper_west_side"),
}
TECHNIQUES = ("trigger_point", "myofascial_release", "lymphatic_drainage", "cupping")
CONDITIONS = ("neck_pain", "shoulder_pain", "post_surgical")
SETTINGS = ("clinic", "home", "office")
KINDS = ("private_practice", "hospital", "sports_clinic")
STAFFINGS = ("full_time", "rotating", "part_time")


@dataclass(frozen=True)
class World:
    """Providers with their claims."""

    people: list[tuple[ProviderFacts, list[HeldTime]]]

    def candidates(self) -> list[Candidate]:
        """As search wants them."""
        return [Candidate(facts, claims) for facts, claims in self.people]


def some(random: Random, values, least=0, share=0.5):
    """A random part of some values, in their order."""
    chosen = [value for value in values if random.random() < share]
    return chosen if len(chosen) >= least else [random.choice(values)]


def random_world(random: Random, size: int = 5) -> World:
    """A few providers who differ in everything that search looks at. All their times are multiples of a quarter of an hour."""
    return World([(facts := random_provider(random, number), random_claims(random, facts)) for number in range(size)])


CARRIERS, PLANS = ("aetna", "cigna", "oscar"), ("ppo", "hmo")


def _insurance(random):
    """Some have stated nothing, some nothing but that. Drawn apart, so that the rest of a world stays what it was."""
    own = Random(random.getstate()[1][0])
    lines = [Entry(carrier, "accepts", tuple(some(own, PLANS, share=0.4))) for carrier in CARRIERS if own.random() < 0.5]
    return Stated(tuple(lines), TODAY) if own.random() < 0.8 else None


def random_provider(random: Random, number: int) -> ProviderFacts:
    """One provider. Each weekday is worked at one place at most."""
    places = tuple(_place(number * 10 + nth, random.choice(list(SPOTS))) for nth in range(random.choice((0, 1, 1, 2))))
    area = _area(random) if random.random() < 0.7 else None
    services = tuple(_service(random, nth) for nth in range(random.choice((1, 2, 3))))
    count = random.choice((0, 1, 7))
    return ProviderFacts(
        id=number, public_id=f"p{number}", account_id=number, slug=f"person-{number}", state="listed", name=f"Person {number}", headline="",
        about="", gender=random.choice(("female", "male")), pronouns=None, profession=random.choice(("lmt", "pt")),
        languages=tuple(some(random, ("en", "es", "zh"), 1)), rating_count=count, rating_sum=count * random.choice((3, 4, 5)), sample_data=True,
        services=services, places=places, area=area, weekly=_weekly(random, places), exceptions=_exceptions(random),
        rules=ScheduleRules(random.choice((15, 30)), None, 0, 15, random.choice((0, 120)), 60, random.choice((None, 2)), 0),
        prices=_prices(random), terms=DEFAULT_TERMS, terms_version=1, credentials=_credentials(random), evidence=(),
        clinic_hours=_clinic_hours(random, places), insurance=_insurance(random),
    )  # fmt: skip


def _area(random):
    """On quarter hours, as everything here; some count the ways from and to the base, some know a last start."""
    base = tuple(some(random, ZIPS, 1)) if random.random() < 0.3 else ()
    last = random.choice((None, None, 20 * 60, 22 * 60))
    first = random.choice((0, 0, 15)), random.choice((None, None, 19 * 60))
    return AreaFacts("subway", frozenset(some(random, ZIPS, share=0.8)), 15, 15, None, random.choice((0, 15)), last, *first, base, base)


def _place(place_id, zip_code):
    latitude, longitude, hood = SPOTS[zip_code]
    return PlaceFacts(
        place_id,
        str(place_id),
        "clinic",
        "Room",
        "1 Street",
        None,
        "New York",
        zip_code,
        None,
        hood,
        latitude,
        longitude,
        KINDS[place_id % 3],
    )


def _clinic_hours(random, places):
    """Some rooms are in a clinic that is open at its own hours, some where a roster says who is there, evenings and nights included."""
    houses = []
    for place in places:
        weekly = (
            [WeeklyRange(day, *random.choice(((600, 1200), (480, 1560))), frozenset()) for day in range(7)] if random.random() < 0.3 else ()
        )
        shifts = [
            Shift(TODAY + timedelta(days=day), *random.choice(((600, 900), (1080, 1500))), random.choice(STAFFINGS)) for day in range(3)
        ]
        houses.append(ClinicHours(place.id, tuple(weekly), random.random() < 0.2, tuple(shifts)))
    return tuple(houses)


def _service(random, nth):
    prices = {60: random.choice((12_000, 15_000, 21_000))} | ({30: 9_000} if random.random() < 0.5 else {})
    techniques, conditions = tuple(some(random, TECHNIQUES)), tuple(some(random, CONDITIONS[:1]))
    before = random.choice((None, 0, 30))
    return ServiceFacts(
        f"service-{nth}",
        f"Service {nth}",
        techniques,
        conditions,
        frozenset(some(random, SETTINGS, 1, 0.8)),
        random.random() < 0.2,
        before,
        None,
        prices,
        1,
        by_request=ByRequest(frozenset(some(random, SETTINGS, 0, 0.3)), random.random() < 0.5),
    )


def _weekly(random, places):
    ranges = []
    for weekday in range(7):
        place = random.choice(places).id if places else None
        for opens, closes in some(random, ((540, 780), (900, 1080), (1080, 1560)), share=0.7):
            staffing = random.choice((None, "full_time", "full_time", "part_time"))
            ranges.append(WeeklyRange(weekday, opens, closes, frozenset(some(random, SETTINGS, 1, 0.8)), place, staffing))
    return tuple(ranges)


def _exceptions(random):
    return tuple(DateException(TODAY + timedelta(days=day), closed=True) for day in range(4) if random.random() < 0.1)


def _prices(random):
    rules = [
        {"code": "evening", "from": "18:00", "to": "21:00", "amount_cents": 1_500},
        {"code": "weekend", "weekdays": [5, 6], "amount_cents": 1_000},
        {"code": "short_notice", "hours": 20, "amount_cents": 2_000},
        {"code": "travel", "zones": [{"zips": ["10003"], "amount_cents": 2_500}]},
    ]
    return prices_from_dict({"rules": some(random, rules), "cap_percent": 15})


def _credentials(random):
    ends = TODAY + timedelta(days=random.choice((0, 1, 2, 400, 400, 400)))
    begins = date(2026, 1, 1)
    insured = {"covers": some(random, ("cupping",)), "excludes": []}
    proofs = [
        CredentialFact("license", "verified", begins, ends),
        CredentialFact("liability_insurance", "verified", begins, date(2028, 1, 1), insured),
    ]
    if random.random() < 0.5:
        partner = {"relation": random.choice(("referral", "same_clinic"))}
        ends = TODAY + timedelta(days=random.choice((-1, 300)))
        proofs.append(CredentialFact("physician_collaboration", "verified", begins, ends, partner))
    if random.random() < 0.5:
        proofs.append(
            CredentialFact("certificate", "verified", begins, TODAY + timedelta(days=random.choice((1, 300))), {}, "lymphatic_drainage")
        )
    return tuple(proofs)


def random_claims(random: Random, facts: ProviderFacts) -> list[HeldTime]:
    """A few visits, blocks and holds around the days that are searched, on quarter hours, never two at once."""
    begin, claims = day_begin(TODAY - timedelta(days=1)), []
    at = begin
    while at < begin + 5 * 1440:
        at += random.randrange(15, 1200, 15)
        minutes = random.choice((30, 60, 90))
        kind = random.choice(("visit", "visit", "block", "hold"))
        placed = random.choice(ZIPS) if kind != "block" else None
        expires = NOW + timedelta(minutes=random.choice((-1, 0, 5))) if kind == "hold" else None
        claims.append(HeldTime(Taken(at, at + minutes, 0, 15, placed, kind != "block", None), expires))
        at += minutes + 15
    return claims


def random_query(random: Random) -> SearchQuery:
    """A search with a window, a place more often than not, and up to three filters."""
    low = day_begin(TODAY) + random.choice((0, 12 * 60, 1440))
    near = None
    if random.random() < 0.8:
        zip_code = random.choice(list(SPOTS))
        latitude, longitude, hood = SPOTS[zip_code]
        near = Near(zip_code, latitude + 0.001, longitude, zip_code, hood)
    filters = {
        "parts": frozenset(some(random, list(PARTS), 1)),
        "settings": frozenset(some(random, SETTINGS, 1)),
        "condition": random.choice(CONDITIONS),
        "techniques": frozenset(some(random, TECHNIQUES, 1)),
        "neighborhoods": frozenset({random.choice(("east_village", "upper_west_side"))}),
        "max_price_cents": random.choice((13_000, 16_000, 19_000)),
        "place_kinds": frozenset({random.choice(KINDS)}),
        "provider_kinds": frozenset(some(random, PROVIDER_KINDS, 1, 0.3)),
        "genders": frozenset({"female"}),
        "languages": frozenset(some(random, ("es", "zh"), 1)),
        "full_time": True,
        "collaborates": True,
        "first_consult": True,
        "instant": True,
        "carriers": frozenset(some(random, CARRIERS, 1, 0.3)),
        "plans": frozenset({random.choice(PLANS)}),
    }
    return SearchQuery(
        from_minute=low,
        until_minute=low + random.choice((480, 960, 1440)),
        near=near,
        radius_meters=random.choice((500, 3_000, 30_000)),
        minutes=random.choice((60, 60, 30)),
        sort=random.choice(("soonest", "distance", "price", "rating")) if near else random.choice(("soonest", "price", "rating")),
        limit=random.choice((1, 2, 20)),
        **{name: filters[name] for name in random.sample(list(filters), random.choice((0, 1, 1, 2, 3)))},
    )


def quarters(query: SearchQuery) -> list[int]:
    """Every quarter of an hour of a search's window."""
    return list(range(query.from_minute, query.until_minute, 15))
