"""Which period somebody asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from booking.earnings.rules import MONTH, PERIODS
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.webkit.reading import Fields


@dataclass(frozen=True)
class Asked:
    """A kind of period and a New York day in it."""

    period: str
    on: date


def read_asked(query: Mapping[str, str], now: datetime) -> Asked:
    """`period` (week, month, year; the month where nothing is said) and `on` (today where nothing is said)."""
    fields = Fields(dict(query))
    asked = Asked(fields.choice("period", PERIODS, MONTH), fields.day("on", local_day(to_minute(now))))
    fields.finish()
    return asked
