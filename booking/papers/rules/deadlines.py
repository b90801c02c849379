"""Business days, and by when a Good Faith Estimate is due (45 CFR 149.610(b)(1)(vi); the provider's own offer may come sooner).

A business day is a weekday that is no federal holiday. Days are counted from the next day through the day in question, that day included.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from providers.services.rules.holidays import public_holidays

SATURDAY, SUNDAY = 5, 6
DAY = timedelta(days=1)

LONG_AHEAD, SHORT_AHEAD = 10, 3
"""Scheduled so many business days ahead or more: an estimate is due three, or one, after scheduling. Nearer ones need none."""
DUE_AFTER_LONG, DUE_AFTER_SHORT, DUE_AFTER_ASKING = 3, 1, 3


@lru_cache(maxsize=16)
def federal_holidays(year: int) -> frozenset[date]:
    """The days of `year` on which federal holidays are observed: Friday for one on a Saturday, Monday for one on a Sunday (5 USC 6103).

    New Year's Day of the next year may be observed on December 31 of this one.
    """
    days = {_observed(on) for near in (year, year + 1) for on in public_holidays(near)}
    return frozenset(day for day in days if day.year == year)


def _observed(on: date) -> date:
    return on - DAY if on.weekday() == SATURDAY else on + DAY if on.weekday() == SUNDAY else on


def is_business_day(day: date) -> bool:
    """Whether a day counts."""
    return day.weekday() < SATURDAY and day not in federal_holidays(day.year)


def business_days(after: date, through: date) -> int:
    """How many business days there are after one day through another, that one included; none where it is not later."""
    return sum(is_business_day(after + DAY * step) for step in range(1, (through - after).days + 1))


def business_day_after(day: date, number: int) -> date:
    """The business day that is the `number`th after a day."""
    while number:
        day += DAY
        number -= is_business_day(day)
    return day


def estimate_due_on(scheduled_on: date, service_on: date) -> date | None:
    """The last day on which an estimate for a scheduled service is in time; None where the service is too near to need one."""
    ahead = business_days(scheduled_on, service_on)
    if ahead < SHORT_AHEAD:
        return None
    return business_day_after(scheduled_on, DUE_AFTER_LONG if ahead >= LONG_AHEAD else DUE_AFTER_SHORT)


def asked_estimate_due_on(asked_on: date) -> date:
    """The last day on which an estimate that somebody asked for is in time."""
    return business_day_after(asked_on, DUE_AFTER_ASKING)
