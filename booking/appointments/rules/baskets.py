"""Several visits in one checkout: what goes together, how many, and until when they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.appointments.rules.holding import hold_ends_at
from marketplace.kernel.intervals import Span
from providers.profiles.rules import MOBILE
from providers.services.rules.calls import PHONE

MOST_TOGETHER = 8
# Each visit that is added keeps all of them for ten minutes more, but nothing is kept longer than this after the first was held.
LONGEST_TOGETHER = timedelta(minutes=30)


@dataclass(frozen=True)
class Kept:
    """A visit as far as it bears on others of the same checkout: with which provider, when in epoch minutes, where, and of what kind."""

    provider_id: int
    span: Span
    setting: str
    zip: str | None
    first_visit_only: bool = False


@dataclass(frozen=True)
class BasketFault:
    """Why a visit cannot be added, as a code and a sentence."""

    code: str
    sentence: str


def basket_fault(kept: Sequence[Kept], wished: Kept) -> BasketFault | None:
    """What keeps a visit from being booked together with those that are kept; None where nothing does.

    The visits are one person's: they cannot overlap. Visits at the client's place are at one address, which is asked once.
    """
    if wished.setting == PHONE:
        return BasketFault("not_bookable", "A free call is booked by itself.")
    if len(kept) >= MOST_TOGETHER:
        return BasketFault("basket_full", f"At most {MOST_TOGETHER} visits are booked in one checkout. Book these first.")
    if any(one.span[0] < wished.span[1] and wished.span[0] < one.span[1] for one in kept):
        return BasketFault("overlaps_own", "You hold another visit at that time. Choose a time that does not overlap it.")
    if wished.setting in MOBILE and any(one.setting in MOBILE and (one.setting, one.zip) != (wished.setting, wished.zip) for one in kept):
        return BasketFault("one_address", "In one checkout all visits at your place are at one address. Book others by themselves.")
    if wished.first_visit_only and any(one.first_visit_only and one.provider_id == wished.provider_id for one in kept):
        return BasketFault("not_bookable", "There is one first visit with a therapist. Choose another service for the next one.")
    return None


def basket_ends_at(first_held_at: datetime, now: datetime) -> datetime:
    """Until when all visits of a basket are kept once one is added now."""
    return min(hold_ends_at(now), first_held_at + LONGEST_TOGETHER)


def joins_others(held_at: datetime, expires_at: datetime) -> bool:
    """Whether another visit can be added to a hold: one that is kept longer than a basket may be (an offer of the waitlist) stays alone."""
    return expires_at - held_at <= LONGEST_TOGETHER
