"""Whether and with what one provider answers a search, and what they add to the counts beside it.

A provider matches when some service, setting, place and start meet every filter together. A facet's count for a value is the number of
providers that would match with that value in place of the facet's own filter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from booking.openings.rules.asking import Full, Wish, Workable, days_around, pose
from booking.openings.rules.candidates import Candidate, Days, Need, Spans, Tables, strength
from booking.openings.rules.doors import at_their_door
from booking.openings.rules.lazily import NO_STARTS, Starts, only_in
from booking.openings.rules.prices import WholePrices
from booking.openings.rules.question import Taken
from booking.openings.rules.spots import Option, spots_of, to_talk_about
from booking.openings.rules.starts import iter_starts
from booking.openings.rules.wanted import SearchQuery, part_spans
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import local_day, to_minute
from providers.insurers.rules import carriers_for, fitting, plans_for
from providers.minors.rules import treats
from providers.profiles.rules import ServiceFacts, last_start, pads
from providers.schedule.rules.hours import OpenSpan

FULL_TIME = "full_time"
YES = "1"
SHOWN_STARTS = 3
PLAIN_FACETS = (
    "setting", "neighborhood", "place_kind", "first_consult", "instant", "gender", "language", "collaborates", "provider_kind", "carrier",
    "plan",
)  # fmt: skip
"""The facets whose values do not depend on the start."""
INSURANCE = "insurance"
TOGETHER = {INSURANCE: ("carrier", "plan")}
"""A filter that two facets make together: another value of either may mend it."""


@dataclass(frozen=True)
class Frame:
    """A search with what is the same for every provider."""

    query: SearchQuery
    tables: Tables
    now: datetime
    today: date
    days: Days
    parts: Sequence[Span] | None

    @classmethod
    def of(cls, query: SearchQuery, tables: Tables, now: datetime) -> Frame:
        """The frame of a query at `now`."""
        window = query.from_minute, query.until_minute
        return cls(query, tables, now, local_day(to_minute(now)), days_around(*window), part_spans(query.parts, *window))

    @property
    def need(self) -> Need:
        """What the visit is needed for."""
        return Need(self.query.techniques, self.query.condition)


@dataclass(frozen=True)
class Match:
    """How a provider answers: the option that is shown, its starts, and what they cost."""

    candidate: Candidate
    option: Option
    starts: Starts
    prices: WholePrices
    strength: int
    usable: frozenset[str]


class Look:
    """One provider under one search."""

    def __init__(self, frame: Frame, candidate: Candidate) -> None:
        self.frame, self.candidate, self.facts = frame, candidate, candidate.facts
        self.facets: dict[str, set[str]] = defaultdict(set)
        self.least_cents: int | None = None
        self.matches: list[tuple[Option, Starts]] = []
        self._known: dict[Hashable, Starts] = {}
        self._opened: dict[tuple[str, str | None], Sequence[OpenSpan]] = {}  # kept here so that one list is one thing while this look lasts

    @cached_property
    def _full(self) -> Full:
        return self.candidate.full(self.frame.query.from_minute, self.frame.query.until_minute, self.frame.now)

    @cached_property
    def _taken(self) -> list[Taken]:
        return self.candidate.taken(self.frame.query.from_minute, self.frame.query.until_minute, self.frame.now)

    def look(self) -> None:
        """Go through every option once. One failed filter still counts for that filter's facet, two count for nothing."""
        failed = self._failed_by_person()
        if len(failed) > 1 or not self._treats():
            return
        spots = spots_of(self.facts, self.frame.query)
        for at, service in enumerate(self.facts.services):
            for spot in spots:
                if self._for_anybody(service) and spot.setting in service.settings:
                    self._consider(Option(to_talk_about(service, self.facts) if service.is_call else service, at, spot), failed)

    def _for_anybody(self, service: ServiceFacts) -> bool:
        """Whether a service has the length that is searched for, and somebody new may book it: a search shows what everybody may have."""
        minutes = self.frame.query.minutes
        return minutes in service.prices and (service.is_call or self.facts.first_visits.allows(minutes))

    def _treats(self) -> bool:
        """Whether they treat somebody of the age that is asked for; who does not is in no facet either."""
        age = self.frame.query.age
        return age is None or treats(self.facts.youngest, age)

    def _failed_by_person(self) -> set[str]:
        query, facts = self.frame.query, self.facts
        failed = set()
        if query.genders and facts.gender not in query.genders:
            failed.add("gender")
        if query.languages.isdisjoint(facts.languages) and query.languages:
            failed.add("language")
        if query.collaborates and not self.candidate.works_with_doctor(self.frame.today):
            failed.add("collaborates")
        if query.provider_kinds and query.provider_kinds.isdisjoint(self.candidate.kinds(self.frame.today)):
            failed.add("provider_kind")
        if (query.carriers or query.plans) and not fitting(facts.insurance, query.carriers, query.plans):
            failed.add(INSURANCE)
        return failed

    def _consider(self, option: Option, failed: set[str]) -> None:
        query, spot = self.frame.query, option.spot
        failed = set(failed)
        if query.settings and spot.setting not in query.settings:
            failed.add("setting")
        if query.neighborhoods and spot.neighborhood not in query.neighborhoods:
            failed.add("neighborhood")
        if query.place_kinds and (spot.place is None or spot.place.setting_kind not in query.place_kinds):
            failed.add("place_kind")
        if query.first_consult != option.service.first_visit_only:
            failed.add("first_consult")
        if query.instant and _by_request(option):
            failed.add("instant")
        if len(failed) > 1:
            return
        starts = self._affordable(option, self.frame.need)
        if failed:
            if starts:
                self._count(option, (facet for name in failed for facet in TOGETHER.get(name, (name,))))
            return
        if starts:
            self.matches.append((option, starts))
            self._count(option, PLAIN_FACETS)
        self._count_starts(option)

    def _count(self, option: Option, facets: Iterable[str]) -> None:
        for facet in facets:
            self.facets[facet].update(self._values(option, facet))

    def _values(self, option: Option, facet: str) -> Iterable[str]:
        """What an option adds to a facet whose values do not depend on the start."""
        match facet:
            case "setting":
                return (option.spot.setting,)
            case "neighborhood":
                return (option.spot.neighborhood,) if option.spot.neighborhood else ()
            case "place_kind":
                return () if option.spot.place is None else (option.spot.place.setting_kind,)
            case "gender":
                return (self.facts.gender,)
            case "language":
                return self.facts.languages
            case "provider_kind":
                return self.candidate.kinds(self.frame.today)
            case "carrier" | "plan":
                return self._stated(facet)
            case "first_consult":
                return (YES,) if option.service.first_visit_only else ()
            case "instant":
                return () if _by_request(option) else (YES,)
            case _:
                return (YES,) if self.candidate.works_with_doctor(self.frame.today) else ()

    def _stated(self, facet: str) -> Iterable[str]:
        """The values of one of the two facets of insurers that go with what is asked for in the other."""
        stated, query = self.facts.insurance, self.frame.query
        return carriers_for(stated, query.plans) if facet == "carrier" else plans_for(stated, query.carriers)

    def _count_starts(self, option: Option) -> None:
        """Facets whose values depend on the start itself: technique and condition (by the day's standing), staffing, price."""
        frame, service = self.frame, option.service
        query = frame.query
        for code in service.techniques:
            if code not in self.facets["technique"] and self._affordable(option, Need(frozenset({code}), query.condition)):
                self.facets["technique"].add(code)
        by_condition = self.candidate.by_condition(service, option.spot.setting, query.techniques, frame.days, frame.tables)
        for standing, conditions in by_condition.items():
            if self._within(option, standing, full_time=query.full_time):
                self.facets["condition"] |= conditions
        if self._affordable(option, frame.need, full_time=True):
            self.facets["staffing"].add(FULL_TIME)
        starts = self._starts(option, self._standing(option, frame.need), full_time=query.full_time)
        if starts:
            least = self._prices(option).least_cents(starts, (query.from_minute, query.until_minute), frame.now)
            self.least_cents = least if self.least_cents is None else min(least, self.least_cents)

    def _standing(self, option: Option, need: Need) -> Spans:
        return self.candidate.standing(option.service, option.spot.setting, need, self.frame.days, self.frame.tables)

    def _affordable(self, option: Option, need: Need, *, full_time: bool | None = None) -> Starts:
        """The starts that meet a need and the highest price."""
        wanted = self.frame.query.full_time if full_time is None else full_time
        return self._within(option, self._standing(option, need), full_time=wanted)

    def _within(self, option: Option, standing: Spans, *, full_time: bool) -> Starts:
        starts = self._starts(option, standing, full_time=full_time)
        most = self.frame.query.max_price_cents
        if most is None or not starts:
            return starts
        key = ("affordable", option.at, option.spot, standing, full_time)
        found = self._known.get(key)
        if found is None:
            cents = self._prices(option).at(self.frame.now)
            found = self._known[key] = Starts(start for start in starts if cents(start) <= most)
        return found

    def _starts(self, option: Option, standing: Spans, *, full_time: bool) -> Starts:
        """The engine's starts in the parts of the day asked for. Options that take the same time in the same spot share them."""
        spot = option.spot
        kind = spot.setting, self.candidate.hours_of(option.service)
        opened = self._opened.get(kind)
        if opened is None:
            opened = self._opened[kind] = self.candidate.open_time(spot.setting, option.service, self.frame.days)
        if not standing or not opened:
            return NO_STARTS
        padding = *pads(self.facts, option.service, spot.setting), last_start(self.facts, spot.setting)
        place_id = None if spot.place is None else spot.place.id
        asks = _by_request(option)
        key = ("starts", id(opened), spot.zip, place_id, padding, asks, standing, full_time)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Starts(self._engine(option, opened, standing, full_time=full_time))
        return found

    def _engine(self, option: Option, opened: Sequence[OpenSpan], standing: Spans, *, full_time: bool) -> Iterator[int]:
        frame, spot = self.frame, option.spot
        spans = [
            span
            for span in opened
            if (spot.place is None or span.place_id == spot.place.id) and (not full_time or span.staffing == FULL_TIME)
        ]
        if not spans:
            return iter(())
        question = pose(
            self.facts,
            at_their_door(frame.tables.doors, self.facts.id, self.wish(option)),
            option.service,
            Workable(spans, standing, frame.tables.house, opened),
            taken=self._taken,
            travel=frame.tables.traveler(self.facts.travel_mode),
            now=frame.now,
            window=(frame.query.from_minute, frame.query.until_minute),
            full=self._full,
        )
        starts = iter_starts(question)
        return starts if frame.parts is None else only_in(starts, frame.parts)

    def wish(self, option: Option) -> Wish:
        """The wish whose starts are listed for an option."""
        return Wish(option.service.code, self.frame.query.minutes, option.spot.setting, option.spot.zip)

    def _prices(self, option: Option) -> WholePrices:
        return self.candidate.prices(option.service, self.wish(option), self.frame.tables.taxes)

    def best(self) -> Match | None:
        """The option to show: the service that goes firmest with the condition, then as the provider lists them; its spot by the sort."""
        matches = [self._match(option, starts) for option, starts in self.matches]
        return min(matches, key=self._rank) if matches else None

    def _match(self, option: Option, starts: Starts) -> Match:
        first = starts.first(1)[0]
        pieces = self.candidate.pieces(self.frame.days, self.frame.tables.house, option.spot.setting)
        standing = next((piece.techniques for piece in pieces if piece.begin_minute <= first < piece.end_minute), frozenset())
        usable = standing.intersection(option.service.techniques)
        condition = self.frame.query.condition
        firm = 0 if condition is None else strength(option.service, usable, condition, self.frame.tables)
        return Match(self.candidate, option, starts, self._prices(option), firm, usable)

    def _rank(self, match: Match) -> tuple[int, ...]:
        first, away = match.starts.first(1)[0], match.option.spot.distance_meters or 0
        by_sort = {
            "soonest": (first, away),
            "rating": (first, away),
            "distance": (away, first),
            "price": (match.prices.at(self.frame.now)(first), first),
        }
        return -match.strength, match.option.at, *by_sort[self.frame.query.sort]


def _by_request(option: Option) -> bool:
    """Whether the therapist confirms such a visit in person, of somebody whom they have not treated."""
    return option.service.by_request.asks(option.spot.setting, met=False)
