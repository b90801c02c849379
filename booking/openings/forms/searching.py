"""The parameters of a search, as programs send them and as the search page translates its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from werkzeug.datastructures import MultiDict

from booking.openings.forms.cursors import Kept, open_cursor, seal_cursor
from booking.openings.forms.windows import read_window
from booking.openings.rules.kinds import PROVIDER_KINDS
from booking.openings.rules.search import Position
from booking.openings.rules.wanted import CALLS, GENDERS, PARTS, SETTINGS, SORTS, Near, SearchQuery
from marketplace.kernel.errors import FieldFault, Malformed, Refused
from marketplace.webkit.reading import Fields
from providers.insurers import catalogue as insurers
from providers.places import gazetteer
from providers.places.geocoders import ResolvedPlace
from providers.profiles.rules import MOBILE
from providers.schedule.rules.clinics import CLINIC_KINDS
from providers.services import catalogue
from providers.services.rules.calls import CALL_MINUTES

SINGLE = (
    "near", "radius_km", "from", "to", "minutes", "condition", "max_price_cents", "staffing", "collaborates", "first_consult", "instant",
    "age", "sort", "limit", "cursor",
)  # fmt: skip
SEVERAL = ("part", "setting", "place_kind", "provider_kind", "technique", "neighbourhood", "gender", "language", "carrier", "plan")
NUMBERS = ("minutes", "max_price_cents", "limit", "age")
FLAGS = {"1": True, "true": True, "0": False, "false": False}
MOST_ITEMS, OLDEST = 50, 120
USUAL_MINUTES, FIRST_CONSULT_MINUTES = 60, 30
FARTHEST_KM = 30.0
NO_PLACE = "A visit at your place needs to know where that is: a ZIP code, a neighborhood or an address."
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Locate = Callable[[str], ResolvedPlace]


@dataclass(frozen=True)
class Asked:
    """A search as asked for: the query, the position to go on from, and what a cursor must carry to go on from here."""

    query: SearchQuery
    after: Position | None
    mark: str


def read_search(args: MultiDict[str, str], locate: Locate, now: datetime) -> Asked:
    """A query string as a search. Lists may be repeated or divided by commas.

    Raises Malformed `unknown_field`, `bad_date`, `naive_datetime`, `bad_cursor`; Refused `unknown_place`, `outside_manhattan`,
    `zip_needed`, `place_needed`, `too_long`, `past`, and `invalid` with every fault.
    """
    fields = Fields(_typed(args))
    cursor = fields.text("cursor", None, longest=4000)
    mark = _mark(args)
    texts = {name: fields.text(name, None, longest=200) for name in ("near", "from", "to")}
    numbers = _numbers(fields)
    chosen = _chosen(fields)
    collaborates, first_consult, instant = (_flag(fields, name) for name in ("collaborates", "first_consult", "instant"))
    full_time = fields.choice("staffing", ("full_time",), None) is not None
    sort = fields.choice("sort", SORTS, "soonest")
    for name in SINGLE:
        if len(args.getlist(name)) > 1:
            fields.fault(name, "This may be given once.")
    if chosen["settings"] & CALLS:
        numbers["minutes"] = _check_call(fields, chosen, numbers["minutes"], first_consult=first_consult)
    fields.finish()
    if cursor is not None:
        return _resumed(cursor, mark, numbers["limit"], set(args) - {"cursor", "limit"})
    low, high = read_window(texts["from"], texts["to"], now)
    near = None if texts["near"] is None else as_near(locate(texts["near"]))
    need_place(chosen["settings"], near, sort)
    numbers["minutes"] = numbers["minutes"] or (FIRST_CONSULT_MINUTES if first_consult else USUAL_MINUTES)
    choices = {
        **numbers,
        **chosen,
        "full_time": full_time,
        "collaborates": collaborates,
        "first_consult": first_consult,
        "instant": instant,
    }
    return Asked(SearchQuery(low, high, near, sort=sort, **choices), None, mark)


def _check_call(fields: Fields, chosen: Mapping[str, Any], minutes: int | None, *, first_consult: bool) -> int:
    """The length of a call; what cannot be asked of one is noted as a fault."""
    if chosen["settings"] != CALLS:
        fields.fault("setting", "A call is no visit: search for calls alone.")
    if minutes not in (None, CALL_MINUTES):
        fields.fault("minutes", f"An introductory call lasts {CALL_MINUTES} minutes.")
    elsewhere = {"place_kind": chosen["place_kinds"], "neighbourhood": chosen["neighborhoods"], "first_consult": first_consult}
    for name, asked in elsewhere.items():
        if asked:
            fields.fault(name, "A call takes place nowhere and is no first visit.")
    return CALL_MINUTES


def _typed(args: MultiDict[str, str]) -> dict[str, object]:
    """Texts as the values that programs would send as JSON. What cannot be read stays text, for its reader to refuse."""
    typed: dict[str, object] = {}
    for name in args:
        text = args[name].strip()
        if name in SEVERAL:
            typed[name] = [word.strip() for given in args.getlist(name) for word in given.split(",") if word.strip()]
        elif text or name not in SINGLE:
            typed[name] = int(text) if name in NUMBERS and re.fullmatch(r"\d{1,9}", text) else text
    return typed


def _numbers(fields: Fields) -> dict[str, Any]:
    text = fields.text("radius_km", None)
    radius_km = 5.0
    if text is not None:
        radius_km = float(text) if re.fullmatch(r"\d{1,3}(\.\d{1,4})?", text) else 0.0
        if not 0 < radius_km <= FARTHEST_KM:
            fields.fault("radius_km", f"This must be a number of kilometers, at most {FARTHEST_KM:g}.")
    return {
        "radius_meters": round(radius_km * 1000),
        "minutes": fields.integer("minutes", None, least=1, most=480),
        "max_price_cents": fields.integer("max_price_cents", None, most=10_000_000),
        "limit": fields.integer("limit", 20, least=1, most=MOST_ITEMS),
        "age": fields.integer("age", None, least=0, most=OLDEST),
    }


def _chosen(fields: Fields) -> dict[str, Any]:
    known = {
        "part": PARTS,
        "setting": (*SETTINGS, *CALLS),
        "place_kind": CLINIC_KINDS,
        "provider_kind": PROVIDER_KINDS,
        "technique": catalogue.techniques(),
        "gender": GENDERS,
        "carrier": insurers.table().carriers,
        "plan": insurers.table().plans,
    }
    found = {name: _several(fields, name, choices) for name, choices in known.items()}
    hoods = _several(fields, "neighbourhood", {hood.code for hood in gazetteer.neighborhoods()})
    languages = frozenset(fields.texts("language", []) or [])
    if not all(_LANGUAGE.fullmatch(code) for code in languages):
        fields.fault("language", "Languages are codes such as en, es or zh.")
    condition = fields.choice("condition", catalogue.conditions(), None)
    return {
        "parts": found["part"],
        "settings": found["setting"],
        "place_kinds": found["place_kind"],
        "provider_kinds": found["provider_kind"],
        "techniques": found["technique"],
        "genders": found["gender"],
        "carriers": found["carrier"],
        "plans": found["plan"],
        "neighborhoods": hoods,
        "languages": languages,
        "condition": condition,
    }


def _several(fields: Fields, name: str, choices: Iterable[str]) -> frozenset[str]:
    return frozenset(fields.choices(name, choices, []) or [])


def _flag(fields: Fields, name: str) -> bool:
    text = fields.text(name, None)
    if text is None:
        return False
    if text.lower() not in FLAGS:
        fields.fault(name, "This must be 1 or 0.")
    return FLAGS.get(text.lower(), False)


def as_near(place: ResolvedPlace) -> Near:
    """A place on the map as a search wants it."""
    return Near(place.label, place.latitude, place.longitude, place.zip, place.neighborhood_code, place.precision)


def need_place(settings: frozenset[str], near: Near | None, sort: str) -> None:
    """Refuse what cannot be answered without knowing where. Raises Refused `zip_needed`, `place_needed`."""
    if near is None and settings and settings <= MOBILE:
        raise Refused("zip_needed", NO_PLACE, faults=[FieldFault("near", NO_PLACE)])
    if near is None and sort == "distance":
        sentence = "Sorting by distance needs to know from where: a ZIP code, a neighborhood or an address."
        raise Refused("place_needed", sentence, faults=[FieldFault("near", sentence)])


def write_cursor(asked: Asked, after: Position) -> str:
    """An opaque text that goes on behind `after` in the very same search: the same window, the same place."""
    return seal_cursor(Kept(asked.query, after, asked.mark))


def _resumed(cursor: str, mark: str, limit: int, others: set[str]) -> Asked:
    """The search that a cursor belongs to. Other parameters may be repeated, but not changed."""
    kept = open_cursor(cursor)
    if others and kept.mark != mark:
        raise Malformed("bad_cursor", "This cursor belongs to another search. Begin again without it.")
    return Asked(replace(kept.query, limit=limit), kept.after, kept.mark)


def _mark(args: MultiDict[str, str]) -> str:
    """A short name of what was asked, apart from cursor and limit."""
    pairs = sorted((name, value) for name, value in args.items(multi=True) if name not in {"cursor", "limit"})
    return sha256(repr(pairs).encode()).hexdigest()[:16]
