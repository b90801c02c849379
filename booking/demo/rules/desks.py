"""A provider with everything that is theirs, drawn whole from one source of chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.demo.rules.chance import Chance, likely, public_id, weighted
from booking.demo.rules.clinics import draw_houses, hours_in, house_of, room_in
from booking.demo.rules.hours import FULL_WEEK, Hours, draw_exceptions, draw_schedule_rules, draw_weekly
from booking.demo.rules.offers import Offer, draw_offer, is_mobile, travel_rule, with_call, with_credit
from booking.demo.rules.papers import (
    ASKED,
    PENDING,
    SUSPENSION,
    UNFINISHED,
    Holder,
    Paper,
    draw_papers,
    facts_of,
    fate_of,
)
from booking.demo.rules.people import Human, draw_human, draw_phone
from booking.demo.rules.words import Focus, Site, World
from marketplace.kernel.walltime import local_day, to_minute
from providers.places.rules.drafts import AreaDraft, BaseDraft
from providers.places.rules.travel import TravelMode
from providers.profiles.rules import AreaFacts, PlaceFacts, ProviderFacts
from providers.registry.rules import DRAFT, LISTED, SUBMITTED, SUSPENDED, free_slug
from providers.schedule.rules.hours import ClinicHours

KINDS = ("both", "clinic", "mobile", "clinic", "both", "clinic", "clinic", "mobile", "both", "clinic")
"""Taken in turn, so that even a small town has every kind, and clinics in most neighborhoods."""

PROFESSIONS = {"lmt": 82, "pt": 11, "chiropractor": 7}
MODES = {"walk": 15, "walk_with_table": 10, "subway": 55, "car": 20}
STATES = {PENDING: SUBMITTED, ASKED: SUBMITTED, SUSPENSION: SUSPENDED, UNFINISHED: DRAFT}
THERAPIST = Human("Renata Solano", "Solano", "female", "she/her", ("en", "es", "pt"))
THERAPIST_HOOD = "upper_west_side"
RADII_METERS = (1_500, 2_500, 4_000, 6_000)


@dataclass(frozen=True)
class Ids:
    """The row ids a provider gets."""

    provider: int
    account: int
    first_place: int


@dataclass(frozen=True)
class Desk:
    """One provider. `facts` are what the engine and the quotes go by; the rest is what only rows hold."""

    facts: ProviderFacts
    account_public_id: str
    uniquifier: str
    settings: tuple[str, ...]
    phone: str
    answers: dict[str, str]
    area: AreaDraft | None
    papers: tuple[Paper, ...]
    state_reason: str | None
    created_at: datetime
    listed_at: datetime | None


@dataclass(frozen=True)
class _Person:
    """Who is being drawn, before what they offer is."""

    number: int
    human: Human
    profession: str
    home: Site
    settings: tuple[str, ...]
    since_at: datetime
    fate: str

    @property
    def state(self) -> str:
        return STATES.get(self.fate, LISTED)


def draw_desk(world: World, number: int, ids: Ids, slugs: set[str]) -> Desk:
    """The provider of this number; number 0 is the therapist whose account the demo names. The public name is added to `slugs`."""
    chance = world.dice(f"provider {number}")
    who = _draw_person(chance, world, number, slugs)
    places = _places(chance, world, who, ids) if "clinic" in who.settings else ()
    focus, second = _focuses(chance, world, number)
    area = draw_area(chance, world, who.home) if is_mobile(who.settings) else None
    covered = world.covered(area) if area else ()
    offer = _offer(draw_offer(chance, world, focus, second, who.settings, who.profession), covered, world, who)
    techniques = tuple(dict.fromkeys(code for service in offer.services for code in service.techniques))
    papers = draw_papers(chance, world, Holder(number, who.human.name, who.profession, techniques, who.since_at), who.fate)
    hours = _hours(chance, world, number, who.settings, [place.id for place in places])
    house = house_of(draw_houses(world), number)
    clinic_hours: tuple[ClinicHours, ...] = ()
    if house is not None and places:
        today = local_day(to_minute(world.now))
        period = today - timedelta(days=world.past_days), today + timedelta(days=world.coming_days + 14)
        places = (room_in(house, places[0]), *places[1:])
        clinic_hours = (hours_in(house, places[0].id, hours.weekly, *period),)
    slug = free_slug(who.human.name, slugs)
    slugs.add(slug)
    facts = replace(
        _facts(chance, ids, who, with_credit(with_call(offer, number), number), hours),
        slug=slug,
        headline=chance.choice(focus.headlines),
        about=_about(chance, world, focus, who.settings, hours),
        places=places,
        clinic_hours=clinic_hours,
        area=_area_facts(area, covered) if area else None,
        credentials=facts_of(papers, suspended=who.state == SUSPENDED),
    )
    return _desk(chance, world, who, facts, area, papers)


def _draw_person(chance: Chance, world: World, number: int, slugs: set[str]) -> _Person:
    named = number == 0
    hood = THERAPIST_HOOD if named else tuple(world.sites)[number % len(world.sites)]
    return _Person(
        number=number,
        human=THERAPIST if named else _new_human(chance, world, slugs),
        profession="lmt" if named else weighted(chance, PROFESSIONS),
        home=chance.choice(world.sites[hood]),
        settings=_settings(chance, KINDS[number % len(KINDS)]),
        since_at=world.now - timedelta(minutes=chance.randrange(60 * 1440, 700 * 1440)),
        fate=fate_of(number),
    )


def _offer(offer: Offer, covered: tuple[str, ...], world: World, who: _Person) -> Offer:
    """The offer with what travel costs, for those who travel."""
    if not covered:
        return offer
    travel = travel_rule(covered, world.bands[who.home.zip], world.bands)
    return replace(offer, prices=replace(offer.prices, rules=(*offer.prices.rules, travel)))


def _area_facts(area: AreaDraft, covered: tuple[str, ...]) -> AreaFacts:
    return AreaFacts(area.mode.value, frozenset(covered), area.setup_minutes, area.pack_minutes, area.max_travel_minutes)


def _desk(chance: Chance, world: World, who: _Person, facts: ProviderFacts, area: AreaDraft | None, papers: tuple[Paper, ...]) -> Desk:
    shown = who.state in {LISTED, SUSPENDED}
    return Desk(
        facts=facts,
        account_public_id=public_id(chance),
        uniquifier=chance.randbytes(16).hex(),
        settings=who.settings,
        phone=draw_phone(chance),
        answers={code: chance.choice(texts) for code, texts in world.words.answers.items()} if likely(chance, 80) else {},
        area=area,
        papers=papers,
        state_reason=world.words.texts["suspension"][0] if who.state == SUSPENDED else None,
        created_at=who.since_at,
        listed_at=who.since_at + timedelta(days=9) if shown else None,
    )


def _new_human(chance: Chance, world: World, slugs: set[str]) -> Human:
    """Somebody whose name is new in town, as long as there are such names."""
    human = draw_human(chance, world.words)
    for _ in range(5):
        if free_slug(human.name, slugs) == free_slug(human.name, ()):
            break
        human = draw_human(chance, world.words)
    return human


def _settings(chance: Chance, kind: str) -> tuple[str, ...]:
    road = ("home", *(("hotel",) if likely(chance, 55) else ()), *(("office",) if likely(chance, 30) else ()))
    return {"clinic": ("clinic",), "mobile": road, "both": ("clinic", *road)}[kind]


def _focuses(chance: Chance, world: World, number: int) -> tuple[Focus, Focus | None]:
    first, other = chance.sample(world.words.focuses, 2)
    if number == 0:
        return world.words.focuses[0], next(focus for focus in world.words.focuses if focus.code == "jaw")
    return first, other if likely(chance, 40) else None


def _places(chance: Chance, world: World, who: _Person, ids: Ids) -> tuple[PlaceFacts, ...]:
    """One clinic, sometimes a second one elsewhere."""
    sites = [who.home]
    if likely(chance, 12):
        sites.append(chance.choice(world.sites[chance.choice(tuple(world.sites))]))
    return tuple(_place(chance, world, who.human, site, ids.first_place + number) for number, site in enumerate(sites))


def _place(chance: Chance, world: World, human: Human, site: Site, place_id: int) -> PlaceFacts:
    named = chance.choice(world.words.texts["clinics"])
    hood = world.hoods[site.neighborhood].split(" / ")[0]
    unit = f"Suite {chance.randrange(2, 15)}{chance.choice('ABCDE')}" if likely(chance, 75) else None
    return PlaceFacts(
        id=place_id, public_id=public_id(chance), kind="clinic", name=named.format(street=site.street, hood=hood, family=human.family),
        line1=site.line1, unit=unit, city="New York", zip=site.zip, access=chance.choice(world.words.texts["clinic_access"]) or None,
        neighborhood=site.neighborhood, latitude=site.latitude, longitude=site.longitude,
    )  # fmt: skip


def draw_area(chance: Chance, world: World, home: Site) -> AreaDraft:
    """Where somebody comes to: ZIP codes, neighborhoods or a radius around their home, sometimes with a longest trip."""
    mode = TravelMode(weighted(chance, MODES))
    how = weighted(chance, {"radius": 45, "neighborhoods": 30, "zips": 25})
    near = [code for code, band in world.bands.items() if band == world.bands[home.zip]]
    base = BaseDraft(home.line1, home.zip)
    longest = chance.choice((None, None, 30, 40)) if mode in {TravelMode.SUBWAY, TravelMode.CAR} else None
    return AreaDraft(
        mode=mode,
        base=base,
        zips=tuple(sorted({home.zip, *chance.sample(near, min(len(near), 6))})) if how == "zips" else (home.zip,),
        neighborhoods=_hoods_near(chance, world, home) if how == "neighborhoods" else (),
        radius_meters=chance.choice(RADII_METERS) if how == "radius" else None,
        max_travel_minutes=longest,
        setup_minutes=chance.choice((10, 15, 15, 20)),
        pack_minutes=chance.choice((5, 10, 10, 15)),
    )


def _hoods_near(chance: Chance, world: World, home: Site) -> tuple[str, ...]:
    band = world.bands[home.zip]
    near = [hood for hood, sites in world.sites.items() if world.bands[sites[0].zip] == band]
    return tuple(sorted({home.neighborhood, *chance.sample(near, min(len(near), chance.randrange(3, 7)))}))


def _hours(chance: Chance, world: World, number: int, settings: tuple[str, ...], place_ids: Sequence[int]) -> Hours:
    today = local_day(to_minute(world.now))
    weekly = draw_weekly(chance, settings, place_ids, FULL_WEEK if number == 0 else None)
    last = today + timedelta(days=world.coming_days + 14)
    exceptions = draw_exceptions(chance, weekly, today - timedelta(days=world.past_days), last)
    rules = draw_schedule_rules(chance, clinic=bool(place_ids))
    if number == 0:
        return Hours(weekly, (), replace(rules, step_minutes=15, offset_minutes=None, notice_minutes=60, horizon_days=60, max_per_day=None))
    return Hours(weekly, exceptions, rules)


def _about(chance: Chance, world: World, focus: Focus, settings: tuple[str, ...], hours: Hours) -> str:
    texts = world.words.texts
    sentences = [chance.choice(texts["openings"]).format(years=chance.randrange(3, 24)), *chance.sample(focus.sentences, 2)]
    sentences.append(chance.choice(texts["methods"]))
    if any(one.closes_minute >= 22 * 60 for one in hours.weekly):
        sentences.append(chance.choice(texts["evening_lines"]))
    if is_mobile(settings):
        sentences.append(chance.choice(texts["mobile_lines"]))
    return " ".join([*sentences, chance.choice(texts["closings"])])


def _facts(chance: Chance, ids: Ids, who: _Person, offer: Offer, hours: Hours) -> ProviderFacts:
    human = who.human
    return ProviderFacts(
        id=ids.provider, public_id=public_id(chance), account_id=ids.account, slug="", state=who.state, name=human.name, headline="",
        about="", gender=human.gender, pronouns=human.pronouns, profession=who.profession, languages=human.languages, rating_count=0,
        rating_sum=0, sample_data=True, services=offer.services, places=(), area=None, weekly=hours.weekly, exceptions=hours.exceptions,
        rules=hours.rules, prices=offer.prices, terms=offer.terms, terms_version=1, credentials=(), evidence=(),
    )  # fmt: skip
