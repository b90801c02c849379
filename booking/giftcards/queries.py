"""Gift cards, read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from booking.giftcards.models import GiftCard, GiftCardMove, GiftCardPaper, GiftCardPolicy, GiftCardRefund, GiftCardSeller, GiftCardUse
from booking.giftcards.rules import (
    ACTIVE,
    ORDER_LIVES,
    ORDERED,
    PLEDGED,
    REFUNDED,
    TAKEN,
    WITHDRAWN,
    Pledge,
    Policy,
    fill,
    liability,
    waiting,
)
from booking.ledger.models import LedgerEntry
from booking.ledger.queries import as_entry, get_sold
from booking.ledger.rules.entries import GIFTS, GIFTS_ASIDE, GIFTS_ASIDE_IN_HAND, GIFTS_IN_HAND
from booking.payments.models import Payment
from marketplace.accounts.models import Person
from marketplace.kernel.errors import NotFound
from providers.registry.models import Provider

MISSING = "There is no such gift card here."
LISTED = 200


def find_policy(session: Session) -> Policy:
    """What may be bought here now; nothing, until somebody says so."""
    row = session.scalar(select(GiftCardPolicy).order_by(GiftCardPolicy.id.desc()).limit(1))
    return Policy(allowed=False, amounts=(), least_cents=1, most_cents=1) if row is None else as_policy(row)


def as_policy(row: GiftCardPolicy) -> Policy:
    """What was said, as the rules see it."""
    return Policy(row.allowed, tuple(row.amounts), row.least_cents, row.most_cents)


def list_policies(session: Session) -> Sequence[GiftCardPolicy]:
    """What was said about gift cards, the newest first."""
    return session.scalars(select(GiftCardPolicy).order_by(GiftCardPolicy.id.desc())).all()


def sells_cards(session: Session, provider_id: int) -> bool:
    """Whether a provider has said that they sell cards; no, until they do."""
    newest = select(GiftCardSeller.sells).where(GiftCardSeller.provider_id == provider_id).order_by(GiftCardSeller.id.desc())
    return session.scalar(newest.limit(1)) or False


def are_sold(session: Session, provider_id: int) -> bool:
    """Whether cards of a provider can be bought now."""
    return find_policy(session).allowed and sells_cards(session, provider_id)


@dataclass(frozen=True)
class Kept:
    """A card with its two sides; `person` bought it."""

    card: GiftCard
    provider: Provider
    person: Person


def list_cards(session: Session, *, person_id: int | None = None, provider_id: int | None = None) -> list[Kept]:
    """Cards that a person bought, or of a provider, the newest first; an order that was withdrawn is nobody's any more."""
    wanted = select(GiftCard, Provider, Person).join(Provider, Provider.id == GiftCard.provider_id)
    wanted = wanted.join(Person, Person.id == GiftCard.person_id).where(GiftCard.state != WITHDRAWN)
    if person_id is not None:
        wanted = wanted.where(GiftCard.person_id == person_id)
    if provider_id is not None:
        wanted = wanted.where(GiftCard.provider_id == provider_id)
    return [Kept(*row) for row in session.execute(wanted.order_by(GiftCard.id.desc()).limit(LISTED))]


def get_kept(session: Session, public_id: str, *, person_id: int | None = None, provider_id: int | None = None, lock: bool = False) -> Kept:
    """One card that a person bought, of a provider, or (both None) anybody's. Raises NotFound for everybody else's."""
    return Kept(*get_sold(session, GiftCard, public_id, MISSING, person_id=person_id, provider_id=provider_id, lock=lock))


def find_bought_with(session: Session, payment_id: int) -> str | None:
    """The card, by public id, that a payment is for."""
    return session.scalar(select(GiftCard.public_id).where(GiftCard.payment_id == payment_id))


def find_by_hash(session: Session, code_hash: str) -> GiftCard | None:
    """The card in use with a code, by the code's hash."""
    return session.scalar(select(GiftCard).where(GiftCard.code_hash == code_hash, GiftCard.state == ACTIVE))


def held_cards(session: Session, person_id: int, provider_id: int | None = None) -> list[tuple[GiftCard, Provider]]:
    """The cards in a person's account, the oldest first; those of one provider where that is said."""
    wanted = select(GiftCard, Provider).join(Provider, Provider.id == GiftCard.provider_id)
    wanted = wanted.where(GiftCard.holder_id == person_id, GiftCard.state == ACTIVE)
    if provider_id is not None:
        wanted = wanted.where(GiftCard.provider_id == provider_id)
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(GiftCard.id))]


def moves_of(session: Session, card_ids: Collection[int]) -> Mapping[int, list[GiftCardMove]]:
    """What moved on these cards, in the order in which it did."""
    found: dict[int, list[GiftCardMove]] = {card_id: [] for card_id in card_ids}
    for move in session.scalars(select(GiftCardMove).where(GiftCardMove.card_id.in_(card_ids)).order_by(GiftCardMove.id)):
        found[move.card_id].append(move)
    return found


def first_card(session: Session, card: GiftCard) -> GiftCard:
    """The card that was bought, of which this one is what is left: itself, unless it replaces another one."""
    return card if card.replaces_id is None else first_card(session, session.get_one(GiftCard, card.replaces_id))


def papers_of(session: Session, card_ids: Collection[int]) -> Sequence[GiftCardPaper]:
    """The numbered papers of these cards, the oldest first."""
    return session.scalars(select(GiftCardPaper).where(GiftCardPaper.card_id.in_(card_ids)).order_by(GiftCardPaper.id)).all()


def get_paper(session: Session, card_id: int, name: str | None = None) -> GiftCardPaper:
    """One paper of a card, by its number; without one the newest. Raises NotFound."""
    wanted = select(GiftCardPaper).where(GiftCardPaper.card_id == card_id).order_by(GiftCardPaper.id.desc()).limit(1)
    found = session.scalar(wanted if name is None else wanted.where(GiftCardPaper.name == name))
    if found is None:
        raise NotFound("not_found", "There is no such paper here.")
    return found


def refunds_of(session: Session, card_ids: Collection[int]) -> Sequence[GiftCardRefund]:
    """What of these cards went back to their buyers, the oldest first."""
    return session.scalars(select(GiftCardRefund).where(GiftCardRefund.card_id.in_(card_ids)).order_by(GiftCardRefund.id)).all()


# --- what pays for visits ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """What one card pays, of a held time or a visit."""

    card: GiftCard
    use: GiftCardUse
    cents: int


def shares_of_hold(session: Session, hold_id: int, total_cents: int) -> list[Share]:
    """What cards will pay of a held time at this price, in the order in which they were put in."""
    rows = select(GiftCardUse, GiftCard).join(GiftCard, GiftCard.id == GiftCardUse.card_id)
    wanted = rows.where(GiftCardUse.hold_id == hold_id, GiftCardUse.state == PLEDGED)
    found = {use.id: (use, card) for use, card in session.execute(wanted.execution_options(populate_existing=True))}
    parts = fill((Pledge(use.id, use.cents) for use, _card in found.values()), total_cents)
    return [Share(found[use_id][1], found[use_id][0], cents) for use_id, cents in parts]


def pays_of_hold(session: Session, hold_id: int, total_cents: int) -> int:
    """How much of a held time's price cards will pay, in cents."""
    return sum(share.cents for share in shares_of_hold(session, hold_id, total_cents))


def pledged_elsewhere(session: Session, card_id: int, hold_id: int, live_holds: Collection[int]) -> int:
    """What a card is to pay for other times that are being held."""
    cents = select(func.coalesce(func.sum(GiftCardUse.cents), 0)).where(GiftCardUse.card_id == card_id, GiftCardUse.state == PLEDGED)
    return session.scalar(cents.where(GiftCardUse.hold_id.in_(live_holds), GiftCardUse.hold_id != hold_id)) or 0


def pledged_holds(session: Session, card_id: int) -> Sequence[int]:
    """Row ids of held times that a card is to pay for, live or not any more."""
    wanted = select(GiftCardUse.hold_id).where(GiftCardUse.card_id == card_id, GiftCardUse.state == PLEDGED)
    return [hold_id for hold_id in session.scalars(wanted) if hold_id is not None]


def uses_of_visit(session: Session, appointment_id: int) -> Sequence[GiftCardUse]:
    """What cards paid for a visit, the first one first, locked with their cards."""
    wanted = select(GiftCardUse).where(GiftCardUse.appointment_id == appointment_id).order_by(GiftCardUse.id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()


def paid_for_visit(session: Session, appointment_id: int) -> int:
    """How much of a visit cards have paid and not got back, in cents."""
    net = func.coalesce(func.sum(GiftCardUse.cents - GiftCardUse.back_cents), 0)
    return session.scalar(select(net).where(GiftCardUse.appointment_id == appointment_id)) or 0


def back_of_visit(session: Session, appointment_id: int) -> int:
    """How much of what cards paid for a visit went back to them, in cents."""
    back = func.coalesce(func.sum(GiftCardUse.back_cents), 0)
    return session.scalar(select(back).where(GiftCardUse.appointment_id == appointment_id)) or 0


def find_replacing(session: Session, card: GiftCard) -> GiftCard:
    """The card to which what belongs to this one goes: itself, or the one that replaces it, and so on."""
    following = session.scalar(select(GiftCard).where(GiftCard.replaces_id == card.id))
    return card if following is None else find_replacing(session, following)


def lapsed_orders(session: Session, now: datetime) -> Sequence[str]:
    """Orders that nobody paid for in time, and that no card is being asked for."""
    wanted = select(GiftCard.public_id).where(GiftCard.state == ORDERED, GiftCard.ordered_at <= now - ORDER_LIVES)
    return session.scalars(wanted.where(GiftCard.payment_id.is_(None)).order_by(GiftCard.id)).all()


# --- what must hold ----------------------------------------------------------------------------------------------------------


def gift_findings(session: Session) -> Iterator[str]:
    """Cards whose balance is not what moved on them, what they owe that the ledger does not know, and value that was never paid for."""
    moved = select(GiftCardMove.card_id, func.sum(GiftCardMove.cents).label("cents")).group_by(GiftCardMove.card_id).subquery()
    cards = select(GiftCard.public_id, GiftCard.left_cents, func.coalesce(moved.c.cents, 0).label("moved"))
    rows = cards.outerjoin(moved, moved.c.card_id == GiftCard.id).where(GiftCard.left_cents != func.coalesce(moved.c.cents, 0))
    for row in session.execute(rows.order_by(GiftCard.id)):
        yield f"gift card {row.public_id} has {row.left_cents} cents left, {row.moved} by what moved on it"
    owed, booked = _left(session), _booked(session)
    for provider_id in sorted(owed.keys() | booked.keys()):
        left, told = owed.get(provider_id, 0), booked.get(provider_id, 0)
        if left != told:
            yield f"gift cards of provider {provider_id} have {left} cents left, {told} by the ledger"
    aside, kept = _aside(session), _waiting(session)
    for visit_id in sorted(aside.keys() | kept.keys()):
        if aside.get(visit_id, 0) != kept.get(visit_id, 0):
            waits = f"{aside.get(visit_id, 0)} cents of gift cards set aside, {kept.get(visit_id, 0)} by the ledger"
            yield f"appointment {visit_id} has {waits}"
    yield from _gone_back(session)


def _gone_back(session: Session) -> Iterator[str]:
    """A card of which more went back to a bank card than left it, and refunds that are not what left their cards."""
    paid = select(GiftCard, Payment.refunded_cents).join(Payment, Payment.id == GiftCard.payment_id)
    for card, back in session.execute(paid.where(Payment.refunded_cents > 0, GiftCard.paid_at.is_not(None)).order_by(GiftCard.id)):
        ids, newest = _line_of(session, card)
        if newest.left_cents and back > sum(one.cents for one in refunds_of(session, ids)):
            yield f"gift card {card.public_id} is worth something though what was paid for it went back"
    moved = select(GiftCardMove.card_id, func.sum(-GiftCardMove.cents).label("cents")).where(GiftCardMove.kind == REFUNDED)
    gone = {row[0]: int(row[1]) for row in session.execute(moved.group_by(GiftCardMove.card_id))}
    told = select(GiftCardRefund.card_id, func.sum(GiftCardRefund.cents)).group_by(GiftCardRefund.card_id)
    said = {row[0]: int(row[1]) for row in session.execute(told)}
    for card_id in sorted(gone.keys() | said.keys()):
        if gone.get(card_id, 0) != said.get(card_id, 0):
            yield f"gift card {card_id} lost {gone.get(card_id, 0)} cents to its buyer, {said.get(card_id, 0)} were ordered back"


def _line_of(session: Session, card: GiftCard) -> tuple[list[int], GiftCard]:
    """A card and those that replaced it one after the other: their row ids, and the one that counts now."""
    ids, newest = [card.id], card
    while (following := session.scalar(select(GiftCard).where(GiftCard.replaces_id == newest.id))) is not None:
        ids, newest = [*ids, following.id], following
    return ids, newest


def _left(session: Session) -> dict[int, int]:
    rows = select(GiftCard.provider_id, func.sum(GiftCard.left_cents)).group_by(GiftCard.provider_id)
    return {row[0]: int(row[1]) for row in session.execute(rows) if row[1]}


def _booked(session: Session) -> dict[int, int]:
    accounts = (GIFTS, GIFTS_IN_HAND)
    found: dict[int, int] = {}
    touching = select(LedgerEntry).where(LedgerEntry.debit.in_(accounts) | LedgerEntry.credit.in_(accounts))
    for row in session.scalars(touching):
        found[row.provider_id or 0] = found.get(row.provider_id or 0, 0) + liability((as_entry(row),))
    return {provider_id: cents for provider_id, cents in found.items() if cents}


def _aside(session: Session) -> dict[int, int]:
    waits = func.sum(GiftCardUse.cents - GiftCardUse.used_cents - GiftCardUse.back_cents)
    rows = select(GiftCardUse.appointment_id, waits).where(GiftCardUse.state == TAKEN).group_by(GiftCardUse.appointment_id)
    return {row[0]: int(row[1]) for row in session.execute(rows) if row[0] is not None and row[1]}


def _waiting(session: Session) -> dict[int, int]:
    accounts = (GIFTS_ASIDE, GIFTS_ASIDE_IN_HAND)
    found: dict[int, int] = {}
    for row in session.scalars(select(LedgerEntry).where(LedgerEntry.debit.in_(accounts) | LedgerEntry.credit.in_(accounts))):
        found[row.appointment_id or 0] = found.get(row.appointment_id or 0, 0) + waiting((as_entry(row),))
    return {visit_id: cents for visit_id, cents in found.items() if cents}
