"""The endpoints of the pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from booking.openings.forms.acquaintance import doors_for
from booking.openings.forms.nearby import viewers_alternatives
from booking.openings.forms.pages import Typed, read_page
from booking.openings.forms.searching import write_cursor
from booking.openings.queries.listing import judge_opening, list_openings
from booking.openings.queries.nearby import nearest_to
from booking.openings.queries.searching import search as find_openings
from booking.openings.rules.asking import open_time
from booking.openings.rules.prices import WholePrices
from booking.openings.rules.search import SearchResult
from booking.openings.rules.wanted import SearchQuery
from booking.openings.views.arranged import arranged_words
from booking.openings.views.cards import alternative_words, anyone, card, nearest
from booking.openings.views.charts import chart
from booking.openings.views.facets import Fields, call_href, chips, clear_href, facets, href, sorts
from booking.openings.views.marks import Words
from booking.openings.views.profile import (
    away_card,
    choices,
    chosen_words,
    first_visit_words,
    may_book,
    provider_words,
    read_choice,
)
from booking.openings.views.weeks import DAYS, Choice, first_day, named_first, week
from booking.openings.views.words import condition_words
from booking.quotes.catalogue import taxes
from marketplace import clock
from marketplace.db import db
from marketplace.kernel.errors import Malformed
from marketplace.kernel.walltime import day_begin, from_minute, local_day, to_minute
from marketplace.webkit.filters import short_day
from marketplace.webkit.identity import ANYONE, access, viewer
from marketplace.webkit.limits import limiter
from marketplace.webkit.reading import read_date, read_instant
from providers.places import gazetteer
from providers.places.forms import current_geocoder
from providers.places.geocoders import resolve
from providers.profiles.queries import get_listed_facts
from providers.profiles.rules import MOBILE, ProviderFacts
from providers.services import catalogue
from providers.services.rules.calls import CALL_MINUTES, PHONE

blueprint = Blueprint("openings", __name__)
page_limit = limiter.shared_limit("60 per minute", scope="search pages", exempt_when=lambda: viewer().signed_in)
MOST_NEAR_MISSES = 3


@blueprint.get("/")
@access(ANYONE)
def home() -> str:
    """The first page."""
    places = [{"name": hood.name, "href": url_for(".search", near=hood.name)} for hood in gazetteer.neighborhoods()]
    return render_template("marketing/home.html", conditions=_conditions(), neighborhoods=places, query=_bar(Typed(MultiDict(), None)))


@blueprint.get("/search")
@access(ANYONE)
@page_limit
def search() -> ResponseReturnValue:
    """Results, or what is wrong with what was asked, or what comes nearest."""
    now = clock.now()
    typed = read_page(request.args, partial(resolve, geocoder=current_geocoder()), now)
    if typed.asked is None:
        return render_template(
            "openings/search.html", **_frame(typed, None), cards=[], anyone=None, near_misses=[], chart=None, following=None
        ), 422
    result = find_openings(db.session(), typed.asked.query, now, typed.asked.after, doors_for(typed.asked.query))
    first = int(shown) if re.fullmatch(r"[0-9]{1,6}", shown := request.args.get("shown", "")) else 0
    cards = [card(found, first + at, result.query, now) for at, found in enumerate(result.items, 1)]
    pins = [(first + at, found.place) for at, found in enumerate(result.items, 1) if found.place is not None]
    comes = any(found.place is None for found in result.items)
    following = None
    if result.after is not None:
        following = href(typed.fields, cursor=write_cursor(typed.asked, result.after), shown=str(first + len(cards)))
    return render_template(
        "openings/search.html",
        **_frame(typed, result),
        cards=cards,
        anyone=anyone(result.items) if typed.asked.after is None and not result.query.for_calls else None,
        near_misses=[] if result.total else _near_misses(result.query, now),
        chart=chart(pins, result.query.near, comes=comes) if cards else None,
        following=following,
    )


@blueprint.get("/providers/<slug>")
@access(ANYONE)
@page_limit
def provider(slug: str) -> str:
    """A provider: what was checked, when they are free, what it costs and what leaving costs."""
    now = clock.now()
    facts = get_listed_facts(db.session(), slug)
    choice, zip_fault = read_choice(facts, request.args)
    times = _times(facts, choice, now)
    first = first_day(_asked_week(), local_day(to_minute(now)), facts.rules.horizon_days)
    shown = (max(day_begin(first), to_minute(now)), day_begin(first + timedelta(days=DAYS)))
    return render_template(
        "openings/provider.html",
        **{**provider_words(facts, choice, now), "away": away_card(facts, now, shown)},
        zip_fault=zip_fault,
        **times,
        first_visit=first_visit_words(facts, choice),
        instead=_elsewhere(facts, choice, times["week"], zip_fault, now),
    )


def _times(facts: ProviderFacts, choice: Choice | None, now: datetime) -> Words:
    """The week of starts, and the first start's price and terms."""
    nothing: Words = {"arranged": None, "week": None, "chosen": None, "choices": None if choice is None else choices(choice)}
    if choice is None or facts.pause is not None or (choice.wish.setting in MOBILE and choice.wish.zip is None):
        return nothing
    if not may_book(facts, choice.wish):
        return nothing
    today = local_day(to_minute(now))
    horizon = day_begin(today + timedelta(days=facts.rules.horizon_days + 1))
    found = list_openings(db.session(), facts, choice.wish, to_minute(now), horizon, now)
    cents = WholePrices(facts, found.service, choice.wish, taxes()).at(now)
    first = first_day(_asked_week(), today, facts.rules.horizon_days)
    spans = open_time(facts, choice.wish.setting, first, first + timedelta(days=DAYS), found.service)
    shown = week(
        choice,
        found.starts,
        first,
        today,
        cents,
        open_days={local_day(span.begin_minute) for span in spans},
        every=request.args.get("every") == "1",
    )
    shown["named_first"] = named_first(choice, found.first, first, cents)
    ahead = [start for start in found.starts if start >= day_begin(first)]
    arranged = arranged_words(found, max(day_begin(first), to_minute(now)), day_begin(first + timedelta(days=DAYS)))
    return {**nothing, "arranged": arranged, "week": shown, "chosen": chosen_words(choice, from_minute(ahead[0]), now) if ahead else None}


def _asked_week() -> date | None:
    """The week in the address; nonsense shows the present one."""
    try:
        return read_date(request.args.get("week", ""))
    except Malformed:
        return None


@blueprint.get("/providers/<slug>/start")
@access(ANYONE)
@page_limit
def start(slug: str) -> ResponseReturnValue:
    """One start before it is held: every line of its price, its terms, and the button."""
    now = clock.now()
    facts = get_listed_facts(db.session(), slug)
    choice, zip_fault = read_choice(facts, request.args)
    if choice is None or zip_fault or (choice.wish.setting in MOBILE and choice.wish.zip is None):
        typed: dict[str, Any] = {
            name: text for name, text in request.args.items() if name in ("service", "minutes", "setting", "zip", "condition")
        }
        return redirect(url_for(".provider", slug=slug, **typed))
    if facts.pause is not None or not may_book(facts, choice.wish):
        return redirect(url_for(".provider", slug=slug, service=choice.wish.service, minutes=choice.wish.minutes))
    starts_at = read_instant(request.args.get("starts_at", ""))
    judgement = judge_opening(db.session(), facts, choice.wish, starts_at, now)
    instead = [] if judgement.ok else _instead(facts, choice, max(starts_at, now), now)
    chosen = chosen_words(choice, starts_at, now) if starts_at >= now else None
    words = provider_words(facts, choice, now)
    return render_template("openings/start.html", **words, chosen=chosen, judgement=judgement, instead=instead, starts_at=starts_at)


def _elsewhere(facts: ProviderFacts, choice: Choice | None, week_shown: Any, zip_fault: str | None, now: datetime) -> list[Words]:
    """What else there is where the shown week has nothing, or where the provider does not come to the ZIP code that was typed."""
    if choice is not None and zip_fault is not None:
        area = gazetteer.find_zip(request.args.get("zip", "").strip())
        return _instead(facts, replace(choice, wish=replace(choice.wish, zip=area.zip)), now, now) if area else []
    if choice is None or week_shown is None or week_shown["count"]:
        return []
    first = first_day(_asked_week(), local_day(to_minute(now)), facts.rules.horizon_days)
    return [one for one in _instead(facts, choice, max(from_minute(day_begin(first)), now), now) if not one["only_time"]]


def _instead(facts: ProviderFacts, choice: Choice, starts_at: datetime, now: datetime) -> list[Words]:
    """What the viewer could hold instead of a start, nearest first."""
    found = viewers_alternatives(facts.slug, choice.wish, starts_at, now)
    return [alternative_words(one, choice.condition, now) for one in found]


def _frame(typed: Typed, result: SearchResult | None) -> Words:
    """What the page shows around its results."""
    fields, chosen = typed.fields, chips(typed.fields)
    return {
        "typed": typed,
        "result": result,
        "query": _bar(typed),
        "conditions": _conditions(),
        "places": [hood.name for hood in gazetteer.neighborhoods()],
        "line": {"title": _asked_for(fields), "text": _when_words(typed)},
        "facets": facets(fields, result),
        "chips": chosen,
        "call_href": call_href(fields),
        "clear_href": clear_href(fields) if chosen else None,
        "sorts": sorts(fields),
        "hidden": [(name, fields[name]) for name in ("condition", "near", "when", "date", "minutes", "sort") if name in fields],
        "title": _title(result),
        "suggestions": [{"name": name, "href": href(fields, near=name)} for name in typed.suggestions],
    }


def _bar(typed: Typed) -> Words:
    """The values of the query bar. Several settings show as Anywhere, since the bar has room for one."""
    fields = typed.fields
    settings = fields.getlist("setting")
    named = {name: fields.get(name, "") for name in ("condition", "near", "when", "date", "minutes")}
    return {**named, "setting": settings[0] if len(settings) == 1 else "", "errors": {name: _short(typed.code) for name in typed.faults}}


def _short(code: str) -> str:
    """What is wrong, in the two words that fit below a field; the whole sentence stands above the results."""
    known = {"unknown_place": _("Not found"), "outside_manhattan": _("Outside Manhattan"), "past": _("This day is over")}
    return known.get(code, _("Needed") if code in {"zip_needed", "place_needed", "invalid"} else _("Not a date"))


def _conditions() -> list[Words]:
    return [{"code": one.code, "name": one.name} for one in sorted(catalogue.conditions().values(), key=lambda one: one.name)]


def _asked_for(fields: Fields) -> str:
    """What is searched for, in two or three words."""
    code = fields.get("condition", "")
    return condition_words(code) if code in catalogue.conditions() else _("Medical massage")


def _when_words(typed: Typed) -> str:
    """Where, when and how long, for the one line on phones."""
    fields = typed.fields
    words = {"today": _("today"), "evening": _("this evening"), "tomorrow": _("tomorrow"), "date": _day_words(fields.get("date", ""))}
    place = fields.get("near") or _("all of Manhattan")
    minutes = str(CALL_MINUTES) if fields.getlist("setting") == [PHONE] else fields.get("minutes", "60")
    return f"{place} · {words.get(fields.get('when', ''), _('soonest'))} · {minutes} min"


def _day_words(text: str) -> str:
    """A date of the address as people write it; what is no date stays as typed."""
    try:
        return short_day(read_date(text))
    except Malformed:
        return text


def _title(result: SearchResult | None) -> str:
    if result is None:
        return _("This search needs another look")
    what = catalogue.conditions()[result.query.condition].phrase if result.query.condition else None
    if not result.total:
        return _("No start fits all of that")
    count = ngettext("%(num)s verified therapist", "%(num)s verified therapists", result.total)
    return _("%(count)s for %(what)s", count=count, what=what) if what else count


def _near_misses(query: SearchQuery, now: datetime) -> list[Words]:
    """Up to three starts that come nearest to a search that found nothing: later, at another time of day, farther away, elsewhere."""
    near = nearest_to(db.session(), query, now, MOST_NEAR_MISSES, doors_for(query))
    return [nearest(found, _(words), query.condition) for _code, words, found in near]
