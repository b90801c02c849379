"""Who could see two people side by side, and when: the same candidates and the same question as any search."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from booking.openings.catalogue import tables_for
from booking.openings.queries.roster import roster_of
from booking.openings.rules.asking import Wish, ask
from booking.openings.rules.candidates import Candidate, Tables
from booking.openings.rules.doors import Doors, at_their_door
from booking.openings.rules.judging import judge_start
from booking.openings.rules.pairs import Pair, Side, find_pairs
from booking.openings.rules.search import Found, find
from booking.openings.rules.starts import find_starts
from booking.openings.rules.wanted import SearchQuery, part_spans
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import to_minute_up
from providers.profiles.rules import PlaceFacts

MOST_SIDES = 40


def pairs_free(
    session: Session, query: SearchQuery, now: datetime, most: int, beside: str | None = None, doors: Doors | None = None
) -> list[Pair]:
    """Pairs of therapists who are free side by side for a search in one setting, the soonest first; with `beside` (a slug) theirs alone.

    The forty who are free soonest are looked at. First visits' own services are left out, as in any search. `doors` are the booker's.
    """
    known, policies = roster_of(session).candidates(session, now)
    tables = tables_for(policies, doors)
    wide = replace(query, from_minute=max(query.from_minute, to_minute_up(now)), limit=MOST_SIDES)
    if wide.from_minute >= wide.until_minute:
        return []
    own = next((one for one in known if one.facts.slug == beside), None)
    if beside is not None and own is None:
        return []
    found = {one.facts.id: one for one in find(known, wide, tables, now).items}
    if own is not None:
        found |= {one.facts.id: one for one in find([own], wide, tables, now).items}
    by_id = {one.facts.id: one for one in known}
    sides = [_side(by_id[one.facts.id], one, wide, tables, now) for one in found.values()]
    return find_pairs(sides, most, own.facts.id if own is not None else None)


def _side(own: Candidate, found: Found, query: SearchQuery, tables: Tables, now: datetime) -> Side:
    """One therapist's starts for the wish that the search found with them."""
    facts, window = own.facts, (query.from_minute, query.until_minute)
    wish = at_their_door(tables.doors, facts.id, Wish(found.service.code, found.minutes, found.setting, found.zip))
    travel = tables.traveler(facts.area.mode) if facts.area else None
    question = ask(
        facts, wish, found.service, tables.house, taken=own.taken(*window, now), travel=travel, now=now,
        from_minute=window[0], until_minute=window[1],
    )  # fmt: skip
    question = replace(question, full=own.full(*window, now))
    spans = part_spans(query.parts, *window)
    starts = [start for start in find_starts(question) if spans is None or _within(start, spans)]
    places = {place.id: place for place in facts.places}

    @cache
    def place_of(start: int) -> PlaceFacts | None:
        place_id = judge_start(question, start).place_id
        return None if place_id is None else places.get(place_id)

    return Side(facts, wish, starts, place_of)


def _within(start: int, spans: list[Span]) -> bool:
    return any(begin <= start < end for begin, end in spans)
