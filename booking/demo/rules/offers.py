"""What a provider offers: services with prices, price rules, terms. All prices are sample data and marked as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from booking.demo.rules.chance import Chance, likely, weighted
from booking.demo.rules.words import Focus, World
from providers.profiles.rules import MOBILE, ServiceFacts
from providers.services.rules.calls import CALL_DRAFT
from providers.services.rules.drafts import AddOn
from providers.services.rules.prices import (
    BandRule,
    HolidayRule,
    PriceRule,
    PriceRules,
    ShortNoticeRule,
    TravelRule,
    TravelZone,
    WeekendRule,
)
from providers.services.rules.terms import DEFAULT_TERMS, Step, Terms

SAMPLE_CENTS = {30: 9_500, 45: 13_000, 60: 16_500, 75: 20_000, 90: 23_500}
"""Sample clinic prices by minutes; a provider's own lie around them."""

BANDS = ("downtown", "midtown", "upper", "uptown")
TRAVEL_CENTS = (2_500, 3_500, 5_000)
"""Sample travel fees: in the provider's own band, in the next one, farther."""

LENGTHS = ((60, 90), (45, 60, 90), (30, 60), (30, 45, 60), (60, 75, 90), (60,), (30, 45, 60, 75, 90))

STRICTER = Terms((Step(48, 0), Step(24, 50), Step(0, 100)), 10, 100, 15, 1, "at_visit")
LOOSER = Terms((Step(12, 0), Step(0, 50)), 15, 50, 20, 2, "at_visit")
LOOSEST = Terms((Step(6, 0), Step(0, 25)), 30, 50, 20, 3, "at_visit")

CALL_EVERY = 3
"""Every so many'th provider offers a free call before booking."""

CREDIT_PERCENT = 25


@dataclass(frozen=True)
class Offer:
    """Services, price rules and terms of one provider."""

    services: tuple[ServiceFacts, ...]
    prices: PriceRules
    terms: Terms


def draw_offer(chance: Chance, world: World, focus: Focus, second: Focus | None, settings: tuple[str, ...], profession: str) -> Offer:
    """Everything with a price. Sums end on five dollars; other professions than massage therapy charge more."""
    level = chance.randrange(85, 126) + (0 if profession == "lmt" else 15)
    return Offer(_services(chance, world, focus, second, settings, level), draw_price_rules(chance), draw_terms(chance))


def with_call(offer: Offer, number: int) -> Offer:
    """The offer of the provider of this number: every third one, the named therapist among them, offers a free call before booking."""
    if number % CALL_EVERY:
        return offer
    call = ServiceFacts(CALL_DRAFT.code, CALL_DRAFT.name, (), (), frozenset(CALL_DRAFT.settings), False, None, None, CALL_DRAFT.prices, 1)
    return replace(offer, services=(*offer.services, call))


def with_credit(offer: Offer, number: int) -> Offer:
    """The therapist who is named promises credit: a quarter of the price of a visit that they cancel."""
    return offer if number else replace(offer, terms=replace(offer.terms, credit_percent=CREDIT_PERCENT))


def _services(
    chance: Chance, world: World, focus: Focus, second: Focus | None, settings: tuple[str, ...], level: int
) -> tuple[ServiceFacts, ...]:
    lengths = chance.choice(LENGTHS)
    first = _service(focus.code, focus.service, focus, settings, _prices(lengths, level))
    found = [replace(first, add_ons=ADD_ONS)]
    if second is not None:
        found.append(_service(second.code, second.service, second, settings, _prices((60, 90), level + 5)))
    elif likely(chance, 45):
        general = Focus("medical", chance.choice(world.words.texts["medical"]), ("swedish_clinical", "deep_tissue"), ("stress",), (), ())
        found.append(_service(general.code, general.service, general, settings, _prices((60, 90), level - 5)))
    if likely(chance, 55):
        consult = chance.choice(world.words.texts["consult"])
        at = tuple(setting for setting in settings if setting == "clinic") or settings
        found.append(_service("first-consult", consult, focus, at, _prices((30,), level - 10), first_visit_only=True))
    return tuple(found)


def _service(
    code: str, name: str, focus: Focus, settings: tuple[str, ...], prices: dict[int, int], *, first_visit_only: bool = False
) -> ServiceFacts:
    return ServiceFacts(
        code, name, focus.techniques, focus.conditions, frozenset(settings), first_visit_only, None, None, MappingProxyType(prices), 1
    )


def _prices(lengths: tuple[int, ...], level: int) -> dict[int, int]:
    return {minutes: round(SAMPLE_CENTS[minutes] * level / 100 / 500) * 500 for minutes in lengths}


ADD_ONS = (AddOn("heat_packs", "Heat packs", 0, 800), AddOn("home_plan", "Home exercises, written down", 10, 1_500))
"""What can be added to everybody's main service."""


def draw_price_rules(chance: Chance) -> PriceRules:
    """Extras for evenings, nights, weekends, holidays and short notice; not everybody has each, some cap them."""
    extras: list[PriceRule] = []
    if likely(chance, 75):
        extras.append(BandRule("evening", 19 * 60, 21 * 60, chance.choice((1_000, 1_500, 1_500, 2_000))))
        extras.append(BandRule("late", 21 * 60, 5 * 60, chance.choice((2_500, 3_000, 3_000, 4_000))))
    if likely(chance, 60):
        extras.append(WeekendRule((5, 6), chance.choice((1_000, 1_000, 1_500))))
    if likely(chance, 50):
        extras.append(HolidayRule(25))
    if likely(chance, 45):
        extras.append(ShortNoticeRule(4, 2_000))
    return PriceRules(tuple(extras), chance.choice((None, None, 30, 40)), 1)


def travel_rule(covered: tuple[str, ...], home_band: str, bands: Mapping[str, str]) -> TravelRule:
    """Travel fees for the ZIP codes an area covers, by how many bands they lie away."""
    here = BANDS.index(home_band)
    zones: dict[int, list[str]] = {}
    for zip_code in covered:
        away = min(abs(BANDS.index(bands[zip_code]) - here), len(TRAVEL_CENTS) - 1)
        zones.setdefault(TRAVEL_CENTS[away], []).append(zip_code)
    return TravelRule(tuple(TravelZone(tuple(zips), cents) for cents, zips in sorted(zones.items())))


def draw_terms(chance: Chance) -> Terms:
    """The customary terms mostly, sometimes stricter or looser ones."""
    return weighted(chance, {DEFAULT_TERMS: 68, STRICTER: 14, LOOSER: 12, LOOSEST: 6})


def is_mobile(settings: tuple[str, ...]) -> bool:
    """Whether any of the settings is at the client's."""
    return not MOBILE.isdisjoint(settings)
