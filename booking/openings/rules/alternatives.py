"""What comes nearest to a start that cannot be had: the same provider first, then other providers, each with its reason in words.

Every proposal is a start of the same engine that judges a hold, so that each can be held at the moment it is made.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from booking.openings.rules.asking import Wish
from marketplace.kernel.walltime import DAY_MINUTES, day_span, local_day, wall_minute_of_day
from providers.profiles.rules import MOBILE, ProviderFacts, ServiceFacts

SAME_DAY, LATER_DAY, EARLIER_DAY = "same_day", "later_day", "earlier_day"
OTHER_SETTING, OTHER_MINUTES, OTHER_ZIP = "other_setting", "other_minutes", "other_zip"
OTHER_SERVICE, COLLEAGUE, OTHER_PROVIDER = "other_service", "colleague", "other_provider"
FEWER_ADD_ONS = "fewer_add_ons"
REASONS = (
    FEWER_ADD_ONS,
    SAME_DAY,
    LATER_DAY,
    EARLIER_DAY,
    OTHER_SETTING,
    OTHER_MINUTES,
    OTHER_ZIP,
    OTHER_SERVICE,
    COLLEAGUE,
    OTHER_PROVIDER,
)
"""In the order in which proposals are made."""

SAME_DAY_MOST, LATER_DAYS_MOST = 3, 2
EACH_MOST = 2
AROUND_DAYS = 14
"""How many days before and after the wished start are looked at."""

_SETTINGS = ("clinic", "home", "office", "hotel")
_AT = {"clinic": "at the clinic", "home": "at your home", "office": "at your office", "hotel": "at your hotel"}

StartsOf = Callable[[Wish], Sequence[int]]
"""All starts of a wish with the provider in the window, epoch minutes in order; none where the wish is not offered."""
MayHold = Callable[[ProviderFacts, Wish, int], bool]
"""Whether the one who asks may hold a start beside what they have had and hold already."""


def anybody(_facts: ProviderFacts, _wish: Wish, _start: int) -> bool:
    """Of a visitor nothing is known that could be in the way."""
    return True


@dataclass(frozen=True, slots=True)
class Alternative:
    """A start that can be held instead of the one wished for: why it is proposed, with whom, which wish, and when in epoch minutes."""

    reason: str
    facts: ProviderFacts
    wish: Wish
    start_minute: int
    words: str


def own_alternatives(
    facts: ProviderFacts, wish: Wish, wanted: int, starts_of: StartsOf, may_hold: MayHold, near_zips: Sequence[str]
) -> list[Alternative]:
    """What the same provider can offer instead of `wish` at the epoch minute `wanted`, in the order of `REASONS`.

    The wished visit at other times first: up to three nearest starts of that New York day, then one on each of the next two days that
    have any (the day before, where none comes later). Then one start for each change of a single thing, the one nearest in time.
    Another ZIP code is proposed where the day has no start, another service where nothing else is left.
    `near_zips` are other ZIP codes in the order in which they are proposed.
    """

    def choice(other: Wish) -> _Choice:
        return _Choice(starts_of(other), lambda start: (start != wanted or other != wish) and may_hold(facts, other, start))

    less = [one for one in _fewer(wish) if choice(one).on_time(wanted)]
    fewer = [Alternative(FEWER_ADD_ONS, facts, one, wanted, _fewer_words(facts, one)) for one in less]
    times = [Alternative(reason, facts, wish, start, _times_words(reason, facts)) for reason, start in _other_times(choice(wish), wanted)]
    found = fewer[:EACH_MOST] + times
    for reason, others in variants(facts, wish, near_zips):
        if (reason == OTHER_SERVICE and found) or (reason == OTHER_ZIP and any(one.reason == SAME_DAY for one in found)):
            continue
        starts = [(other, choice(other).nearest(wanted)) for other in others]
        changed = [Alternative(reason, facts, other, at, _words(reason, facts, other, wish)) for other, at in starts if at is not None]
        found += changed[:EACH_MOST]
    return found


def enough(found: Sequence[Alternative]) -> bool:
    """Whether the same provider has so much on the wished day that nobody else need be proposed."""
    return sum(one.reason == SAME_DAY for one in found) >= SAME_DAY_MOST


def variants(facts: ProviderFacts, wish: Wish, near_zips: Sequence[str]) -> Iterator[tuple[str, list[Wish]]]:
    """The wishes that differ from `wish` in one thing, by reason, in the order in which they are proposed."""
    service = facts.service(wish.service)
    plain = replace(wish, add_ons=())
    if service is not None:
        settings = [code for code in _SETTINGS if code in service.settings and code != wish.setting and wish.setting in _SETTINGS]
        yield OTHER_SETTING, [replace(wish, setting=code, zip=_zip_in(code, wish)) for code in settings if code == "clinic" or wish.zip]
        yield OTHER_MINUTES, [replace(wish, minutes=minutes) for minutes in _lengths(service, wish.minutes)]
        if wish.setting in MOBILE:
            yield OTHER_ZIP, [replace(wish, zip=code) for code in near_zips if code != wish.zip]
    yield (
        OTHER_SERVICE,
        [
            replace(plain, service=one.code, minutes=_closest(one, wish.minutes))
            for one in facts.services
            if one.code != wish.service and one.prices and wish.setting in one.settings
        ],
    )


def provider_words(facts: ProviderFacts) -> str:
    """Why another provider is proposed."""
    return f"Another therapist: {facts.name}"


def colleague_words(facts: ProviderFacts, colleague: ProviderFacts) -> str:
    """Why the colleague is proposed whom somebody away has named."""
    return f"{colleague.name} sees clients while {facts.name} is away"


@dataclass(frozen=True)
class _Choice:
    """Starts in order, and which of them will do; that is asked only of those that come into question, since there are thousands."""

    starts: Sequence[int]
    will_do: Callable[[int], bool]

    def on(self, day: date) -> list[int]:
        """Those of a day that will do."""
        low, high = self._at(day)
        return [start for start in self.starts[low:high] if self.will_do(start)]

    def on_time(self, wanted: int) -> bool:
        """Whether the very start that was wished for is one of them."""
        return wanted in self.starts and self.will_do(wanted)

    def next_day(self, day: date) -> date | None:
        """The first day after this one that has a start, whether or not it will do."""
        _, high = self._at(day)
        return local_day(self.starts[high]) if high < len(self.starts) else None

    def day_before(self, day: date) -> date | None:
        """The last day before this one that has a start, whether or not it will do."""
        low, _ = self._at(day)
        return local_day(self.starts[low - 1]) if low else None

    def nearest(self, wanted: int) -> int | None:
        """The one nearest in time that will do, of two as near the earlier."""
        after = bisect_left(self.starts, wanted)
        before = after - 1
        while before >= 0 or after < len(self.starts):
            back = before >= 0 and (after == len(self.starts) or wanted - self.starts[before] <= self.starts[after] - wanted)
            start = self.starts[before if back else after]
            if self.will_do(start):
                return start
            before, after = (before - 1, after) if back else (before, after + 1)
        return None

    def _at(self, day: date) -> tuple[int, int]:
        low, high = day_span(day)
        return bisect_left(self.starts, low), bisect_left(self.starts, high)


def _fewer(wish: Wish) -> list[Wish]:
    """The same visit with one thing less on top, and with nothing."""
    less = [replace(wish, add_ons=tuple(code for code in wish.add_ons if code != left)) for left in wish.add_ons]
    return list(dict.fromkeys([*less, replace(wish, add_ons=())])) if wish.add_ons else []


def _fewer_words(facts: ProviderFacts, wish: Wish) -> str:
    service = facts.service(wish.service)
    kept = ", ".join(one.name for one in service.added(wish.add_ons)) if service else ""
    return f"The same time with {facts.name}, with {kept} alone" if kept else f"The same time with {facts.name}, with nothing added"


def _other_times(choice: _Choice, wanted: int) -> Iterator[tuple[str, int]]:
    day = local_day(wanted)
    for start in sorted(sorted(choice.on(day), key=lambda at: (abs(at - wanted), at))[:SAME_DAY_MOST]):
        yield SAME_DAY, start
    later = list(islice(_days_that_do(choice.next_day, choice, day), LATER_DAYS_MOST))
    for starts in later:
        yield LATER_DAY, _at_hour(starts, wanted)
    if not later:
        for starts in islice(_days_that_do(choice.day_before, choice, day), 1):
            yield EARLIER_DAY, _at_hour(starts, wanted)


def _days_that_do(step: Callable[[date], date | None], choice: _Choice, day: date) -> Iterator[list[int]]:
    """The starts that will do of each day on the way that has any, going from day to day by `step`."""
    other = step(day)
    while other is not None:
        starts = choice.on(other)
        if starts:
            yield starts
        other = step(other)


def _at_hour(starts: Sequence[int], wanted: int) -> int:
    """The start whose wall time comes nearest to that of the wished one."""
    clock = wall_minute_of_day(wanted)
    return min(starts, key=lambda at: (abs(wall_minute_of_day(at) - clock), at))


def _zip_in(setting: str, wish: Wish) -> str | None:
    return None if setting == "clinic" else wish.zip


def _lengths(service: ServiceFacts, minutes: int) -> list[int]:
    """The other lengths of a service, the closest first, the shorter one before the longer."""
    return sorted((length for length in service.prices if length != minutes), key=lambda length: (abs(length - minutes), length))


def _closest(service: ServiceFacts, minutes: int) -> int:
    return min(service.prices, key=lambda length: (abs(length - minutes), length))


def _times_words(reason: str, facts: ProviderFacts) -> str:
    return {
        SAME_DAY: f"The same day with {facts.name}",
        LATER_DAY: f"A later day with {facts.name}",
        EARLIER_DAY: f"An earlier day with {facts.name}",
    }[reason]


def _words(reason: str, facts: ProviderFacts, other: Wish, wish: Wish) -> str:
    service = facts.service(other.service)
    return {
        OTHER_SETTING: f"With {facts.name}, {_AT.get(other.setting, other.setting)} instead",
        OTHER_MINUTES: f"With {facts.name}, {other.minutes} minutes instead of {wish.minutes}",
        OTHER_ZIP: f"With {facts.name}, if the visit can be in {other.zip}",
        OTHER_SERVICE: f"With {facts.name}, another service: {service.name if service else other.service}",
    }[reason]


def window_around(wanted: int, earliest: int) -> tuple[int, int]:
    """The epoch minutes [from, until) in which proposals are looked for."""
    return max(earliest, wanted - AROUND_DAYS * DAY_MINUTES), max(earliest, wanted) + AROUND_DAYS * DAY_MINUTES
