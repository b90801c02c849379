"""Gift cards on a held time: put in, taken off again. What they pay is set aside with the booking, not before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.adding import check_not_paying
from booking.appointments.changes.giftcards import free_cents
from booking.appointments.changes.history import Doer
from booking.appointments.changes.pairing import find_couple
from booking.appointments.changes.together import check_held, lock_checkout
from booking.appointments.models import Hold
from booking.giftcards.changes import lock_card, pledge, unpledge, usable_card
from booking.giftcards.models import GiftCard
from booking.giftcards.queries import Share, held_cards, shares_of_hold
from booking.giftcards.rules import MOST_AT_ONCE, NOT_VALID
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, Refused
from providers.schedule.models import Claim
from providers.services.rules.calls import PHONE


@dataclass(frozen=True)
class GiftWish:
    """Which card is to pay: a code as it was typed, or the id of one in the account; and how much of it, None for all that fits."""

    code: str | None = None
    card: str | None = None
    amount_cents: int | None = None


@dataclass(frozen=True)
class HeldGifts:
    """A held time and what cards will pay of its price."""

    hold: Hold
    shares: list[Share]

    @property
    def paid_cents(self) -> int:
        """What the cards pay."""
        return sum(share.cents for share in self.shares)

    @property
    def rest_cents(self) -> int:
        """What is left of the price."""
        return int(self.hold.quote["total_cents"]) - self.paid_cents


def put_in_card(public_id: str, person_id: int, wish: GiftWish, doer: Doer, now: datetime) -> HeldGifts:
    """Let a card pay for a held time as far as it reaches; the same card again replaces what it was to pay.

    Raises NotFound, Conflict `hold_expired`, `hold_used`, `wrong_state` while a bank card is being asked, Refused `gift_card_not_valid`
    for every card that does not count alike, `gift_card_empty`, `too_many_gift_cards`, `nothing_to_pay`.
    """
    with transaction() as session:
        hold = _lock_hold(session, public_id, person_id, now)
        card = lock_card(session, _wanted(session, wish, hold, person_id).public_id).card
        others = [share for share in _shares(session, hold) if share.card.id != card.id]
        if len(others) >= MOST_AT_ONCE:
            raise Refused("too_many_gift_cards", f"At most {MOST_AT_ONCE} gift cards pay for one visit.")
        open_cents = hold.quote["total_cents"] - sum(share.cents for share in others)
        if open_cents <= 0:
            raise Refused("nothing_to_pay", "Nothing of this visit is left to be paid.")
        cents = min(open_cents, free_cents(session, card, hold, now), wish.amount_cents or open_cents)
        if cents <= 0:
            raise Refused("gift_card_empty", "Nothing is left on this gift card, or it pays for another time that you hold.")
        pledge(session, card, hold.id, cents, now)
        told = {"card": card.public_id, "cents": cents}
        audit.record(session, audit.Deed(now, doer.name, "hold.gift_card", "hold", public_id, told))
        return HeldGifts(hold, _shares(session, hold))


def take_off_cards(public_id: str, person_id: int, doer: Doer, now: datetime) -> HeldGifts:
    """Pay for a held time without gift cards after all. Raises NotFound, Conflict `hold_expired`, `hold_used`, `wrong_state`."""
    with transaction() as session:
        hold = _lock_hold(session, public_id, person_id, now)
        unpledge(session, hold.id)
        audit.record(session, audit.Deed(now, doer.name, "hold.gift_card", "hold", public_id, {"card": None}))
        return HeldGifts(hold, [])


def _lock_hold(session: Session, public_id: str, person_id: int, now: datetime) -> Hold:
    locked = lock_checkout(session, public_id, person_id)
    check_held(locked.hold, session.get_one(Claim, locked.hold.claim_id), now)
    check_not_paying(session, locked.together)
    return locked.hold


def _wanted(session: Session, wish: GiftWish, hold: Hold, person_id: int) -> GiftCard:
    couple = find_couple(session, hold.id)
    brought = couple is not None and couple.second.id == hold.id
    if hold.setting == PHONE or brought:
        raise Refused("gift_card_not_valid", NOT_VALID, faults=[FieldFault("code", NOT_VALID)])
    if wish.card is not None:
        mine = held_cards(session, person_id, hold.provider_id)
        found = next((card for card, _provider in mine if card.public_id == wish.card), None)
        if found is not None:
            return found
    return usable_card(session, wish.code or "", person_id=person_id, provider_id=hold.provider_id)


def _shares(session: Session, hold: Hold) -> list[Share]:
    return shares_of_hold(session, hold.id, hold.quote["total_cents"])
