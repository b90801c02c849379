"""What verbs do to gift cards inside the caller's transaction. Whoever moves cents of a card locks its provider first, then the card."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from booking.giftcards.models import GiftCard, GiftCardMove, GiftCardPaper, GiftCardUse
from booking.giftcards.queries import Kept, find_by_hash, find_replacing, get_kept, shares_of_hold, uses_of_visit
from booking.giftcards.rules import (
    ACTIVE,
    ALPHABET,
    BY_CARD,
    CAME_BACK,
    CODE_SIGNS,
    NOT_VALID,
    ORDERED,
    PAID_VISIT,
    RECEIPT,
    SHORT,
    SOLD,
    TAKEN,
    Return,
    came_back,
    give_back,
    is_code,
    normal,
    pretty,
    set_aside,
    sold,
    use,
    used,
)
from booking.ledger.changes import Whose, next_number, post, receipt_name
from booking.ledger.queries import count_groups
from booking.ledger.rules.entries import Group, visit_key
from booking.payments.changes.ordering import take_kept
from booking.payments.models import Payment
from booking.payments.rules.states import AUTHORISED, CAPTURED
from marketplace import audit
from marketplace.kernel.errors import Conflict, FieldFault, Refused
from marketplace.kernel.walltime import day_begin, from_minute
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import vault
from providers.registry.changes import lock_provider

STRIPE, PURPOSE = "stripe", "gift card"
GIVEN = "gift_card_given"
# Letters for a later day leave in the morning.
MORNING = timedelta(hours=9)


@dataclass(frozen=True)
class VisitNames:
    """One visit as a card's books name it: row ids, and the names that people know it by."""

    id: int
    public_id: str
    reference: str
    provider_id: int
    person_id: int


def code_hash(code: str) -> str:
    """What is kept of a code."""
    return vault().fingerprint(normal(code), PURPOSE)


def usable_card(session: Session, typed: str, *, person_id: int | None, provider_id: int | None = None) -> GiftCard:
    """The card of a code, for whoever may use it. Every other code is refused alike, `gift_card_not_valid`."""
    found = find_by_hash(session, code_hash(typed)) if is_code(normal(typed)) else None
    others = found is not None and found.holder_id is not None and found.holder_id != person_id
    if found is None or others or provider_id not in {None, found.provider_id}:
        raise Refused("gift_card_not_valid", NOT_VALID, faults=[FieldFault("code", NOT_VALID)])
    return found


def lock_card(session: Session, public_id: str, *, person_id: int | None = None, provider_id: int | None = None) -> Kept:
    """A card as it is now, locked after its provider as everything about money is. Raises NotFound for everybody else's."""
    lock_provider(session, get_kept(session, public_id, person_id=person_id, provider_id=provider_id).card.provider_id)
    return get_kept(session, public_id, lock=True)


# --- paid for ----------------------------------------------------------------------------------------------------------------


def follow_gift(session: Session, payment: Payment, now: datetime) -> None:
    """A bank card was asked for a gift card: what its bank keeps is taken, and once the money has arrived the gift card is worth it.

    What is kept for an order that nobody wants any more is let go of. A payment of something else is passed over.
    """
    public_id = session.scalar(select(GiftCard.public_id).where(GiftCard.payment_id == payment.id))
    if public_id is None or payment.state not in {AUTHORISED, CAPTURED}:
        return
    kept = get_kept(session, public_id, lock=True)
    if payment.state == AUTHORISED:
        take_kept(session, payment, STRIPE, now, wanted=kept.card.state == ORDERED)
    elif kept.card.state == ORDERED and not payment.refunded_cents:
        activate(session, kept, BY_CARD, STRIPE, now)


def activate(session: Session, kept: Kept, how: str, by: str, now: datetime) -> str:
    """A card was paid: it gets its code and its worth, and its letters are written. Gives the code, which is kept nowhere else."""
    card, code = kept.card, new_code(kept.card)
    card.state, card.how, card.paid_at = ACTIVE, how, now
    session.flush()
    move(session, card, SOLD, card.amount_cents, by, now)
    group = sold(card.public_id, how, card.amount_cents)
    post(session, group, Whose(None, card.provider_id, card.person_id), by, now)
    paper = issue_paper(session, kept, RECEIPT, group.key, card.amount_cents, now)
    details = {"how": how, "cents": card.amount_cents}
    audit.record(session, audit.Deed(now, by, "gift_card.paid", "gift_card", card.public_id, details))
    if kept.person.email:
        write(session, f"gift_card_paid:{card.public_id}", kept, kept.person.email, now, deliver_on=_day(card), number=paper.name)
    write_code(session, kept, code, now)
    return code


def new_code(card: GiftCard) -> str:
    """Give a card a new code: it cannot be guessed, and only its hash stays."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_SIGNS))
    card.code_hash, card.last_four = code_hash(code), code[-4:]
    return code


def move(session: Session, card: GiftCard, kind: str, cents: int, by: str, now: datetime, *, visit: VisitNames | None = None) -> None:
    """Move cents of a card, which must be locked; the database counts what is left."""
    names = {} if visit is None else {"visit": visit.public_id, "reference": visit.reference}
    session.add(GiftCardMove(card_id=card.id, kind=kind, cents=cents, by=by, at=now, **names))
    session.flush()
    session.refresh(card, ["left_cents"])


def issue_paper(session: Session, kept: Kept, kind: str, entry_key: str, cents: int, now: datetime) -> GiftCardPaper:
    """The next number of the provider's New York year for gift cards, without a gap; the card must be locked."""
    card = kept.card
    year, number = next_number(session, GiftCardPaper, "gift card papers", card.provider_id, now)
    content = {
        "provider": {"slug": kept.provider.slug, "name": kept.provider.name}, "gift_card": card.public_id, "last_four": card.last_four,
        "amount_cents": cents, "card_cents": card.amount_cents, "how": card.how, "currency": "USD",
    }  # fmt: skip
    paper = GiftCardPaper(
        name=receipt_name(f"{kept.provider.slug}-gift-cards", year, number), card_id=card.id, provider_id=card.provider_id, year=year,
        number=number, kind=kind, entry_key=entry_key, amount_cents=cents, content=content, issued_at=now,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    return paper


# --- letters -----------------------------------------------------------------------------------------------------------------


def write_code(session: Session, kept: Kept, code: str, now: datetime, kind: str = GIVEN) -> None:
    """The letter with the code: to whom the card is for, on the day that was chosen; else to whoever bought it, at once."""
    card, to = kept.card, kept.card.to_email or kept.person.email
    if to is None:
        return
    later = from_minute(day_begin(card.deliver_on)) + MORNING if card.deliver_on is not None else now
    facts = {"code": pretty(code), "from_name": card.from_name, "message": card.message, "to_name": card.to_name}
    write(session, f"{kind}:{card.public_id}", kept, to, now, send_after_at=max(later, now), **facts)


def write(
    session: Session, key: str, kept: Kept, to: str, now: datetime, *, send_after_at: datetime | None = None, **facts: object
) -> None:
    """A letter about a card; its kind is the key's first word."""
    known = {"provider_name": kept.provider.name, "cents": kept.card.amount_cents, "left_cents": kept.card.left_cents}
    kind = key.partition(":")[0]
    enqueue_letter(
        session, key=key, kind=kind, recipient=to, facts={**known, **facts}, now=now, about=kept.card.public_id, send_after_at=send_after_at
    )


def _day(card: GiftCard) -> str | None:
    return None if card.deliver_on is None else card.deliver_on.isoformat()


# --- visits ------------------------------------------------------------------------------------------------------------------


def pledge(session: Session, card: GiftCard, hold_id: int, cents: int, now: datetime) -> None:
    """A card is to pay so much of a held time; what it was to pay before is replaced, in the same turn."""
    session.execute(delete(GiftCardUse).where(GiftCardUse.hold_id == hold_id, GiftCardUse.card_id == card.id))
    session.add(GiftCardUse(card_id=card.id, hold_id=hold_id, cents=cents, at=now))
    session.flush()


def unpledge(session: Session, hold_id: int) -> None:
    """Nothing of a held time is paid by cards any more."""
    session.execute(delete(GiftCardUse).where(GiftCardUse.hold_id == hold_id, GiftCardUse.state != TAKEN))


def take_for_visit(session: Session, hold_id: int, visit: VisitNames, total_cents: int, by: str, now: datetime) -> int:
    """The held time was booked: what cards are to pay is set aside. Two who want the same cents take turns, and the database counts.

    Gives the cents. Raises Conflict `gift_card_short` where less is left than was shown.
    """
    shares = shares_of_hold(session, hold_id, total_cents)
    for share in shares:
        card = get_kept(session, share.card.public_id, lock=True).card
        if card.state != ACTIVE or card.left_cents < share.cents or card.holder_id not in {None, visit.person_id}:
            raise Conflict("gift_card_short", SHORT)
        move(session, card, PAID_VISIT, -share.cents, by, now, visit=visit)
        share.use.state, share.use.appointment_id, share.use.cents = TAKEN, visit.id, share.cents
        _post(session, visit, set_aside(visit.public_id, card.public_id, card.how or "", share.cents), by, now)
    unpledge(session, hold_id)
    return sum(share.cents for share in shares)


def use_for_visit(session: Session, visit: VisitNames, owed_cents: int, by: str, now: datetime) -> int:
    """What is set aside pays what the visit costs now; gives the cents."""
    rows = {row.id: row for row in uses_of_visit(session, visit.id)}
    parts = use((row.standing for row in rows.values()), owed_cents)
    for use_id, cents in parts:
        card = session.get_one(GiftCard, rows[use_id].card_id)
        rows[use_id].used_cents += cents
        _post(session, visit, used(visit.public_id, card.public_id, card.how or "", cents), by, now)
    session.flush()
    return sum(cents for _, cents in parts)


def return_to_cards(session: Session, visit: VisitNames, cents: int, by: str, now: datetime) -> int:
    """So much of what cards paid for a visit goes back to them, or to what replaces them; gives the cents that did."""
    rows = {row.id: row for row in uses_of_visit(session, visit.id)}
    parts = give_back([row.standing for row in rows.values()], cents)
    for one in parts:
        _return(session, rows[one.id], one, visit, by, now)
    return sum(one.aside_cents + one.used_cents for one in parts)


def _return(session: Session, row: GiftCardUse, one: Return, visit: VisitNames, by: str, now: datetime) -> None:
    card = session.get_one(GiftCard, row.card_id)
    target = get_kept(session, find_replacing(session, card).public_id, lock=True).card
    number = count_groups(session, visit.id, visit_key(visit.public_id, f"gift:{card.public_id}:back:")) + 1
    row.used_cents -= one.used_cents
    row.back_cents += one.aside_cents + one.used_cents
    _post(session, visit, came_back(visit.public_id, card.public_id, number, card.how or "", one), by, now)
    move(session, target, CAME_BACK, one.aside_cents + one.used_cents, by, now, visit=visit)


def count_moves(session: Session, card: GiftCard, kind: str) -> int:
    """How often something of a kind moved on a card."""
    return session.scalar(select(func.count()).where(GiftCardMove.card_id == card.id, GiftCardMove.kind == kind)) or 0


def _post(session: Session, visit: VisitNames, group: Group, by: str, now: datetime) -> None:
    post(session, group, Whose(visit.id, visit.provider_id, visit.person_id), by, now)
