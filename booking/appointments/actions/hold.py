"""Holding a time while its client checks out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from booking.appointments.changes.history import Doer
from booking.appointments.changes.holding import HoldWish, make_hold
from booking.appointments.changes.together import lock_checkout, take_out
from booking.appointments.models import Hold
from booking.appointments.queries import find_basket_of_hold, get_hold
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, NotFound, Refused
from providers.schedule.changes import TAKEN, release_claim
from providers.schedule.models import Claim

__all__ = ["HoldWish", "hold_first_free", "hold_time", "keep_draft", "release_hold"]


def hold_time(wanted: HoldWish, person_id: int | None, doer: Doer, now: datetime) -> Hold:
    """Keep a start for ten minutes, with its price and terms as of now. Without a person a guest is made together with the hold.

    Raises NotFound, Conflict `slot_taken`, Limited `too_many_holds`, or Refused with the code of the rule that says no.
    """
    with transaction() as session:
        return make_hold(session, wanted, person_id, doer, now)


def hold_first_free(wanted: Sequence[HoldWish], person_id: int | None, doer: Doer, now: datetime) -> Hold:
    """Keep the first of several starts that is still to be had: whoever wants one too gets the next.

    Each is tried in a savepoint, so that what failed leaves no row and no lock behind, and two who try the same ones in another order
    cannot wait for each other. Raises Conflict `slot_taken` when none is left, Limited `too_many_holds`.
    """
    with transaction() as session:
        for one in wanted:
            try:
                with session.begin_nested():
                    return make_hold(session, one, person_id, doer, now)
            except (Conflict, Refused, NotFound):
                continue
        raise Conflict("slot_taken", TAKEN)


def release_hold(public_id: str, person_id: int, doer: Doer, now: datetime) -> None:
    """Give a held time back; of a series all its times, since they are kept together, of a basket this one alone.

    What was typed goes on with the visits that stay. What has ended already stays as it is. Raises NotFound.
    """
    with transaction() as session:
        locked = lock_checkout(session, public_id, person_id)
        in_basket = find_basket_of_hold(session, locked.hold.id) is not None
        for one in (locked.hold,) if in_basket else locked.together:
            if one.state == "live":
                one.state = "released"
                release_claim(session, session.get_one(Claim, one.claim_id))
                audit.record(session, audit.Deed(now, doer.name, "hold.released", "hold", one.public_id))
        if in_basket and locked.hold.state != "booked":
            take_out(session, locked.hold, locked.together)


def keep_draft(public_id: str, person_id: int, draft: dict[str, object]) -> None:
    """Keep what a client has typed so far at checkout, sealed, with the hold. Raises NotFound."""
    with transaction() as session:
        hold = get_hold(session, public_id, person_id)
        hold.draft = {**(hold.draft or {}), **draft}
