"""Planning and holding visits together, as programs send it and as a page's address and form say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from booking.appointments.actions.hold_series import SeriesStart, SeriesWanted
from booking.appointments.queries import wish_of
from booking.appointments.rules.holding import passes_share, share_window
from booking.appointments.rules.series import (
    LEAST_EVERY,
    LEAST_VISITS,
    MOST_EVERY,
    MOST_VISITS,
    Asking,
    Planned,
    SeriesWish,
    plan_series,
    window_of,
)
from booking.openings.queries.wished import time_of
from booking.openings.rules.asking import Wish, offered_service, open_for_anything
from booking.openings.rules.wanted import SETTINGS
from marketplace.db import db
from marketplace.kernel.errors import Malformed, Refused
from marketplace.kernel.intervals import Span
from marketplace.webkit.identity import viewer
from marketplace.webkit.reading import Fields, read_date, read_instant
from providers.places.gazetteer import find_zip
from providers.profiles.rules import ProviderFacts

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_VISIT = re.compile(r"(\S+)\|([0-9]{1,3})")


@dataclass(frozen=True)
class SeriesPlan:
    """What was asked, whom, and every visit of the plan."""

    wanted: SeriesWish
    facts: ProviderFacts
    visits: Sequence[Planned]


def read_series_wish(args: dict[str, Any], saved_zip: str | None) -> tuple[str, SeriesWish]:
    """The provider's slug and the wish of a plan, of a query string. Raises Malformed or Refused with every fault."""
    data = {name: int(text) if name in ("minutes", "visits", "every_days") and text.isdigit() else text for name, text in args.items()}
    fields = Fields(data)
    slug, service = fields.text("provider"), fields.text("service", longest=40)
    minutes, setting = fields.integer("minutes", least=1, most=480), fields.choice("setting", SETTINGS)
    zip_code = _zip(fields, saved_zip, setting)
    visits = fields.integer("visits", 4, least=LEAST_VISITS, most=MOST_VISITS)
    every = fields.integer("every_days", 7, least=LEAST_EVERY, most=MOST_EVERY)
    first_on, clock = _day(fields), _CLOCK.fullmatch(fields.text("time") or "")
    if clock is None:
        fields.fault("time", "This must be a time of day: 18:30.")
    evening = fields.choice("evenings", ("1",), None) is not None
    fields.finish()
    minute = int(clock[1]) * 60 + int(clock[2]) if clock else 0
    return slug, SeriesWish(Wish(service, minutes, setting, zip_code), visits, every, first_on, minute, evening)


def planned(slug: str, wanted: SeriesWish, now: datetime) -> SeriesPlan:
    """The plan as of now: nothing is held by asking. Raises NotFound, and Refused as `offered_service` does."""
    time = time_of(db.session(), slug, window_of(wanted), now)
    wanted = replace(wanted, wish=wish_of(db.session(), wanted.wish, time.facts.id, viewer().person_id))
    service = offered_service(time.facts, wanted.wish)
    if service.first_visit_only:
        raise Refused("not_bookable", "A service for a first visit is booked once, not as a series.")
    open_time = open_for_anything(time.facts, *share_window(now))

    def within(held: Sequence[Span], span: Span) -> bool:
        return not passes_share(held, span, open_time, now)

    return SeriesPlan(wanted, time.facts, plan_series(wanted, Asking(sorted(service.prices), time.starts_of, time.why_not, within)))


def read_series(body: dict[str, Any], saved_zip: str | None) -> SeriesWanted:
    """The body of `POST /series`."""
    fields = Fields(body)
    provider, service = fields.text("provider"), fields.text("service", longest=40)
    setting, minutes = fields.choice("setting", SETTINGS), fields.integer("minutes", least=1, most=480)
    zip_code = _zip(fields, saved_zip, setting)
    every = fields.integer("every_days", 7)
    visits = []
    for at, item in enumerate(fields.items("visits") or []):
        one = Fields(item, f"visits[{at}].")
        visits.append((one.instant("starts_at"), one.integer("minutes", minutes, least=1, most=480)))
        one.finish()
    fields.finish()
    return SeriesWanted(provider, service, setting, zip_code, every, tuple(SeriesStart(*one) for one in visits))


def read_chosen(sent: dict[str, str], origin: str | None) -> SeriesWanted:
    """The form below a plan: `visit-1`, `visit-2`, ... each `START|MINUTES` or `skip`. Raises Malformed for anything else."""
    visits = []
    for number in range(1, MOST_VISITS + 1):
        text = sent.get(f"visit-{number}", "skip")
        if text == "skip":
            continue
        found = _VISIT.fullmatch(text)
        if found is None:
            raise Malformed("invalid", "Choose one of the times of the page.")
        visits.append(SeriesStart(read_instant(found[1]), int(found[2])))
    area, every = find_zip(sent.get("zip", "")), sent.get("every_days", "")
    days = int(every) if every.isascii() and every.isdigit() and len(every) < 3 else 0
    zip_code = area.zip if area and sent.get("setting") != "clinic" else None
    return SeriesWanted(sent.get("provider", ""), sent.get("service", ""), sent.get("setting", ""), zip_code, days, tuple(visits), origin)


def _zip(fields: Fields, saved_zip: str | None, setting: str | None) -> str | None:
    code = fields.text("zip", saved_zip if setting != "clinic" else None, longest=10)
    area = find_zip(code) if code and setting != "clinic" else None
    if code and setting != "clinic" and area is None:
        fields.fault("zip", f"{code} is not a ZIP code in Manhattan.")
    return area.zip if area else None


def _day(fields: Fields) -> date:
    text = fields.text("first")
    try:
        return read_date(text or "")
    except Malformed:
        if text is not None:
            fields.fault("first", "This must be a date: 2027-01-31.")
        return date.min
