"""What stands beside the results: facets with their counts, the chips of what is chosen, the ways to sort."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from booking.openings.rules.kinds import PROVIDER_KINDS
from booking.openings.rules.search import SearchResult
from booking.openings.rules.wanted import CALLS, PARTS, PRICE_STEPS_CENTS, SETTINGS
from booking.openings.views.marks import Words
from booking.openings.views.words import (
    carrier_words,
    gender_words,
    language_words,
    neighborhood_words,
    part_words,
    place_kind_words,
    plan_words,
    provider_kind_words,
    setting_words,
    technique_words,
)
from providers.schedule.rules.clinics import CLINIC_KINDS
from providers.services.rules.calls import PHONE

MOST_TECHNIQUES = 8
MOST_PLACES = 8
MOST_INSURERS = 8
Fields = MultiDict[str, str]


def facets(fields: Fields, result: SearchResult | None) -> list[Words]:
    """Every facet with its options; counts are of providers, after all other filters. Without a result there are none."""
    if result is None:
        return []
    counts, minutes = result.facets, result.query.minutes
    shown = [
        _facet(fields, "setting", _("Where"), CALLS if result.query.for_calls else SETTINGS, setting_words, counts.get("setting", {})),
        _facet(fields, "place_kind", _("Kind of clinic"), CLINIC_KINDS, place_kind_words, counts.get("place_kind", {})),
        _facet(fields, "provider_kind", _("Kind of therapist"), PROVIDER_KINDS, provider_kind_words, counts.get("provider_kind", {})),
        _facet(fields, "part", _("Time of day"), PARTS, part_words, None),
        _facet(fields, "staffing", _("Staffing"), ("full_time",), lambda _code: _("Full-time staff only"), counts.get("staffing", {})),
        _facet(fields, "instant", _("Confirmation"), ("1",), lambda _code: _("Confirmed at once"), counts.get("instant", {})),
        _facet(fields, "technique", _("Technique"), *_most(fields, "technique", counts, MOST_TECHNIQUES, technique_words)),
        _prices(fields, minutes, counts.get("price", {})),
        _facet(fields, "collaborates", _("Works with my doctor"), ("1",), lambda _code: _("Checked"), counts.get("collaborates", {})),
        _facet(fields, "carrier", _("Insurer, as stated"), *_most(fields, "carrier", counts, MOST_INSURERS, carrier_words)),
        _facet(fields, "plan", _("Kind of plan, as stated"), *_most(fields, "plan", counts, MOST_INSURERS, plan_words)),
        _facet(fields, "gender", _("Therapist"), *_most(fields, "gender", counts, 4, gender_words)),
        _facet(fields, "language", _("Language"), *_most(fields, "language", counts, MOST_TECHNIQUES, language_words)),
        _facet(fields, "neighborhood", _("Neighborhood"), *_most(fields, "neighborhood", counts, MOST_PLACES, neighborhood_words)),
        _facet(fields, "first_consult", _("First visit"), ("1",), lambda _code: _("Short first consult"), counts.get("first_consult", {})),
    ]
    return [facet for facet in shown if facet["options"]]


def _facet(
    fields: Fields, name: str, legend: str, values: Iterable[str], words: Callable[[str], str], counts: Mapping[str, int] | None
) -> Words:
    """One facet. A value that would find nobody is left out unless it is chosen; without counts all are shown."""
    chosen = set(fields.getlist(name))
    options = [
        {"value": value, "label": words(value), "count": None if counts is None else counts.get(value, 0), "checked": value in chosen}
        for value in values
        if counts is None or counts.get(value) or value in chosen
    ]
    return {"legend": legend, "name": name, "options": options, "kind": "checkbox"}


def _most(
    fields: Fields, name: str, counts: Mapping[str, Mapping[str, int]], most: int, words: Callable[[str], str]
) -> tuple[list[str], Callable[[str], str], Mapping[str, int]]:
    """The values that find most providers, by name where they find as many, and whatever is chosen."""
    found = counts.get(name, {})
    ranked = sorted(found, key=lambda value: (-found[value], words(value)))[:most]
    return ranked + [value for value in fields.getlist(name) if value not in ranked and _known(words, value)], words, found


def _known(words: Callable[[str], str], value: str) -> bool:
    """Whether a value that somebody wrote into the address has a name."""
    try:
        return bool(words(value))
    except LookupError:
        return False


def _prices(fields: Fields, minutes: int, counts: Mapping[str, int]) -> Words:
    chosen = fields.get("max_price", "")
    options: list[Words] = [{"value": "", "label": _("Any"), "count": None, "checked": not chosen}]
    options += [
        {
            "value": str(step),
            "label": _("Up to $%(dollars)s", dollars=step // 100),
            "count": counts.get(str(step), 0),
            "checked": chosen == str(step),
        }
        for step in PRICE_STEPS_CENTS
        if counts.get(str(step)) or chosen == str(step)
    ]
    return {
        "legend": _("Whole price, %(minutes)s min", minutes=minutes),
        "name": "max_price",
        "options": options if len(options) > 1 else [],
        "kind": "radio",
    }


def href(fields: Fields, *without: tuple[str, str], **changes: str | None) -> str:
    """The address of the same search with something else; a cursor never stays."""
    pairs = [
        (name, value)
        for name, value in fields.items(multi=True)
        if name != "cursor" and name not in changes and (name, value) not in without
    ]
    pairs += [(name, value) for name, value in changes.items() if value is not None]
    kept: MultiDict[str, str] = MultiDict(pairs)
    words: dict[str, Any] = {name: kept.getlist(name) for name in kept}
    return url_for("openings.search", **words)


def call_href(fields: Fields) -> str | None:
    """The same search for free calls; None where that is what it is for."""
    return None if fields.getlist("setting") == [PHONE] else href(_without_place(fields), setting=PHONE)


def _without_place(fields: Fields) -> Fields:
    no_place = ("minutes", "place_kind", "neighborhood", "first_consult", "max_price")
    return MultiDict([pair for pair in fields.items(multi=True) if pair[0] not in no_place])


def chips(fields: Fields) -> list[Words]:
    """What is chosen beside the query itself, each with the address without it."""
    words: dict[str, Callable[[str], str]] = {
        "setting": setting_words,
        "place_kind": place_kind_words,
        "provider_kind": provider_kind_words,
        "part": part_words,
        "technique": technique_words,
        "carrier": carrier_words,
        "plan": plan_words,
        "gender": gender_words,
        "language": language_words,
        "neighborhood": neighborhood_words,
        "staffing": lambda _code: _("Full-time staff only"),
        "collaborates": lambda _code: _("Works with a doctor"),
        "first_consult": lambda _code: _("Short first consult"),
        "instant": lambda _code: _("Confirmed at once"),
        "age": lambda years: _("For somebody aged %(years)s", years=int(years)) if years.isascii() and years.isdigit() else years,
        "max_price": lambda cents: _("Up to $%(dollars)s", dollars=int(cents) // 100) if cents.isascii() and cents.isdigit() else cents,
    }
    chosen = [(name, value) for name in words for value in fields.getlist(name) if _known(words[name], value)]
    return [{"label": words[name](value), "href": href(fields, (name, value))} for name, value in chosen]


def clear_href(fields: Fields) -> str:
    """The query alone, without any filter."""
    kept = ("condition", "near", "when", "date", "minutes", "sort")
    words: dict[str, Any] = {name: fields[name] for name in kept if name in fields}
    return url_for("openings.search", **words)


def sorts(fields: Fields) -> list[Words]:
    """The orders one can choose; the nearest first only where somebody said where they are."""
    words = {"soonest": _("Soonest"), "distance": _("Nearest"), "price": _("Price"), "rating": _("Rating")}
    chosen = fields.get("sort", "soonest")
    offered = [code for code in words if code != "distance" or fields.get("near")]
    return [{"label": words[code], "href": href(fields, sort=code), "current": code == chosen} for code in offered]
