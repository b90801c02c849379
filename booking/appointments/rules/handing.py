"""Handing a booked visit over to a colleague: only to an equal, only at the same time and place, and only if the client says yes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.appointments.rules.states import CONFIRMED
from providers.profiles.rules import PlaceFacts, ProviderFacts, ServiceFacts

OFFERED, ACCEPTED, DECLINED, WITHDRAWN, EXPIRED = "offered", "accepted", "declined", "withdrawn", "expired"
STATES = (OFFERED, ACCEPTED, DECLINED, WITHDRAWN, EXPIRED)

# A client has a day to answer, but must have answered an hour before the visit; with less than half an hour left nothing is offered.
ANSWER = timedelta(hours=24)
LEAD = timedelta(hours=1)
LEAST = timedelta(minutes=30)

LONGEST_REASON = 300
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class VisitToGive:
    """What a colleague must be able to do: the length, the setting, every one of `techniques`, and at least one of `one_of`, if any."""

    minutes: int
    setting: str
    techniques: frozenset[str]
    first_visit_only: bool
    one_of: frozenset[str] = frozenset()


@dataclass(frozen=True)
class HandingVerdict:
    """Whether a visit may be offered to a colleague now, and until when its client may answer."""

    allowed: bool
    code: str
    sentence: str
    answer_by_at: datetime | None = None


def assess_handing(status: str, starts_at: datetime, *, waiting: bool, same_provider: bool, now: datetime) -> HandingVerdict:
    """Whether a hand-over may be offered. Codes: offered, wrong_state, same_provider, handover_waits, too_late."""
    if status != CONFIRMED:
        return HandingVerdict(False, "wrong_state", f"This visit is {status.replace('_', ' ')}, so it cannot be handed over.")
    if same_provider:
        return HandingVerdict(False, "same_provider", "This visit is theirs already.")
    if waiting:
        return HandingVerdict(False, "handover_waits", "A hand-over of this visit waits for its client's answer. Take it back first.")
    answer_by_at = min(now + ANSWER, starts_at - LEAD)
    if answer_by_at < now + LEAST:
        return HandingVerdict(False, "too_late", "The visit is too near: its client would not have time to answer. Call them.")
    return HandingVerdict(True, "offered", "The client is asked.", answer_by_at)


def techniques_needed(chosen: str | None, offered: Collection[str], proven: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Which techniques a colleague must have all of, and of which at least one: the chosen one alone, where one was chosen.

    Else all of the visit's service that take more than the license (`proven`), and one of them at least.
    """
    if chosen is not None:
        return frozenset({chosen}), frozenset()
    return frozenset(offered) & frozenset(proven), frozenset(offered)


def equal_service(visit: VisitToGive, colleague: ProviderFacts, standing: Collection[str]) -> ServiceFacts | None:
    """The colleague's first service that has all of the visit: its length, its setting, its techniques in standing that day."""
    for service in colleague.services:
        usable = set(service.techniques) & set(standing)
        able = visit.techniques <= usable and (not visit.one_of or bool(visit.one_of & usable))
        fits = visit.minutes in service.prices and visit.setting in service.settings
        if able and fits and service.first_visit_only == visit.first_visit_only:
            return service
    return None


def same_place(one: PlaceFacts | None, other: PlaceFacts | None) -> bool:
    """Whether two providers' places are one for the client: rooms of one clinic, or one address."""
    if one is None or other is None:
        return one is other
    if one.clinic_id is not None and one.clinic_id == other.clinic_id:
        return True
    return (one.line1.casefold(), one.zip) == (other.line1.casefold(), other.zip)


def is_open(state: str, answer_by_at: datetime, now: datetime) -> bool:
    """Whether a client may still answer: until the very second."""
    return state == OFFERED and now < answer_by_at
