"""Two more visits of the named client with the named therapist: one with something added, one that the therapist canceled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from booking.appointments.rules.states import PROVIDER
from booking.demo.rules.outcomes import left_by
from booking.demo.rules.people import Client
from booking.demo.rules.visits import Choice, Diary
from booking.openings.rules.starts import find_starts
from booking.quotes.rules.agreed import agreed_from_dict
from providers.services.rules.requests import AT_ONCE

DAYS_AHEAD = range(4, 12)
BOOKED_BEFORE, CANCELED_BEFORE = timedelta(days=2), timedelta(hours=3)


def draw_scenes(diary: Diary, client: Client) -> None:
    """Put both into the diary in the coming days; one that fits nowhere is left out. No dice of others are thrown."""
    at = diary.world.now.replace(microsecond=0) - BOOKED_BEFORE
    choice = _with_something_to_add(diary)
    if choice is None:
        return
    for begin in _free(diary, choice, client, at):
        warm = next(one.code for one in choice.service.add_ons if one.minutes == 0)
        diary.put(choice, client, begin, at, (warm,))
        break
    for begin in _free(diary, choice, client, at):
        _leave(diary, choice, client, begin, at)
        break


def _with_something_to_add(diary: Diary) -> Choice | None:
    """A visit at a clinic that anybody can have at once, to which something can be added that takes no time."""
    fits = (
        choice
        for choice in diary.choices
        if choice.setting == "clinic" and choice.service.by_request == AT_ONCE and not choice.service.first_visit_only
        if any(one.minutes == 0 for one in choice.service.add_ons)
    )
    return next(fits, None)


def _free(diary: Diary, choice: Choice, client: Client, at: datetime) -> Iterator[int]:
    for ahead in DAYS_AHEAD:
        for begin in find_starts(diary.question(choice, None, diary.today + timedelta(days=ahead), at)):
            if diary.town.free(client, begin, begin + choice.minutes):
                yield begin


def _leave(diary: Diary, choice: Choice, client: Client, begin: int, at: datetime) -> None:
    """The therapist cancels what was booked, some hours ago, and gives what their terms promise."""
    visit = diary.put(choice, client, begin, at)
    outcome = left_by(agreed_from_dict(visit.quote["terms"]), PROVIDER, diary.world.now.replace(microsecond=0) - CANCELED_BEFORE)
    if outcome is not None:
        diary.visits[-1] = replace(visit, outcome=outcome, events=(*visit.events, *outcome.events))
