"""How a search that found nothing is asked again: one thing given up at a time, the smallest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from booking.openings.rules.wanted import SearchQuery
from marketplace.kernel.walltime import DAY_MINUTES, day_begin, local_day

LATER, OTHER_PART, FARTHER = "later", "other_part", "farther"
OTHER_SETTING, OTHER_MINUTES, FEWER = "other_setting", "other_minutes", "fewer_wishes"
ANY_INSURER = "any_insurer"
WORDS = {
    LATER: "Later",
    OTHER_PART: "At another time of day",
    FARTHER: "From farther away",
    OTHER_SETTING: "In another setting",
    OTHER_MINUTES: "{minutes} minutes instead of {wished}",
    ANY_INSURER: "Has not stated your insurer or plan",
    FEWER: "With fewer wishes",
}
LATER_DAYS = 30
FARTHEST_METERS = 30_000
OTHER_LENGTHS = 2


def widened(query: SearchQuery, lengths: Sequence[int]) -> Iterator[tuple[str, str, SearchQuery]]:
    """The wider searches for a single best start each: a code, words for a person, the search. `lengths` are those anybody offers.

    None of them is `query` itself.
    """
    later = replace(query, until_minute=day_begin(local_day(query.until_minute) + timedelta(days=LATER_DAYS)))
    tries = [
        (LATER, WORDS[LATER], later),
        (OTHER_PART, WORDS[OTHER_PART], replace(query, parts=frozenset(), until_minute=query.until_minute + DAY_MINUTES)),
        (FARTHER, WORDS[FARTHER], replace(query, radius_meters=FARTHEST_METERS, neighborhoods=frozenset())),
        (OTHER_SETTING, WORDS[OTHER_SETTING], replace(query, settings=frozenset(), place_kinds=frozenset())),
        *((OTHER_MINUTES, *_with_length(query, minutes)) for minutes in _closest(lengths, query.minutes)),
        (ANY_INSURER, WORDS[ANY_INSURER], replace(query, carriers=frozenset(), plans=frozenset())),
        (FEWER, WORDS[FEWER], replace(_plain(later), minutes=_offered(lengths, query.minutes))),
    ]
    for code, words, wider in _of_calls(tries) if query.for_calls else tries:
        single = replace(wider, sort="soonest", limit=1)
        if single != replace(query, sort="soonest", limit=1):
            yield code, words, single


def _of_calls(tries: Sequence[tuple[str, str, SearchQuery]]) -> list[tuple[str, str, SearchQuery]]:
    """What can be given up of a search for calls, which take place nowhere and have one length."""
    return [one for one in tries if one[0] in (LATER, OTHER_PART, ANY_INSURER)]


def _with_length(query: SearchQuery, minutes: int) -> tuple[str, SearchQuery]:
    return WORDS[OTHER_MINUTES].format(minutes=minutes, wished=query.minutes), replace(query, minutes=minutes)


def _closest(lengths: Sequence[int], minutes: int) -> list[int]:
    return sorted((one for one in lengths if one != minutes), key=lambda one: (abs(one - minutes), one))[:OTHER_LENGTHS]


def _offered(lengths: Sequence[int], minutes: int) -> int:
    """The wished length, or the closest where nobody offers it."""
    return minutes if minutes in lengths or not lengths else _closest(lengths, minutes)[0]


def _plain(query: SearchQuery) -> SearchQuery:
    """The same need at the same place without the other filters."""
    return SearchQuery(
        query.from_minute, query.until_minute, query.near, FARTHEST_METERS, minutes=query.minutes, condition=query.condition, limit=1
    )
