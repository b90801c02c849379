"""What comes nearest to a start, or to a search, that cannot be had; all of it from what was committed before the call began."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from booking.openings.catalogue import tables_for
from booking.openings.queries.roster import roster_of
from booking.openings.rules.alternatives import (
    COLLEAGUE,
    OTHER_PROVIDER,
    Alternative,
    MayHold,
    StartsOf,
    anybody,
    colleague_words,
    enough,
    own_alternatives,
    provider_words,
    window_around,
)
from booking.openings.rules.asking import Wish, ask, offered_service
from booking.openings.rules.candidates import Candidate, Tables
from booking.openings.rules.doors import Doors, at_their_door
from booking.openings.rules.search import Found, find
from booking.openings.rules.starts import find_starts
from booking.openings.rules.wanted import Near, SearchQuery
from booking.openings.rules.widening import widened
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import DAY_MINUTES, to_minute, to_minute_up
from providers.places import gazetteer
from providers.places.rules.geometry import Point, distance_meters
from providers.profiles.rules import MOBILE
from providers.schedule.rules.time_off import meeting

NEAR_ZIPS = 2
OTHERS = 3
OTHERS_METERS = 5_000
OTHERS_WITHIN_DAYS = (1, 7)
SOON_DAYS = 14


def alternatives_to(
    session: Session, slug: str, wish: Wish, starts_at: datetime, now: datetime, may_hold: MayHold = anybody,
    *, doors: Doors | None = None,
) -> list[Alternative]:  # fmt: skip
    """What could be held instead of a start with a provider: theirs first, then other providers'. Each can be held at `now`.

    Other providers are proposed where the one wished for has little that day. `may_hold` says what the one who asks may hold,
    `doors` what the way to their door takes.
    """
    known, policies = roster_of(session).candidates(session, now)
    tables = tables_for(policies, doors)
    wanted, own = to_minute(starts_at), next((one for one in known if one.facts.slug == slug), None)
    found: list[Alternative] = []
    meantime: list[Alternative] = []
    if own is not None:
        latest = to_minute(now) + own.facts.rules.horizon_days * DAY_MINUTES
        window = window_around(min(wanted, latest), to_minute_up(now))
        found = own_alternatives(own.facts, wish, wanted, starts_of(own, tables, window, now), may_hold, _near_zips(own, wish))
        meantime = _of_colleague(known, own, wish, wanted, tables, now, may_hold=may_hold)
    if meantime:
        return meantime + found
    return found if enough(found) else found + _of_others(known, own, wish, wanted, tables, now, may_hold=may_hold)


def _of_colleague(
    known: Collection[Candidate], own: Candidate, wish: Wish, wanted: int, tables: Tables, now: datetime, *, may_hold: MayHold
) -> list[Alternative]:
    """Starts of the colleague whom the provider has named for the time in which the wished start lies, if they are away then."""
    away = meeting(own.facts.aways, wanted, wanted + wish.minutes)
    named = [one for one in known if away is not None and one.facts.id == away.colleague_id]
    if not named:
        return []
    words = colleague_words(own.facts, named[0].facts)
    found = _of_others([own, *named], own, wish, wanted, tables, now, may_hold=may_hold)
    return [replace(one, reason=COLLEAGUE, words=words) for one in found]


def nearest_to(session: Session, query: SearchQuery, now: datetime, most: int, doors: Doors | None = None) -> list[tuple[str, str, Found]]:
    """For a search that found nothing the starts that come nearest: a code, its words, and who; at most `most`, each start once."""
    known, policies = roster_of(session).candidates(session, now)
    tables, lengths = tables_for(policies, doors), sorted(offered_lengths(known))
    found: list[tuple[str, str, Found]] = []
    for code, words, wider in widened(query, lengths):
        if len(found) == most:
            break
        best = next(iter(find(known, wider, tables, now).items), None)
        if best is not None and all(_same(best, other) is False for _, _, other in found):
            found.append((code, words, best))
    return found


def offered_lengths(known: Collection[Candidate]) -> set[int]:
    """The lengths in minutes that anybody offers."""
    return {minutes for one in known for service in one.facts.services for minutes in service.prices}


def _same(one: Found, other: Found) -> bool:
    return (one.facts.id, one.starts[0], one.setting, one.minutes) == (other.facts.id, other.starts[0], other.setting, other.minutes)


def starts_of(own: Candidate, tables: Tables, window: tuple[int, int], now: datetime) -> StartsOf:
    """The provider's starts by wish, from the same question as any hold's, the way to the asker's door with it."""
    low, high = window
    facts, taken, full = own.facts, own.taken(low, high, now), own.full(low, high, now)
    travel = tables.traveler(facts.area.mode) if facts.area else None

    def starts(wanted: Wish) -> Sequence[int]:
        wish = at_their_door(tables.doors, facts.id, wanted)
        try:
            service = offered_service(facts, wish)
        except Refused:
            return ()
        question = ask(facts, wish, service, tables.house, taken=taken, travel=travel, now=now, from_minute=low, until_minute=high)
        return find_starts(replace(question, full=full))

    return starts


def _near_zips(own: Candidate, wish: Wish) -> list[str]:
    """The areas a provider comes to that lie nearest to the one wished for."""
    area = gazetteer.find_zip(wish.zip) if wish.zip else None
    if own.facts.area is None or area is None:
        return []
    here = Point(area.latitude, area.longitude)
    infos = [info for info in gazetteer.zips() if info.zip in own.facts.area.covered_zips and info.zip != area.zip]
    infos.sort(key=lambda info: (distance_meters(here, Point(info.latitude, info.longitude)), info.zip))
    return [info.zip for info in infos[:NEAR_ZIPS]]


def _of_others(
    known: Collection[Candidate], own: Candidate | None, wish: Wish, wanted: int, tables: Tables, now: datetime, *, may_hold: MayHold
) -> list[Alternative]:
    """Other providers for the same setting: from the wished start on, else the soonest, else in the nearest length that anybody offers.

    They work with one of the same techniques, where those are known.
    """
    near = near_of(own, wish)
    if wish.setting in MOBILE and near is None:
        return []
    others = [one for one in known if one is not own]
    service = own.facts.service(wish.service) if own else None
    soonest = to_minute_up(now)
    low = max(wanted, soonest)
    windows = [(low, low + days * DAY_MINUTES) for days in OTHERS_WITHIN_DAYS] + [(soonest, soonest + SOON_DAYS * DAY_MINUTES)]
    lengths = sorted(offered_lengths(others), key=lambda length: (abs(length - wish.minutes), length))
    tries = [(window, wish.minutes) for window in windows] + [(windows[-1], length) for length in lengths[:1] if length != wish.minutes]
    for window, minutes in tries:
        query = SearchQuery(
            *window,
            near,
            OTHERS_METERS,
            minutes=minutes,
            settings=frozenset({wish.setting}),
            techniques=frozenset(service.techniques if service else ()),
            limit=OTHERS,
        )
        found = [_other(one) for one in find(others, query, tables, now).items]
        allowed = [one for one in found if may_hold(one.facts, one.wish, one.start_minute)]
        if allowed:
            return allowed
    return []


def _other(found: Found) -> Alternative:
    wish = Wish(found.service.code, found.minutes, found.setting, found.zip)
    return Alternative(OTHER_PROVIDER, found.facts, wish, found.starts[0], provider_words(found.facts))


def near_of(own: Candidate | None, wish: Wish) -> Near | None:
    """Where the visit would be: in its ZIP area, or around the clinic that was chosen."""
    if wish.zip is not None:
        area = gazetteer.find_zip(wish.zip)
        hood = gazetteer.neighborhood_of(Point(area.latitude, area.longitude)) if area else None
        return Near(area.name, area.latitude, area.longitude, area.zip, hood or "") if area else None
    place = own.facts.places[0] if own and own.facts.places else None
    return Near(place.name, place.latitude, place.longitude, place.zip, place.neighborhood) if place else None
