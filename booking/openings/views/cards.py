"""One provider in the list of results, ready for the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from booking.openings.rules.alternatives import EARLIER_DAY, LATER_DAY, SAME_DAY, Alternative
from booking.openings.rules.prices import WholePrices
from booking.openings.rules.search import Found
from booking.openings.rules.wanted import SearchQuery
from booking.openings.views.insurers import insurance_line
from booking.openings.views.marks import Words, evening_words, evidence_line
from booking.openings.views.words import (
    initials,
    kinds_line,
    neighborhood_words,
    profession_words,
    technique_words,
    where_words,
)
from booking.quotes.catalogue import taxes
from booking.quotes.rules.clock import clock_words
from booking.quotes.rules.pricing import price_notice
from booking.quotes.rules.visits import quote_visit
from marketplace.kernel.money import format_usd
from marketplace.kernel.walltime import from_minute
from marketplace.webkit.filters import full_when, miles, rfc3339
from providers.profiles.rules import ProviderFacts
from providers.services import catalogue
from providers.services.rules.calls import PHONE
from providers.services.rules.requests import answer_due_at

SHOWN_REASONS = 3
MOST_ANYONE = 3


def card(found: Found, number: int, query: SearchQuery, now: datetime) -> Words:
    """A result: who, where, the whole price, the starts, what leaving costs, why they are shown, what was checked."""
    facts, condition = found.facts, query.condition
    first = from_minute(found.starts[0])
    quote = quote_visit(
        facts, found.service, minutes=found.minutes, setting=found.setting, starts_at=first, zip_code=found.zip, taxes=taxes(), now=now
    )
    profile = url_for("openings.provider", slug=facts.slug, **wish_words(found, condition))
    return {
        "number": number,
        "slug": facts.slug,
        "name": facts.name,
        "initials": initials(facts.name),
        "profile": profile,
        "evenings": evening_words(found.evenings),
        "mobile": found.place is None,
        "call": found.setting == PHONE,
        "place": place_words(found),
        "profession": profession_words(facts.profession),
        "kinds": kinds_line(facts.profession, found.kinds),
        "rating": rating_words(facts),
        "price_cents": found.prices_cents[0],
        "minutes": found.minutes,
        "service": found.service.name,
        "answer_by": _answer_by(found, first, now),
        "starts": [start_words(found, start, cents, condition) for start, cents in zip(found.starts, found.prices_cents, strict=True)],
        "more": f"{profile}#times" if found.more_starts else None,
        "notice": price_notice(facts.prices, found.setting, found.zip),
        "clock": clock_words(quote.terms, now).sentence,
        "reasons": reasons_words(found, condition),
        "insurance": insurance_line(facts, query),
        "evidence": evidence_line(facts, now),
        "evidence_href": url_for("openings.provider", slug=facts.slug, setting=found.setting, zip=found.zip, _anchor="checked"),
        "sample": facts.sample_data,
    }


def _answer_by(found: Found, first: datetime, now: datetime) -> datetime | None:
    """Until when a request for the first start would be answered; None where it is confirmed at once."""
    rule = found.service.by_request
    return answer_due_at(now, first, rule, found.facts.rules.notice_minutes, now) if rule.asks(found.setting, met=False) else None


def wish_words(found: Found, condition: str | None) -> dict[str, Any]:
    """The wish as a query string."""
    words = {"service": found.service.code, "minutes": found.minutes, "setting": found.setting, "zip": found.zip, "condition": condition}
    return {name: value for name, value in words.items() if value is not None}


def start_words(found: Found, start: int, cents: int, condition: str | None) -> Words:
    """One start with its whole price and the page on which it can be held."""
    at = from_minute(start)
    return {
        "starts_at": at,
        "total_cents": cents,
        "provider_name": found.facts.name,
        "href": url_for("openings.start", slug=found.facts.slug, starts_at=rfc3339(at), **wish_words(found, condition)),
    }


def anyone(items: Sequence[Found]) -> Words | None:
    """The first starts of several shown therapists together: how many are free, and what it costs at most. None for one alone.

    Only starts that the cards below show are counted, so that nothing is promised here that the list does not bear out.
    """
    free: dict[int, list[int]] = defaultdict(list)
    for found in items:
        for start, cents in zip(found.starts, found.prices_cents, strict=True):
            free[start].append(cents)
    shared = [start for start in sorted(free) if len(free[start]) > 1][:MOST_ANYONE]
    if not shared:
        return None
    return {
        "starts": [{"starts_at": from_minute(start), "count": len(free[start]), "most_cents": max(free[start])} for start in shared],
        "most_cents": max(cents for start in shared for cents in free[start]),
    }


def place_words(found: Found) -> str:
    """Where the visit would be, and how far that is."""
    if found.setting == PHONE:
        return _("By phone, before anything is booked")
    if found.place is None:
        return _("Comes to you in %(zip)s", zip=found.zip)
    hood = neighborhood_words(found.place.neighborhood)
    if found.distance_meters is None:
        return _("Clinic in %(place)s", place=hood)
    return _("Clinic in %(place)s · %(miles)s", place=hood, miles=miles(found.distance_meters))


def rating_words(facts: ProviderFacts) -> str | None:
    """What clients said, in one line; nothing while nobody has."""
    if not facts.rating_count:
        return None
    mean = f"{facts.rating_sum / facts.rating_count:.1f}"
    return _("Rated %(mean)s of 5 by %(count)s", mean=mean, count=facts.rating_count)


def reasons_words(found: Found, condition: str | None) -> Words | None:
    """Why they are shown for a condition."""
    if condition is None:
        return None
    known = catalogue.conditions()[condition]
    techniques = [technique_words(reason.technique).lower() for reason in catalogue.reasons_for(condition, found.usable)]
    return {
        "phrase": known.phrase,
        "text": ", ".join(techniques[:SHOWN_REASONS]) or _("named by the therapist for %(service)s", service=found.service.name),
    }


def nearest(found: Found, why: str, condition: str | None) -> Words:
    """One start that comes near what was asked, as a card to tap."""
    start, cents = found.starts[0], found.prices_cents[0]
    at = start_words(found, start, cents, condition)
    name, place = found.facts.name, where_words(found.setting) if found.place is None else place_words(found)
    text = f"{name}, {place}, ${cents // 100:,}.{cents % 100:02d}"
    return {"why": why, "title": full_when(from_minute(start)), "text": text, "href": at["href"]}


def alternative_words(one: Alternative, condition: str | None, now: datetime) -> Words:
    """One proposal: as a start button where only the time differs, else as a card to tap."""
    facts, wish, at = one.facts, one.wish, from_minute(one.start_minute)
    service = facts.service(wish.service)
    assert service is not None  # noqa: S101 (a proposal is of an offered service)
    cents = WholePrices(facts, service, wish, taxes()).at(now)(one.start_minute)
    words = {"service": wish.service, "minutes": wish.minutes, "setting": wish.setting, "zip": wish.zip, "condition": condition}
    sent: dict[str, Any] = {name: value for name, value in words.items() if value is not None}
    where = where_words(wish.setting) + (f", {wish.zip}" if wish.zip else "")
    return {
        "reason": one.reason,
        "only_time": one.reason in (SAME_DAY, LATER_DAY, EARLIER_DAY),
        "why": one.words,
        "title": full_when(at),
        "text": f"{service.name}, {wish.minutes} {_('min')}, {where}, {format_usd(cents)}",
        "starts_at": at,
        "total_cents": cents,
        "provider_name": facts.name,
        "href": url_for("openings.start", slug=facts.slug, starts_at=rfc3339(at), **sent),
    }
