"""What is held together: locked whole, always in the same order, and judged as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from booking.appointments.changes.pairing import held_for_checkout
from booking.appointments.models import BasketVisit, Hold
from booking.appointments.queries import count_live_holds, get_hold
from booking.appointments.rules.baskets import MOST_TOGETHER
from marketplace.accounts.models import Person
from marketplace.db import wait_turn
from marketplace.kernel.errors import Conflict, Limited
from providers.places.changes import lock_rooms
from providers.registry.changes import lock_provider
from providers.registry.models import Provider
from providers.schedule.models import Claim


@dataclass(frozen=True)
class Locked:
    """A hold, everything that is booked with it (itself too), and by row id the providers, all as they are under their locks."""

    hold: Hold
    together: Sequence[Hold]
    providers: dict[int, Provider]


def lock_checkout(session: Session, public_id: str, person_id: int, more: Iterable[int] = ()) -> Locked:
    """Lock a person's hold with all that is booked with it, and the providers `more` as well. Raises NotFound.

    One person's checkouts wait for each other, so that what belongs together cannot change meanwhile. Nobody who holds a provider waits
    for that turn, and providers are locked in the order of their ids: two who want the same ones cannot wait for each other.
    """
    wait_turn(session, f"checkouts of person {person_id}")
    hold = get_hold(session, public_id, person_id)
    together = held_for_checkout(session, hold)
    providers = lock_providers(session, {*(one.provider_id for one in together), *more})
    for one in together:
        session.refresh(one, with_for_update=True)
    return Locked(hold, together, providers)


def lock_providers(session: Session, provider_ids: Iterable[int]) -> dict[int, Provider]:
    """Lock several providers, by row id, always in the order of their ids, and then the clinics of whose rooms they may take one.

    Raises NotFound.
    """
    locked = {provider_id: lock_provider(session, provider_id) for provider_id in sorted(set(provider_ids))}
    lock_rooms(session, locked)
    return locked


def check_held(hold: Hold, claim: Claim, now: datetime) -> None:
    """Raises Conflict `hold_used` or `hold_expired`. Whoever waited at the lock has an old `now`: others may have taken the minutes."""
    if hold.state == "booked":
        raise Conflict("hold_used", "This time is booked already.")
    if hold.state != "live" or now >= hold.expires_at or not claim.live:
        raise Conflict("hold_expired", "The time was held for ten minutes and is free again. Choose it anew, your answers are kept.")


def take_out(session: Session, hold: Hold, together: Sequence[Hold]) -> None:
    """Take one visit out of its basket; what was typed at its checkout goes on with the first of those that stay."""
    session.execute(delete(BasketVisit).where(BasketVisit.hold_id == hold.id))
    following = next((one for one in together if one.id != hold.id and one.state == "live"), None)
    if following is not None and hold.draft:
        following.draft = {**(following.draft or {}), **hold.draft}


def check_room(session: Session, person_id: int, more: int, origin: str | None, now: datetime) -> None:
    """Whether a person, and a guest's address, may hold so many more in one checkout, counted one after the other. Raises Limited."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    if count_live_holds(session, Hold.person_id == person_id, now) + more > MOST_TOGETHER:
        raise Limited("too_many_holds", f"At most {MOST_TOGETHER} times are held at once. Book what you hold, or let some of it go.")
    if origin is None:
        return
    wait_turn(session, f"holds from {origin}")
    if count_live_holds(session, Hold.origin == origin, now) + more > MOST_TOGETHER:
        raise Limited("too_many_holds", "Too many times are held from this address. Try again in some minutes.")
