"""A card once it is somebody's: looked at, added to an account, its small rest paid out, replaced where it was stolen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from booking.giftcards.catalogue import law
from booking.giftcards.changes import (
    GIVEN,
    code_hash,
    count_moves,
    lock_card,
    move,
    new_code,
    usable_card,
    write_code,
)
from booking.giftcards.models import GiftCard
from booking.giftcards.queries import Kept, find_by_hash, get_kept
from booking.giftcards.rules import ACTIVE, CASHED, MOVED_IN, MOVED_OUT, VOID, cashed, check_cash, is_code, law_on, normal
from booking.ledger.changes import Whose, post
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import withdraw_letters

UNKNOWN = "No gift card in use has this code. Look at the code again, or ask whoever gave it to you."
REPLACED = "gift_card_replaced"


def look_up(session: Session, typed: str) -> Kept:
    """The card in use with a code, for whoever holds the code. Raises NotFound for every other code alike."""
    found = find_by_hash(session, code_hash(typed)) if is_code(normal(typed)) else None
    if found is None:
        raise NotFound("not_found", UNKNOWN)
    return get_kept(session, found.public_id)


def add_to_account(typed: str, person_id: int, actor: str, now: datetime) -> Kept:
    """Add a card to an account: from then on only that account uses it. Again changes nothing. Raises Refused `gift_card_not_valid`."""
    with transaction() as session:
        kept = lock_card(session, usable_card(session, typed, person_id=person_id).public_id)
        card = usable_card(session, typed, person_id=person_id)
        if card.holder_id is None:
            card.holder_id = person_id
            audit.record(session, audit.Deed(now, actor, "gift_card.added", "gift_card", card.public_id))
        return kept


def pay_rest(typed: str, provider_id: int, actor: str, now: datetime) -> tuple[Kept, int]:
    """The therapist gives what is left in cash to whoever shows the code; gives the cents.

    Raises Refused `gift_card_not_valid` or `above_cash_limit`, Conflict `nothing_left`.
    """
    with transaction() as session:
        found = find_by_hash(session, code_hash(typed)) if is_code(normal(typed)) else None
        whose = None if found is None else found.holder_id
        kept = lock_card(session, usable_card(session, typed, person_id=whose, provider_id=provider_id).public_id)
        card, cents = kept.card, kept.card.left_cents
        check_cash(cents, law_on(law(), local_day(to_minute(now))))
        number = count_moves(session, card, CASHED) + 1
        move(session, card, CASHED, -cents, actor, now)
        post(session, cashed(card.public_id, number, card.how or "", cents), Whose(None, card.provider_id, card.person_id), actor, now)
        audit.record(session, audit.Deed(now, actor, "gift_card.cashed", "gift_card", card.public_id, {"cents": cents}))
        return kept, cents


def void_card(public_id: str, reason: str, actor: str, now: datetime) -> Kept:
    """A card was stolen: it ends, and what is left moves to a card with a new code, sent to whom the first one was sent.

    Who had added the stolen one to an account has nothing any more. Raises NotFound, Conflict `wrong_state`.
    """
    with transaction() as session:
        kept = lock_card(session, public_id)
        old = kept.card
        if old.state != ACTIVE:
            raise Conflict("wrong_state", "Only a gift card in use can be replaced.")
        cents = old.left_cents
        if cents:
            move(session, old, MOVED_OUT, -cents, actor, now)
        old.state, old.closed_at, old.void_reason = VOID, now, reason
        fresh = _replacing(old, now)
        code = new_code(fresh)
        session.add(fresh)
        session.flush()
        if cents:
            move(session, fresh, MOVED_IN, cents, actor, now)
        withdraw_letters(session, about=old.public_id, kinds=(GIVEN, REPLACED), now=now)
        made = get_kept(session, fresh.public_id)
        write_code(session, made, code, now, REPLACED)
        details = {"reason": reason, "cents": cents, "by": fresh.public_id}
        audit.record(session, audit.Deed(now, actor, "gift_card.voided", "gift_card", public_id, details))
        return made


def _replacing(old: GiftCard, now: datetime) -> GiftCard:
    return GiftCard(
        provider_id=old.provider_id, person_id=old.person_id, amount_cents=old.amount_cents, state=ACTIVE, how=old.how, to_name=old.to_name,
        to_email=old.to_email, from_name=old.from_name, message=old.message, deliver_on=old.deliver_on, replaces_id=old.id,
        ordered_at=old.ordered_at, paid_at=now,
    )  # fmt: skip
