"""What is left of a card goes back to whoever bought it, by the way it came: to their bank card, or out of the therapist's hands."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from booking.giftcards.changes import issue_paper, lock_card, move, write
from booking.giftcards.models import GiftCardRefund
from booking.giftcards.queries import Kept, first_card, refunds_of
from booking.giftcards.rules import BY_CARD, CREDIT_NOTE, REFUNDED, check_refund, given_back, refunded
from booking.ledger.changes import Whose, post
from booking.payments.changes.ordering import Back, order_refund
from booking.payments.models import Payment
from booking.payments.queries import disputed_cents, get_payment
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict
from providers.registry.queries import find_address

BACK_TO_BUYER, GONE, TO_GIVE_BACK = "gift_card_refunded", "gift_card_gone", "provider_gift_card_refunded"


def refund_card(public_id: str, reason: str, actor: str, now: datetime, *, expected_left_cents: int | None = None) -> Kept:
    """Give back all that is left; Stripe is asked after the commit. What waits for a booked visit, or has paid for one, stays with it.

    Raises NotFound, Conflict `wrong_state`, `disputed` or `nothing_left`, Stale `left_changed` with `left_cents`.
    """
    with transaction() as session:
        kept = lock_card(session, public_id)
        card, payment = kept.card, _payment(session, kept)
        disputed = payment is not None and disputed_cents(session, [payment.id]) > 0
        check_refund(card.state, card.left_cents, expected_left_cents, disputed=disputed)
        cents, number = card.left_cents, len(refunds_of(session, [card.id])) + 1
        group = refunded(card.public_id, number, card.how or "", cents)
        move(session, card, REFUNDED, -cents, actor, now)
        post(session, group, Whose(None, card.provider_id, card.person_id), actor, now)
        back = Back(cents, f"gift_card:{card.public_id}:{number}", reason, actor, held=True)
        order = None if payment is None else order_refund(session, payment, back, now)
        made = GiftCardRefund(
            card_id=card.id, number=number, cents=cents, refund_id=None if order is None else order.id, reason=reason, by=actor, at=now
        )
        session.add(made)
        paper = issue_paper(session, kept, CREDIT_NOTE, group.key, cents, now)
        details = {"reason": reason, "cents": cents, "number": number}
        audit.record(session, audit.Deed(now, actor, "gift_card.refunded", "gift_card", card.public_id, details))
        _tell(session, kept, made, paper.name, now)
        return kept


def _payment(session: Session, kept: Kept) -> Payment | None:
    """The payment that bought it, locked; None where the therapist was paid."""
    if kept.card.how != BY_CARD:
        return None
    first = first_card(session, kept.card)
    return get_payment(session, session.get_one(Payment, first.payment_id).public_id, lock=True)


def _tell(session: Session, kept: Kept, made: GiftCardRefund, paper: str, now: datetime) -> None:
    """The buyer hears what comes back, whoever has the card in their account that nothing is left, the therapist what is theirs to do."""
    card, name = kept.card, f"{kept.card.public_id}:{made.number}"
    tell = partial(write, session, kept=kept, now=now, back_cents=made.cents, by_card=made.refund_id is not None, last_four=card.last_four)
    if kept.person.email:
        tell(f"{BACK_TO_BUYER}:{name}", to=kept.person.email, number=paper, reason=made.reason)
    holder = None if card.holder_id in {None, card.person_id} else session.get_one(Person, card.holder_id)
    if holder is not None and holder.email:
        tell(f"{GONE}:{name}", to=holder.email)
    address = find_address(session, card.provider_id)
    if address:
        tell(f"{TO_GIVE_BACK}:{name}", to=address, client=kept.person.name, reason=made.reason)


def record_given_back(public_id: str, provider_id: int | None, actor: str, now: datetime) -> Kept:
    """The therapist gave back what was left of a card that was paid to them. Raises NotFound, Conflict `wrong_state`."""
    with transaction() as session:
        kept = lock_card(session, public_id, provider_id=provider_id)
        card = kept.card
        waiting = [one for one in refunds_of(session, [card.id]) if one.refund_id is None and one.given_back_at is None]
        if not waiting:
            raise Conflict("wrong_state", "Nothing of this gift card is to be given back.")
        for one in waiting:
            one.given_back_at = now
            whose = Whose(None, card.provider_id, card.person_id)
            post(session, given_back(card.public_id, one.number, one.cents), whose, actor, now)
        details = {"cents": sum(one.cents for one in waiting)}
        audit.record(session, audit.Deed(now, actor, "gift_card.given_back", "gift_card", card.public_id, details))
        return kept
