"""One listed provider as search knows them: the facts, the claims, and what was worked out for the days that are asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from booking.openings.rules.asking import (
    NEVER_FULL,
    Full,
    HouseRules,
    StandingPiece,
    Wish,
    open_time,
    standing_pieces,
    tells_services_apart,
)
from booking.openings.rules.doors import Doors
from booking.openings.rules.evenings import Evenings, evenings_of
from booking.openings.rules.kinds import provider_kinds
from booking.openings.rules.limits import claims_around
from booking.openings.rules.prices import WholePrices
from booking.openings.rules.question import Taken, TravelMinutes
from booking.quotes.rules.taxes import TaxRow
from marketplace.kernel.intervals import Span, merge
from providers.credentials.rules.standing import in_force
from providers.profiles.rules import MOBILE, ProviderFacts, ServiceFacts
from providers.schedule.rules.hours import OpenSpan
from providers.schedule.rules.rooms import RoomUse, counted_at, full_spans
from providers.services.rules.prices import TravelRule

COLLABORATION = "physician_collaboration"
MOST_REMEMBERED = 256

Days = tuple[date, date]
Spans = tuple[Span, ...]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Tables:
    """What search needs beside providers: the house's rules, how firmly techniques go with conditions, taxes, and travel by mode.

    `doors` are those of whoever asks; None where nobody is known.
    """

    house: HouseRules
    strengths: Mapping[str, Mapping[str, int]]
    taxes: Sequence[TaxRow]
    traveler: Callable[[str], TravelMinutes]
    doors: Doors | None = None


@dataclass(frozen=True, slots=True)
class HeldTime:
    """A live claim, and for a hold the instant from which it no longer counts."""

    taken: Taken
    expires_at: datetime | None


class Rooms:
    """A shared clinic's treatment rooms, and which are taken when; all who work there look at the same one."""

    def __init__(self, rooms: int, uses: Sequence[RoomUse]) -> None:
        self.rooms = rooms
        self.uses = uses
        self._last: tuple[tuple[int, int, datetime], Sequence[Span]] | None = None

    def full(self, low: int, high: int, now: datetime) -> Sequence[Span]:
        """When around [low, high) all of them are taken, as of now. The last answer is kept, since colleagues are asked about in a row."""
        asked, last = (low, high, now), self._last
        if last is None or last[0] != asked:
            last = self._last = asked, full_spans(counted_at(self.uses, low, high, now), self.rooms)
        return last[1]


NO_ROOMS: Mapping[int, Rooms] = MappingProxyType({})


class Candidate:
    """A provider with claims. What follows from both for given days is kept until the provider is read anew.

    `rooms` are those of the clinics that have said how many they have, by the clinic's row id, as they are whenever they are asked.
    """

    def __init__(self, facts: ProviderFacts, claims: Sequence[HeldTime], rooms: Mapping[int, Rooms] = NO_ROOMS) -> None:
        self.facts = facts
        self.claims = claims
        self._counted = [(place.id, place.clinic_id) for place in facts.places if place.clinic_id is not None and place.rooms is not None]
        self._rooms = rooms
        self._techniques = frozenset(code for service in facts.services for code in service.techniques)
        self._services_apart = tells_services_apart(facts)
        self._travel_rules = [rule for rule in facts.prices.rules if isinstance(rule, TravelRule)]
        self._known: dict[Hashable, Any] = {}

    def _once(self, key: Hashable, work: Callable[[], Value]) -> Value:
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            found = self._known[key] = work()
        result: Value = found
        return result

    def taken(self, from_minute: int, until_minute: int, now: datetime) -> list[Taken]:
        """The claims around a window that count at `now`, in order of time; as many as `load_taken` reads."""
        low, high = claims_around(from_minute, until_minute, whole_weeks=self.facts.rules.counts_weeks)
        return [
            claim.taken
            for claim in self.claims
            if claim.taken.begin_minute - claim.taken.before_minutes < high
            and claim.taken.end_minute + claim.taken.after_minutes > low
            and (claim.expires_at is None or claim.expires_at > now)
        ]

    def full(self, from_minute: int, until_minute: int, now: datetime) -> Full:
        """When around a window the clinics of their places have no room left, by place; as `load_full` finds it."""
        if not self._counted:
            return NEVER_FULL
        low, high = claims_around(from_minute, until_minute, whole_weeks=False)
        houses = ((place_id, self._rooms.get(clinic_id)) for place_id, clinic_id in self._counted)
        return {place_id: house.full(low, high, now) for place_id, house in houses if house is not None}

    def hours_of(self, service: ServiceFacts) -> str | None:
        """Whose hours count for a service: its own, by its code, or None where all services share theirs."""
        return service.code if self._services_apart else None

    def open_time(self, setting: str, service: ServiceFacts, days: Days) -> list[OpenSpan]:
        """Open time for a setting and a service on these days. Whoever has the same open time gets the very same list."""
        whose = self.hours_of(service)

        def laid_out() -> list[OpenSpan]:
            spans = open_time(self.facts, setting, *days, service if whose else None)
            return self._once((tuple(spans), days), lambda: spans) if spans else spans

        return self._once((setting, whose, days), laid_out)

    def pieces(self, days: Days, house: HouseRules, setting: str) -> list[StandingPiece]:
        """The days on which the provider may work in a setting, with the techniques that stand on them.

        Settings that no version of the policy names share theirs.
        """
        own = house.policies.own_setting(setting)
        version = house.policies.newest.version
        return self._once(("pieces", own, version, days), lambda: standing_pieces(self.facts, self._techniques, house, *days, own))

    def works_with_doctor(self, today: date) -> bool:
        """Whether a collaboration with a physician or physical therapist is verified and in force today."""
        return self._once(("doctor", today), lambda: (in_force(today, self.facts.credentials, COLLABORATION) is not None,))[0]

    def evenings(self, house: HouseRules, today: date) -> Evenings:
        """How their late hours are staffed as of today, and since when."""
        return self._once(("evenings", house.policies.newest.version, today), lambda: evenings_of(self.facts, house, today))

    def kinds(self, today: date) -> tuple[str, ...]:
        """Of what kinds the provider is today."""
        return self._once(("kinds", today), lambda: provider_kinds(self.facts, today))

    def prices(self, service: ServiceFacts, wish: Wish, taxes: Sequence[TaxRow]) -> WholePrices:
        """What the starts of a wish cost. Where a visit is matters by its travel alone, so places as far share their prices."""
        away = wish.setting in MOBILE
        travel = sum(rule.cents_to(wish.zip) for rule in self._travel_rules) if away and wish.zip else 0
        key = ("prices", service.code, wish.minutes, away, travel)
        return self._once(key, lambda: WholePrices(self.facts, service, wish, taxes))

    def standing(self, service: ServiceFacts, setting: str, need: Need, days: Days, tables: Tables) -> Spans:
        """Epoch minutes on which the service may be given in a setting and meets the need by techniques that stand on the day."""
        policies = tables.house.policies
        key = ("standing", service.code, policies.own_setting(setting), policies.newest.version, need, days)
        return self._once(key, lambda: self._standing(service, setting, need, days, tables))

    def by_condition(
        self, service: ServiceFacts, setting: str, techniques: frozenset[str], days: Days, tables: Tables
    ) -> Mapping[Spans, frozenset[str]]:
        """The conditions that a service fits in a setting, by the time for which it does."""
        policies = tables.house.policies

        def grouped() -> dict[Spans, frozenset[str]]:
            found: dict[Spans, set[str]] = {}
            for condition in tables.strengths:
                found.setdefault(self._standing(service, setting, Need(techniques, condition), days, tables), set()).add(condition)
            return {spans: frozenset(conditions) for spans, conditions in found.items() if spans}

        key = ("conditions", service.code, policies.own_setting(setting), policies.newest.version, techniques, days)
        return self._once(key, grouped)

    def _standing(self, service: ServiceFacts, setting: str, need: Need, days: Days, tables: Tables) -> Spans:
        pieces = self.pieces(days, tables.house, setting)
        return tuple(merge((piece.begin_minute, piece.end_minute) for piece in pieces if need.met(service, piece.techniques, tables)))


@dataclass(frozen=True, slots=True)
class Need:
    """What a visit is needed for: one of these techniques (empty: any), and a condition (None: any)."""

    techniques: frozenset[str] = frozenset()
    condition: str | None = None

    def met(self, service: ServiceFacts, standing: frozenset[str], tables: Tables) -> bool:
        """Whether a service meets it by those of its techniques that stand; a service without techniques is judged by its conditions."""
        usable = standing.intersection(service.techniques)
        if service.techniques and not usable and not service.is_call:
            return False
        if self.techniques and not self.techniques & usable:
            return False
        return self.condition is None or strength(service, usable, self.condition, tables) > 0


def strength(service: ServiceFacts, usable: frozenset[str], condition: str, tables: Tables) -> int:
    """How firmly a service goes with a condition: the firmest of its usable techniques (3 to 1), 1 where the provider names it, else 0."""
    ties = tables.strengths.get(condition, {})
    named = 1 if condition in service.conditions else 0
    return max((ties.get(code, 0) for code in usable), default=0) or named
