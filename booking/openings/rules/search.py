"""The directory's answer to a search: who matches, how many would match otherwise, in which order, and one page of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.openings.rules.candidates import Candidate, Tables
from booking.openings.rules.evenings import Evenings
from booking.openings.rules.matching import SHOWN_STARTS, Frame, Look, Match
from booking.openings.rules.wanted import PRICE_STEPS_CENTS, SearchQuery
from providers.profiles.rules import PlaceFacts, ProviderFacts, ServiceFacts

FACETS = (
    "setting", "technique", "condition", "neighborhood", "price", "gender", "language", "staffing", "collaborates", "first_consult",
    "instant", "place_kind", "provider_kind", "carrier", "plan",
)  # fmt: skip

Position = tuple[int | str, ...]


@dataclass(frozen=True)
class Found:
    """One provider in the list, with the wish that its starts are for.

    Starts are epoch minutes, the first three; each has its whole price. `usable` are the service's techniques that stand on the day of the
    first. `zip` is where a visit at the client's would be, `place` where one at the provider's is. Distance is 0 for visits at the
    client's, None where nobody said where they are. `settings` are all that match, the shown one first.
    """

    facts: ProviderFacts
    service: ServiceFacts
    minutes: int
    setting: str
    zip: str | None
    place: PlaceFacts | None
    distance_meters: int | None
    starts: tuple[int, ...]
    prices_cents: tuple[int, ...]
    more_starts: bool
    usable: frozenset[str]
    works_with_doctor: bool
    settings: tuple[str, ...]
    evenings: Evenings
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class SearchResult:
    """A page of the answer. `facets` counts providers by facet and value; `after` is the position of the last item when more follow."""

    query: SearchQuery
    total: int
    facets: Mapping[str, Mapping[str, int]]
    items: tuple[Found, ...]
    after: Position | None


def find(candidates: Iterable[Candidate], query: SearchQuery, tables: Tables, now: datetime, after: Position | None = None) -> SearchResult:
    """Search among `candidates`; the page begins behind the position `after`. No two positions are equal."""
    frame = Frame.of(query, tables, now)
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in FACETS}
    ranked: list[tuple[Position, Look, Match]] = []
    for candidate in candidates:
        look = Look(frame, candidate)
        look.look()
        _count(counts, look)
        best = look.best()
        if best is not None:
            ranked.append((_position(best, query, now), look, best))
    ranked.sort(key=lambda one: one[0])
    rest = [one for one in ranked if after is None or one[0] > after]
    page, more = rest[: query.limit], len(rest) > query.limit
    items = tuple(_found(look, match, query, now) for _, look, match in page)
    return SearchResult(query, len(ranked), counts, items, page[-1][0] if more else None)


def _count(counts: Mapping[str, Counter[str]], look: Look) -> None:
    for facet, values in look.facets.items():
        counts[facet].update(values)
    if look.least_cents is not None:
        counts["price"].update(str(step) for step in PRICE_STEPS_CENTS if look.least_cents <= step)


def _position(match: Match, query: SearchQuery, now: datetime) -> Position:
    """Where a match stands in the order asked for: whole numbers, and the slug last."""
    first, facts = match.starts.first(1)[0], match.candidate.facts
    away = match.option.spot.distance_meters or 0
    cents = match.prices.at(now)(first)
    leading: Mapping[str, Sequence[int]] = {
        "soonest": (first, away, cents),
        "distance": (away, first, cents),
        "price": (cents, first, away),
        "rating": (*_standing_of(facts), first, away),
    }
    return (*leading[query.sort], facts.slug)


def _standing_of(facts: ProviderFacts) -> tuple[int, int]:
    """The better mean first, to a thousandth; then the one that more people gave; nobody's opinion last."""
    mean = facts.rating_sum * 1000 // facts.rating_count if facts.rating_count else 0
    return -mean, -facts.rating_count


def _found(look: Look, match: Match, query: SearchQuery, now: datetime) -> Found:
    spot, starts = match.option.spot, match.starts.first(SHOWN_STARTS + 1)
    cents = match.prices.at(now)
    others = [option.spot.setting for option, _ in look.matches]
    return Found(
        facts=look.facts,
        service=match.option.service,
        minutes=query.minutes,
        setting=spot.setting,
        zip=spot.zip,
        place=spot.place,
        distance_meters=spot.distance_meters,
        starts=tuple(starts[:SHOWN_STARTS]),
        prices_cents=tuple(cents(start) for start in starts[:SHOWN_STARTS]),
        more_starts=len(starts) > SHOWN_STARTS,
        usable=match.usable,
        works_with_doctor=match.candidate.works_with_doctor(look.frame.today),
        settings=tuple(dict.fromkeys((spot.setting, *others))),
        evenings=match.candidate.evenings(look.frame.tables.house, look.frame.today),
        kinds=match.candidate.kinds(look.frame.today),
    )
