"""Every start at which a wish is free in a window, with one provider or with anybody: for whoever waits for a time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from booking.openings.catalogue import tables_for
from booking.openings.queries.listing import judge_opening
from booking.openings.queries.nearby import near_of, starts_of
from booking.openings.queries.roster import roster_of
from booking.openings.rules.alternatives import StartsOf
from booking.openings.rules.asking import Wish
from booking.openings.rules.candidates import Candidate, Tables
from booking.openings.rules.doors import Doors
from booking.openings.rules.search import find
from booking.openings.rules.wanted import SearchQuery
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.intervals import Span
from marketplace.kernel.walltime import from_minute, to_minute_up
from providers.profiles.rules import MOBILE, ProviderFacts

Free = tuple[ProviderFacts, Wish, int]
RADIUS_METERS = 5_000
MOST_PROVIDERS = 20


def free_with(session: Session, provider_id: int, wish: Wish, window: Span, now: datetime) -> list[Free]:
    """The starts of a wish with one provider in a window of epoch minutes; none where they cannot be booked for it."""
    known, tables = _looked_up(session, now)
    own = next((one for one in known if one.facts.id == provider_id), None)
    return [] if own is None else _free(own, wish, tables, window, now)


def free_with_anybody(
    session: Session, wish: Wish, window: Span, parts: frozenset[str], now: datetime, doors: Doors | None = None
) -> list[Free]:
    """The starts of a visit of this length and setting with whoever gives it, first visits left out, the soonest twenty providers.

    A clinic may be five kilometers from the ZIP code, where there is one. The service of the wish does not count.
    `doors` are those of whoever waits.
    """
    known, tables = _looked_up(session, now, doors)
    near = near_of(None, wish)
    low = max(window[0], to_minute_up(now))
    if low >= window[1] or (near is None and wish.setting in MOBILE):
        return []
    query = SearchQuery(
        low, window[1], near, RADIUS_METERS, parts=parts, minutes=wish.minutes, settings=frozenset({wish.setting}), limit=MOST_PROVIDERS
    )
    by_id = {one.facts.id: one for one in known}
    matched = [
        (by_id[one.facts.id], Wish(one.service.code, one.minutes, one.setting, one.zip)) for one in find(known, query, tables, now).items
    ]
    return [free for own, theirs in matched for free in _free(own, theirs, tables, window, now)]


@dataclass(frozen=True)
class ProviderTime:
    """One provider's time in a window: their starts by wish, and why a start is not free."""

    facts: ProviderFacts
    starts_of: StartsOf
    why_not: Callable[[Wish, int], tuple[str, str]]


def time_of(session: Session, slug: str, window: Span, now: datetime) -> ProviderTime:
    """A listed provider's time in a window of epoch minutes. Raises NotFound."""
    known, tables = _looked_up(session, now)
    own = next((one for one in known if one.facts.slug == slug), None)
    if own is None:
        raise NotFound("not_found", "There is no such provider.")
    low, high = max(window[0], to_minute_up(now)), max(window[1], to_minute_up(now) + 1)
    listed = lru_cache(maxsize=64)(starts_of(own, tables, (low, high), now))

    def why_not(wish: Wish, start: int) -> tuple[str, str]:
        try:
            judgement = judge_opening(session, own.facts, wish, from_minute(start), now)
        except Refused as refusal:
            return refusal.code, refusal.sentence
        return judgement.code, judgement.sentence

    return ProviderTime(own.facts, listed, why_not)


def _looked_up(session: Session, now: datetime, doors: Doors | None = None) -> tuple[Collection[Candidate], Tables]:
    known, policies = roster_of(session).candidates(session, now)
    return known, tables_for(policies, doors)


def _free(own: Candidate, wish: Wish, tables: Tables, window: Span, now: datetime) -> list[Free]:
    low = max(window[0], to_minute_up(now))
    if low >= window[1]:
        return []
    return [(own.facts, wish, start) for start in starts_of(own, tables, (low, window[1]), now)(wish)]
