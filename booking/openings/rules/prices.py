"""The whole price of many starts: each kind of start is priced once, because starts differ in price by little."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain

from booking.openings.rules.asking import Wish
from booking.quotes.rules.agreed import whole_second
from booking.quotes.rules.taxes import TaxRow
from booking.quotes.rules.visits import whole_price_cents
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import DAY_MINUTES, from_minute, offset_minutes, to_minute_up
from providers.profiles.rules import ProviderFacts, ServiceFacts
from providers.services.rules.holidays import surcharge_holidays
from providers.services.rules.prices import BandRule, PriceRules, ShortNoticeRule, TravelRule, WeekendRule

_ONE_DAY = timedelta(days=1)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_HOLIDAY_EDGES = frozenset(holiday.from_minute for holiday in surcharge_holidays(1970))

_DayKind = tuple[int, int, int]
_Kind = tuple[_DayKind, int, int]
CentsAt = Callable[[int], int]


class WholePrices:
    """What the starts of one wish cost, in cents, tax included: equal to `quote_visit(...).total_cents` at any `now`.

    Within a day the price changes only where a band or a holiday evening begins or ends, and where short notice ends; from day to
    day only by weekend, holiday and tax. So what was priced once holds for every start of its kind, now and later.
    """

    def __init__(self, facts: ProviderFacts, service: ServiceFacts, wish: Wish, taxes: Sequence[TaxRow]) -> None:
        self.facts, self.service, self.wish, self.taxes = facts, service, wish, taxes
        rules = facts.prices.rules
        bands = [rule for rule in rules if isinstance(rule, BandRule)]
        self._edges = sorted(_HOLIDAY_EDGES | {edge % DAY_MINUTES for band in bands for edge in (band.from_minute, band.to_minute)})
        self._weekend = frozenset(chain.from_iterable(rule.weekdays for rule in rules if isinstance(rule, WeekendRule)))
        self._notices = [timedelta(hours=rule.hours) for rule in rules if isinstance(rule, ShortNoticeRule)]
        self._tax_edges = sorted(_tax_edges(taxes))
        self._kinds: dict[int, _DayKind] = {}
        self._known: dict[_Kind, int] = {}
        self._floors: dict[int, int] = {}

    def at(self, now: datetime) -> CentsAt:
        """The price by epoch minute of the start, for starts from `now` on."""
        ends = sorted(to_minute_up(whole_second(now) + hours) for hours in self._notices)

        def cents(start_minute: int) -> int:
            day, minute = divmod(start_minute + offset_minutes(start_minute), DAY_MINUTES)
            kind = (self._kind_of_day(day), bisect_right(self._edges, minute), bisect_right(ends, start_minute))
            found = self._known.get(kind)
            if found is None:
                found = self._known[kind] = self._priced(self.facts, start_minute, now)
            return found

        return cents

    def least_cents(self, starts: Iterable[int], window: Span, now: datetime) -> int:
        """The lowest whole price among starts (sorted, at least one) in a window. Where one costs no extra at all the rest need no look."""
        cents = self.at(now)
        first, last = (self._kind_of_day((minute + offset_minutes(minute)) // DAY_MINUTES)[2] for minute in window)
        if first != last:
            return min(map(cents, starts))
        return _least(map(cents, starts), self._floor(first, next(iter(starts)), now))

    def _floor(self, tax_kind: int, start_minute: int, now: datetime) -> int:
        """The price without any extra but travel, under one tax."""
        found = self._floors.get(tax_kind)
        if found is None:
            travel = tuple(rule for rule in self.facts.prices.rules if isinstance(rule, TravelRule))
            plain = replace(self.facts, prices=PriceRules(travel))
            found = self._floors[tax_kind] = self._priced(plain, start_minute, now)
        return found

    def _kind_of_day(self, day: int) -> _DayKind:
        """What tells the prices of one day from those of another: its weekend rule, its holiday, its tax."""
        kind = self._kinds.get(day)
        if kind is None:
            ordinal = day + _EPOCH_DAY
            weekday = (ordinal - 1) % 7
            holiday = ordinal if ordinal in _holidays(date.fromordinal(ordinal).year) else 0
            kind = (weekday if weekday in self._weekend else -1, holiday, bisect_right(self._tax_edges, ordinal))
            self._kinds[day] = kind
        return kind

    def _priced(self, facts: ProviderFacts, start_minute: int, now: datetime) -> int:
        return whole_price_cents(
            facts,
            self.service,
            minutes=self.wish.minutes,
            setting=self.wish.setting,
            starts_at=from_minute(start_minute),
            zip_code=self.wish.zip,
            taxes=self.taxes,
            now=now,
            add_ons=self.wish.add_ons,
        )


def _tax_edges(taxes: Sequence[TaxRow]) -> set[int]:
    """The days on which some tax begins, or no longer holds."""
    ends = {row.effective_to + _ONE_DAY for row in taxes if row.effective_to is not None}
    return {day.toordinal() for day in ends | {row.effective_from for row in taxes}}


def _least(amounts: Iterable[int], floor: int) -> int:
    least: int | None = None
    for amount in amounts:
        if amount <= floor:
            return amount
        least = amount if least is None or amount < least else least
    return floor if least is None else least


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[int]:
    return frozenset(holiday.on.toordinal() for holiday in surcharge_holidays(year))
