"""A start with whoever is free then: as programs send it, and as the search page's buttons do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from booking.openings.forms.pages import read_page
from booking.openings.forms.searching import Locate, as_near, need_place
from booking.openings.rules.asking import Wish
from booking.openings.rules.search import Found
from booking.openings.rules.wanted import GENDERS, SearchQuery
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import to_minute
from marketplace.webkit.reading import Fields, read_instant
from providers.schedule.rules.hours import SETTINGS
from providers.services import catalogue

MOST_TRIED = 20
MOST_CENTS = 10_000_000


@dataclass(frozen=True)
class AnyoneAt:
    """Whom to look for, and the one start that is wanted of them."""

    query: SearchQuery
    starts_at: datetime


def read_anyone(body: Mapping[str, Any], saved_zip: str | None, locate: Locate) -> AnyoneAt:
    """The body of `POST /holds/any`. `near` is where a visit elsewhere than in a clinic would be; a saved ZIP code stands in for it.

    Raises Malformed for unknown fields and naive instants; Refused as a search does, and `invalid` with every fault.
    """
    fields = Fields(body)
    starts_at = fields.instant("starts_at")
    minutes = fields.integer("minutes", least=1, most=480)
    setting = fields.choice("setting", SETTINGS)
    near = fields.text("near", saved_zip, longest=200)
    wishes: dict[str, Any] = {
        "condition": fields.choice("condition", catalogue.conditions(), None),
        "techniques": frozenset(fields.choices("technique", catalogue.techniques(), []) or ()),
        "genders": frozenset(fields.choices("gender", GENDERS, []) or ()),
        "languages": frozenset(fields.texts("language", []) or ()),
        "max_price_cents": fields.integer("max_price_cents", None, most=MOST_CENTS),
        "full_time": fields.boolean("full_time", default=False),
        "collaborates": fields.boolean("collaborates", default=False),
        "instant": fields.boolean("instant", default=False),
    }
    fields.finish()
    spot = None if near is None else as_near(locate(near))
    settings = frozenset({setting})
    need_place(settings, spot, "soonest")
    at = to_minute(starts_at)
    query = SearchQuery(at, at + 1, spot, minutes=minutes, settings=settings, limit=MOST_TRIED, **wishes)
    return AnyoneAt(query, starts_at)


def read_anyone_of_page(sent: MultiDict[str, str], locate: Locate, now: datetime) -> AnyoneAt:
    """The search page's fields with the start that was pressed. `most_cents` is what the page said it costs at most.

    Raises Refused with the first fault, where the search itself cannot be read any more.
    """
    starts_at = read_instant(sent.get("starts_at", ""))
    typed = read_page(sent, locate, now)
    if typed.asked is None:
        raise Refused(typed.code or "invalid", next(iter(typed.faults.values())))
    most = sent.get("most_cents", "")
    said = min(int(most), MOST_CENTS) if most.isascii() and most.isdigit() else MOST_CENTS
    query, at = typed.asked.query, to_minute(starts_at)
    cents = said if query.max_price_cents is None else min(said, query.max_price_cents)
    return AnyoneAt(replace(query, from_minute=at, until_minute=at + 1, max_price_cents=cents, limit=MOST_TRIED), starts_at)


def wish_of(found: Found) -> Wish:
    """The wish whose starts a search has listed."""
    return Wish(found.service.code, found.minutes, found.setting, found.zip)
