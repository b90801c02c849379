"""What price rules make of a few usual wishes, asked of the function that prices search, holds and visits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from booking.quotes.rules.pricing import MOBILE_SETTINGS, Quote
from booking.quotes.rules.taxes import TaxRow
from booking.quotes.rules.visits import quote_visit
from marketplace.kernel.walltime import NEW_YORK
from providers.profiles.rules import ProviderFacts, ServiceFacts
from providers.services.rules.holidays import surcharge_holidays
from providers.services.rules.prices import PriceRules, TravelRule

NOON, EVENING, LATE, HOLIDAY, SHORT, ZONE = "weekday_noon", "evening", "saturday_late", "holiday", "short_notice", "zone"
WEDNESDAY, SATURDAY = 2, 5
_SHORT_AHEAD = timedelta(hours=2)
_STEP_MINUTES = 15
_USUAL_MINUTES = 60
# For whoever offers nothing with a price yet; the figures are the house's sample, not advice.
_EXAMPLE = ServiceFacts("example", "Medical massage", (), (), frozenset({"clinic", "home"}), False, None, None, {60: 13_000}, 1)


@dataclass(frozen=True)
class WishPriced:
    """One wish with its whole price. `before_cents` is what the rules as stored make of it."""

    code: str
    starts_at: datetime
    setting: str
    zip_code: str | None
    minutes: int
    service_name: str
    quote: Quote
    before_cents: int


@dataclass(frozen=True)
class _Wish:
    code: str
    service: ServiceFacts
    setting: str
    starts_at: datetime
    zip_code: str | None = None

    @property
    def minutes(self) -> int:
        """An hour where it is offered, else the shortest length."""
        return _USUAL_MINUTES if _USUAL_MINUTES in self.service.prices else min(self.service.prices)


def price_wishes(facts: ProviderFacts, stated: PriceRules, taxes: Sequence[TaxRow], now: datetime) -> tuple[WishPriced, ...]:
    """The usual wishes and one for each travel zone, in that order. Prices of services and the profession are the provider's own.

    Zones are priced where the provider comes to clients at all.
    """

    def whole(rules: PriceRules, wish: _Wish) -> Quote:
        return quote_visit(
            replace(facts, prices=rules), wish.service, minutes=wish.minutes, setting=wish.setting, starts_at=wish.starts_at,
            zip_code=wish.zip_code, taxes=taxes, now=now,
        )  # fmt: skip

    return tuple(
        WishPriced(
            wish.code, wish.starts_at, wish.setting, wish.zip_code, wish.minutes, wish.service.name, whole(stated, wish),
            whole(facts.prices, wish).total_cents,
        )
        for wish in _wishes(facts, stated, now)
    )  # fmt: skip


def _wishes(facts: ProviderFacts, stated: PriceRules, now: datetime) -> Iterator[_Wish]:
    offered = [one for one in facts.services if one.prices and one.settings and not one.is_call] or [_EXAMPLE]
    usual = offered[0]
    # At a client's, but in no zone: travel then costs nothing, and the extras alone are seen.
    fixed = "clinic" if "clinic" in usual.settings else min(usual.settings)
    starts = dict(_starts(now))
    for code, starts_at in starts.items():
        yield _Wish(code, usual, fixed, starts_at)
    mobile = next(((one, setting) for one in offered for setting in MOBILE_SETTINGS if setting in one.settings), None)
    if mobile is not None:
        for zip_code in _zone_zips(stated):
            yield _Wish(ZONE, *mobile, starts[NOON], zip_code)


def _starts(now: datetime) -> Iterator[tuple[str, datetime]]:
    today = now.astimezone(NEW_YORK).date()
    yield NOON, _plain(today, WEDNESDAY, time(12))
    yield EVENING, _plain(today, WEDNESDAY, time(19, 30))
    yield LATE, _plain(today, SATURDAY, time(21, 30))
    yield HOLIDAY, datetime.combine(_next_holiday(today), time(12), tzinfo=NEW_YORK)
    yield SHORT, _soon(now)


def _plain(today: date, weekday: int, at: time) -> datetime:
    """The next such weekday that is no holiday, at least two days away: no short notice of a day touches it."""
    holidays = {one.on for year in (today.year, today.year + 1) for one in surcharge_holidays(year)}
    day = today + timedelta(days=2 + (weekday - today.weekday() - 2) % 7)
    while day in holidays:
        day += timedelta(days=7)
    return datetime.combine(day, at, tzinfo=NEW_YORK)


def _next_holiday(today: date) -> date:
    """The next whole holiday that is at least a week away."""
    coming = (one.on for year in (today.year, today.year + 1) for one in surcharge_holidays(year) if one.from_minute == 0)
    return next(on for on in coming if on >= today + timedelta(days=7))


def _soon(now: datetime) -> datetime:
    """Two hours from now, on the next quarter of an hour."""
    ahead = (now + _SHORT_AHEAD).replace(second=0, microsecond=0)
    return ahead + timedelta(minutes=-ahead.minute % _STEP_MINUTES)


def _zone_zips(stated: PriceRules) -> Iterator[str]:
    for rule in stated.rules:
        if isinstance(rule, TravelRule):
            yield from (zone.zips[0] for zone in rule.zones if zone.zips)
