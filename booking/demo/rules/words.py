"""The word lists as values, and what else the town is built on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from booking.demo.rules.chance import Chance
from booking.openings.rules.asking import HouseRules
from booking.openings.rules.question import TravelMinutes
from booking.quotes.rules.taxes import TaxRow
from providers.places.rules.drafts import AreaDraft


@dataclass(frozen=True)
class Origin:
    """Given and family names that go together, and the languages that may come with them."""

    languages: tuple[str, ...]
    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]


@dataclass(frozen=True)
class Focus:
    """What a provider works on mostly: the service's name, techniques, conditions, and words about it."""

    code: str
    service: str
    techniques: tuple[str, ...]
    conditions: tuple[str, ...]
    headlines: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """Every list of words. `texts` are lists of sentences and names by what they are for."""

    origins: tuple[Origin, ...]
    nonbinary: tuple[str, ...]
    further_languages: tuple[str, ...]
    focuses: tuple[Focus, ...]
    answers: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Site:
    """A street door with its place on the map."""

    line1: str
    street: str
    zip: str
    neighborhood: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class World:
    """What the town is built on. `dice` gives the source of chance of that name; `covered` the ZIP codes of an area.

    `bands` are the travel bands (downtown to uptown) by ZIP code, `hoods` the neighborhoods' names by code in an order that is the seed's.
    """

    words: Words
    sites: Mapping[str, Sequence[Site]]
    hoods: Mapping[str, str]
    bands: Mapping[str, str]
    house: HouseRules
    taxes: Sequence[TaxRow]
    traveler: Callable[[str], TravelMinutes]
    covered: Callable[[AreaDraft], tuple[str, ...]]
    dice: Callable[[str], Chance]
    now: datetime
    past_days: int
    coming_days: int
    checker: str = "Ada Lindqvist"
    sites_by_zip: Mapping[str, Sequence[Site]] = field(default_factory=dict)
