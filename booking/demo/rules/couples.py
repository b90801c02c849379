"""Two people side by side in the sample town: one start that two therapists of one clinic both have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from booking.demo.rules.chance import public_id
from booking.demo.rules.meetings import Half, Visit
from booking.demo.rules.people import Client
from booking.demo.rules.visits import Choice, Diary
from booking.openings.rules.judging import judge_start
from booking.openings.rules.pairs import in_one_place
from booking.openings.rules.starts import find_starts
from providers.services.rules.requests import AT_ONCE

LENGTH = 60
DAYS_AHEAD = range(2, 10)
BOOKED_BEFORE = timedelta(hours=20)


def draw_couple(diaries: Sequence[Diary], booker: Client, brought: Client) -> None:
    """Put two visits at one start into the diaries of two therapists of one clinic, in the coming days; none where nobody is free so."""
    for one, other in combinations(diaries, 2):
        own, theirs = _plain(one), _plain(other)
        if own is None or theirs is None:
            continue
        for begin in _shared(one, own, other, theirs):
            free = all(one.town.free(client, begin, begin + LENGTH) for client in (booker, brought))
            if free:
                couple = public_id(one.chance)
                _put(one, own, booker, begin, couple, first=True)
                _put(other, theirs, brought, begin, couple, first=False)
                return


def _plain(diary: Diary) -> Choice | None:
    """An hour at a clinic that anybody can have, confirmed at once."""
    fits = (
        choice
        for choice in diary.choices
        if choice.setting == "clinic" and choice.minutes == LENGTH and choice.service.by_request == AT_ONCE
        if not choice.service.first_visit_only
    )
    return next(fits, None)


def _shared(one: Diary, own: Choice, other: Diary, theirs: Choice) -> Iterator[int]:
    at = one.world.now.replace(microsecond=0) - BOOKED_BEFORE
    for ahead in DAYS_AHEAD:
        day = one.today + timedelta(days=ahead)
        here, there = one.question(own, None, day, at), other.question(theirs, None, day, at)
        free = set(find_starts(there))
        places = ({place.id: place for place in diary.facts.places} for diary in (one, other))
        mine, others = places
        for begin in find_starts(here):
            if begin in free and in_one_place(
                mine.get(judge_start(here, begin).place_id or 0), others.get(judge_start(there, begin).place_id or 0)
            ):
                yield begin


def _put(diary: Diary, choice: Choice, client: Client, begin: int, couple: str, *, first: bool) -> None:
    at = diary.world.now.replace(microsecond=0) - BOOKED_BEFORE
    visit: Visit = diary.put(choice, client, begin, at)
    diary.visits[-1] = replace(visit, half=Half(couple, public_id(diary.chance), first))
