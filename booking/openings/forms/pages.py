"""The search page's own words for what programs ask with dates and codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from werkzeug.datastructures import MultiDict

from booking.openings.forms.searching import Asked, Locate, read_search
from marketplace.kernel.errors import FieldFault, Malformed, Refused
from marketplace.kernel.walltime import from_minute, local_day, to_minute, wall_spans
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import read_date
from providers.services.rules.calls import PHONE

WHENS = ("soonest", "today", "evening", "tomorrow", "date")
SAME = (
    "condition",
    "near",
    "minutes",
    "technique",
    "gender",
    "language",
    "staffing",
    "collaborates",
    "first_consult",
    "instant",
    "part",
    "setting",
    "place_kind",
    "provider_kind",
    "carrier",
    "plan",
    "age",
)
RENAMED = {"neighborhood": "neighbourhood", "max_price": "max_price_cents"}
KNOWN = (*SAME, *RENAMED, "when", "date", "sort", "cursor")
PER_PAGE = 10
DAY_BEGINS, EVENING_BEGINS, DAY_ENDS = 5 * 60, 17 * 60, 29 * 60
"""Wall minutes of a day as people speak of it: what starts after midnight belongs to the evening before, until 5 AM."""


@dataclass(frozen=True)
class Typed:
    """What stands in the page's fields, and the search it means; `asked` is None where something is wrong, and `faults` says what."""

    fields: MultiDict[str, str]
    asked: Asked | None
    faults: dict[str, str] = field(default_factory=dict)
    code: str = ""
    suggestions: tuple[str, ...] = ()


def read_page(args: MultiDict[str, str], locate: Locate, now: datetime) -> Typed:
    """The page's query string. Nothing is raised: what was typed stays, with the fault beside its field.

    What is not ours is ignored, and so is a cursor of yesterday: the search begins anew.
    """
    typed: MultiDict[str, str] = MultiDict([(name, text.strip()) for name in KNOWN for text in args.getlist(name) if text.strip()])
    try:
        return Typed(typed, read_search(_translated(typed, now), locate, now))
    except (Malformed, Refused) as refusal:
        if refusal.code == "bad_cursor":
            return read_page(MultiDict([pair for pair in typed.items(multi=True) if pair[0] != "cursor"]), locate, now)
        found = refusal.details.get("suggestions", ())
        suggestions = tuple(map(str, found)) if isinstance(found, tuple | list) else ()
        return Typed(typed, None, _faults(refusal), refusal.code, suggestions)


def _faults(refusal: Malformed | Refused) -> dict[str, str]:
    """Each fault beside the page's field it belongs to."""
    names = {**{new: old for old, new in RENAMED.items()}, "from": "date", "to": "date"}
    by_code = {"unknown_place": "near", "outside_manhattan": "near", "bad_date": "date", "past": "date"}
    if refusal.code in by_code:
        return {by_code[refusal.code]: refusal.sentence}
    return {names.get(fault.field, fault.field): fault.message for fault in refusal.faults} or {"": refusal.sentence}


def _translated(typed: MultiDict[str, str], now: datetime) -> MultiDict[str, str]:
    names = {**{name: name for name in (*SAME, "sort", "cursor")}, **RENAMED}
    args: MultiDict[str, str] = MultiDict([(theirs, text) for ours, theirs in names.items() for text in typed.getlist(ours)])
    if args.getlist("setting") == [PHONE]:
        for name in ("minutes", "place_kind", "neighbourhood", "first_consult"):
            args.poplist(name)
    args["limit"] = str(PER_PAGE)
    args.update(_window(typed.get("when", WHENS[0]), typed.get("date"), now))
    return args


def _window(when: str, day: str | None, now: datetime) -> dict[str, str]:
    """The window that a word means. This evening is from 5 PM, a day from 5 AM, both until 5 AM."""
    today = local_day(to_minute(now))
    if when == "today":
        return {"to": _span(today, DAY_BEGINS)["to"]}
    if when == "evening":
        return _span(today, EVENING_BEGINS)
    if when == "tomorrow":
        return _span(today + timedelta(days=1), DAY_BEGINS)
    if when == "date":
        if day is None:
            raise Refused("invalid", "Choose a date.", faults=[FieldFault("from", "Choose a date.")])
        return _span(read_date(day), DAY_BEGINS)
    if when not in WHENS:
        raise Refused("invalid", "Choose when.", faults=[FieldFault("when", "Choose one of the list.")])
    return {}


def _span(day: date, begins_minute: int) -> dict[str, str]:
    """From a wall minute of a day until its night is over."""
    begins, ends = wall_spans(day, begins_minute, DAY_ENDS)[0]
    return {"from": rfc3339(from_minute(begins)), "to": rfc3339(from_minute(ends))}
