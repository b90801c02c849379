"""One week of a provider's starts: a grid on wide screens, a list by day on phones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from booking.openings.rules.asking import Wish
from booking.openings.rules.prices import CentsAt
from booking.openings.views.marks import Words
from marketplace.kernel.walltime import day_begin, from_minute, local_day, wall_minute_of_day
from marketplace.webkit.filters import near_day, rfc3339
from providers.profiles.rules import ProviderFacts

DAYS = 7
MORNING_MINUTE, EVENING_MINUTE, LATE_MINUTE = 5 * 60, 17 * 60, 19 * 60
HALF_HOUR = 30
HANDFUL = 8
NAMED_FIRST = 3
BANDS = ("night", "day", "evening", "from_7")
"""In the order of the clock, so that a day's list runs from morning to night on phones too."""


@dataclass(frozen=True)
class Choice:
    """What is chosen on a provider's page: the wish, and the condition that brought the visitor."""

    facts: ProviderFacts
    wish: Wish
    condition: str | None

    def words(self) -> dict[str, Any]:
        """As a query string."""
        words = {
            "service": self.wish.service,
            "minutes": str(self.wish.minutes),
            "setting": self.wish.setting,
            "zip": self.wish.zip,
            "condition": self.condition,
        }
        return {name: value for name, value in words.items() if value}

    def href(self, **changes: str | None) -> str:
        """This page with another choice; None takes a word off."""
        words: dict[str, Any] = {name: word for name, word in {**self.words(), **changes}.items() if word}
        return url_for("openings.provider", slug=self.facts.slug, _anchor="times", **words)

    def start_href(self, start: int) -> str:
        """The page of one start."""
        return url_for("openings.start", slug=self.facts.slug, starts_at=rfc3339(from_minute(start)), **self.words())


def first_day(asked: date | None, today: date, horizon_days: int) -> date:
    """The day a shown week begins with: the one asked for, within what can be booked."""
    last = today + timedelta(days=horizon_days)
    return min(max(asked or today, today), last)


def named_first(choice: Choice, starts: Sequence[int], first: date, cents: CentsAt) -> list[Words]:
    """The first few of a week's starts that the provider wants named before all others."""
    begin, end = day_begin(first), day_begin(first + timedelta(days=DAYS))
    ours = [start for start in starts if begin <= start < end][:NAMED_FIRST]
    return [{"starts_at": from_minute(start), "total_cents": cents(start), "href": choice.start_href(start)} for start in ours]


def week(choice: Choice, starts: Sequence[int], first: date, today: date, cents: CentsAt, *, open_days: set[date], every: bool) -> Words:
    """Bands and days for the grid. Without `every` the first start of each half hour (on full days: hour) stands for the others."""
    days = [first + timedelta(days=number) for number in range(DAYS)]
    begin, end = day_begin(first), day_begin(first + timedelta(days=DAYS))
    within = [start for start in starts if begin <= start < end]
    shown = within if every else _thinned(within)
    by_band = {band: [start for start in shown if _band(start) == band] for band in BANDS}
    bands = [band for band in BANDS if by_band[band]]
    following = next((start for start in starts if start >= end), None)
    return {
        "bands": [_band_words(band, by_band[band], cents) for band in bands],
        "days": [_day(choice, day, today, shown, cents, open_days) for day in days],
        "count": len(within),
        "thinned": len(shown) < len(within),
        "previous": choice.href(week=max(today, first - timedelta(days=DAYS)).isoformat()) if first > today else None,
        "following": (
            choice.href(week=(first + timedelta(days=DAYS)).isoformat())
            if first + timedelta(days=DAYS) <= today + timedelta(days=choice.facts.rules.horizon_days)
            else None
        ),
        "every": choice.href(week=first.isoformat(), every="1"),
        "next_at": None if following is None else from_minute(following),
        "next_href": None if following is None else choice.href(week=local_day(following).isoformat()),
    }


def _thinned(starts: Sequence[int]) -> list[int]:
    """The first start of each half hour; of each hour on days that would have more than a handful. New York is whole hours off UTC."""
    by_day: dict[date, list[int]] = {}
    for start in starts:
        by_day.setdefault(local_day(start), []).append(start)
    halves = {day: _first_of_each(HALF_HOUR, ours) for day, ours in by_day.items()}
    return [start for day, ours in halves.items() for start in (ours if len(ours) <= HANDFUL else _first_of_each(2 * HALF_HOUR, ours))]


def _first_of_each(minutes: int, starts: Sequence[int]) -> list[int]:
    seen: dict[int, int] = {}
    for start in starts:
        seen.setdefault(start // minutes, start)
    return sorted(seen.values())


def _band(start: int) -> str:
    minute = wall_minute_of_day(start)
    if minute < MORNING_MINUTE:
        return "night"
    if minute >= LATE_MINUTE:
        return "from_7"
    return "evening" if minute >= EVENING_MINUTE else "day"


def _band_words(band: str, starts: Sequence[int], cents: CentsAt) -> Words:
    labels = {"night": _("Before 5\u00a0AM"), "day": _("Day"), "evening": _("5 to 7\u00a0PM"), "from_7": _("From 7 PM")}
    return {"code": band, "label": labels[band], "price_cents": min(map(cents, starts)), "evening": band in ("night", "from_7")}


def _day(choice: Choice, day: date, today: date, starts: Sequence[int], cents: CentsAt, open_days: set[date]) -> Words:
    ours = [start for start in starts if local_day(start) == day]
    bands: dict[str, list[Words]] = {band: [] for band in BANDS}
    for start in ours:
        bands[_band(start)].append({"starts_at": from_minute(start), "total_cents": cents(start), "href": choice.start_href(start)})
    return {
        "weekday": f"{day:%a}",
        "label": f"{day:%b} {day.day}",
        "note": near_day(day, today),
        "empty": "" if ours else (_("Nothing left") if day in open_days else _("Not working")),
        "starts": bands,
    }
