"""What a member does with a membership: pause, go on, choose another card, pay what is open, end."""

from __future__ import annotations

from datetime import datetime

from booking.memberships.changes.charging import ask_card, lock_membership, move_on, today_of
from booking.memberships.changes.charging import end as end_now
from booking.memberships.changes.letters import ENDED as ENDED_LETTER
from booking.memberships.changes.letters import PAUSED, PROVIDER_ENDED, write_to_member, write_to_therapist
from booking.memberships.queries import Kept, find_owed, last_number
from booking.memberships.rules.months import ACTIVE, ENDED, LEAST_PAUSE, MOST_PAUSE, number_after_resuming
from booking.payments.changes.keeping import CardWish, order_card
from booking.payments.queries import find_kept_card
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, Refused

OVER = "This membership has ended."


def pause_membership(public_id: str, months: int, person_id: int, actor: str, now: datetime) -> Kept:
    """Let the next months pass without a charge. Raises NotFound, Refused `invalid`, Conflict `wrong_state`."""
    if not LEAST_PAUSE <= months <= MOST_PAUSE:
        sentence = f"Choose {LEAST_PAUSE} to {MOST_PAUSE} months."
        raise Refused("invalid", sentence, faults=[FieldFault("months", sentence)])
    with transaction() as session:
        kept = lock_membership(session, public_id, person_id=person_id)
        one = kept.membership
        if one.state != ACTIVE or one.paused_on is not None or find_owed(session, one.id) is not None:
            raise Conflict("wrong_state", "Only a membership that is paid and not paused can be paused.")
        move_on(one, one.next_number + months)
        one.paused_on = today_of(now)
        details = {"months": months, "next_on": one.next_on.isoformat()}
        audit.record(session, audit.Deed(now, actor, "membership.paused", "membership", public_id, details))
        write_to_member(session, kept, PAUSED, str(one.next_number), now, months=months)
        return kept


def resume_membership(public_id: str, person_id: int, actor: str, now: datetime) -> Kept:
    """Go on before the pause is over, with the month that begins next. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        kept = lock_membership(session, public_id, person_id=person_id)
        one = kept.membership
        if one.state != ACTIVE or one.paused_on is None:
            raise Conflict("wrong_state", "This membership is not paused.")
        move_on(one, min(one.next_number, number_after_resuming(one.anchor_on, last_number(session, one.id), today_of(now))))
        one.paused_on = None
        audit.record(session, audit.Deed(now, actor, "membership.resumed", "membership", public_id, {"next_on": one.next_on.isoformat()}))
        return kept


def save_card(person_id: int, payment_method: str, actor: str, now: datetime) -> str:
    """Write down that a card is to be kept, with its owner's consent; gives our name of it, to be settled."""
    with transaction() as session:
        return order_card(session, CardWish(person_id, payment_method, actor), now).public_id


def choose_card(public_id: str, card_name: str, person_id: int, actor: str, now: datetime) -> Kept:
    """Charge another kept card from now on. Raises NotFound, Refused `card_needed`, Conflict `wrong_state`."""
    with transaction() as session:
        kept = lock_membership(session, public_id, person_id=person_id)
        if kept.membership.state == ENDED:
            raise Conflict("wrong_state", OVER)
        card = find_kept_card(session, person_id, card_name)
        if card is None:
            raise Refused("card_needed", "Choose one of your saved cards.")
        kept.membership.card_id = card.id
        audit.record(session, audit.Deed(now, actor, "membership.card_chosen", "membership", public_id, {"card": card.public_id}))
        return kept


def pay_owed(public_id: str, person_id: int, actor: str, now: datetime) -> str:
    """Ask the card for the open month while its owner is there; gives the payment to settle.

    Raises NotFound, Refused `card_needed`, Conflict `wrong_state`.
    """
    with transaction() as session:
        kept = lock_membership(session, public_id, person_id=person_id)
        owed = find_owed(session, kept.membership.id)
        if owed is None:
            raise Conflict("wrong_state", "Nothing of this membership is to be paid.")
        payment = ask_card(session, kept, owed[1], actor, now, off_session=False)
        if payment is None:
            raise Refused("card_needed", "The card was removed. Choose another one first.")
        return payment.public_id


def end_membership(
    public_id: str, by: str, actor: str, now: datetime, *, person_id: int | None = None, provider_id: int | None = None
) -> Kept:
    """End it at once: nothing is charged any more, what was paid stays as agreed. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        kept = lock_membership(session, public_id, person_id=person_id, provider_id=provider_id)
        if kept.membership.state == ENDED:
            raise Conflict("wrong_state", OVER)
        end_now(session, kept, by, actor, now)
        write_to_member(session, kept, ENDED_LETTER, "", now, by=by)
        write_to_therapist(session, kept, PROVIDER_ENDED, now, by=by)
        return kept
