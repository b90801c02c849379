"""Cards that are kept: ordered with their owner's consent, noted as read from Stripe, let go of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from booking.payments.changes.noting import STRIPE, Mismatch
from booking.payments.changes.ordering import enter, make_instance
from booking.payments.models import Payment, SavedCard, StripeCustomer
from booking.payments.queries import find_customer, find_instance, find_kept_card
from booking.payments.rules.keeping import CONSENT, KEPT, OPEN_CARDS, REMOVED, next_card_state
from booking.payments.rules.states import ACTION, ACTION_PATIENCE, FAILED, GRACE
from booking.payments.stripe_port.values import SeenCard, SeenPage, SeenSetup
from marketplace.audit import Deed, record


@dataclass(frozen=True)
class CardWish:
    """Whose card is to be kept, by Stripe's name for it (or `ON_PAGE`), and how the audit names whoever consents to `CONSENT`."""

    person_id: int
    payment_method: str
    by: str


def order_card(session: Session, wish: CardWish, now: datetime) -> SavedCard:
    """Write down that a card is to be kept, and that its owner agrees to the text of today. A card that is kept already is that card."""
    make_instance(session)
    known = find_kept_card(session, wish.person_id, wish.payment_method)
    if known is not None:
        return known
    card = SavedCard(
        person_id=wish.person_id, payment_method=wish.payment_method, consent_version=CONSENT.version, consent_by=wish.by, created_at=now,
        changed_at=now, next_try_at=now + GRACE,
    )  # fmt: skip
    session.add(card)
    session.flush()
    record(session, Deed(now, wish.by, "card_consented", "saved_card", card.public_id, {"version": CONSENT.version}))
    return card


def note_customer(session: Session, person_id: int, customer: str, now: datetime) -> str:
    """Keep Stripe's name for a person; where another process was faster, theirs counts."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = insert(StripeCustomer).values(person_id=person_id, customer=customer, made_at=now)
    session.execute(values.on_conflict_do_nothing(index_elements=["person_id"]))
    return find_customer(session, person_id) or customer


def note_setup(session: Session, card: SavedCard, seen: SeenSetup, shown: SeenCard | None, now: datetime) -> None:
    """Go on as an order to keep a card, read from Stripe, says. `shown` is the card once it is good. Raises Mismatch."""
    if (seen.mark.instance, seen.mark.ours) != (find_instance(session), card.public_id) or card.setup not in (None, seen.id):
        raise Mismatch(f"setup {seen.id} is not the one that was asked for card {card.public_id}")
    after = next_card_state(card.state, seen.status)
    if after is None:
        raise Mismatch(f"setup {seen.id}: status {seen.status} is new to us")
    card.setup, card.failure_code = seen.id, seen.failure_code
    if after == KEPT and shown is not None:
        card.payment_method, card.customer = shown.id, seen.customer or shown.customer
        card.brand, card.last_four = shown.brand[:24], shown.last_four
        card.expires_month, card.expires_year = shown.expires_month, shown.expires_year
    move_card(session, card, after, now)


def move_card(session: Session, card: SavedCard, state: str, now: datetime, code: str | None = None) -> None:
    """Put a card into a state; while it is open the job looks at it again."""
    before, card.tries = card.state, 0
    card.failure_code = code or card.failure_code
    if before != state:
        card.state, card.changed_at = state, now
        record(session, Deed(now, STRIPE, f"card_{state}", "saved_card", card.public_id, {"from": before}))
    card.next_try_at = now + 2 * GRACE if state in OPEN_CARDS else None
    session.flush()


def let_go_of_card(session: Session, card: SavedCard, by: str, now: datetime) -> None:
    """The card is not charged any more from here on; Stripe is told after the commit."""
    if card.state == REMOVED:
        return
    before, card.state, card.changed_at = card.state, REMOVED if card.state == KEPT else FAILED, now
    card.next_try_at = now if before == KEPT else None
    record(session, Deed(now, by, "card_removed", "saved_card", card.public_id, {"from": before}))
    session.flush()


def note_card_page(card: SavedCard, page: SeenPage, now: datetime) -> None:
    """The client is on Stripe's page to give a card that is kept."""
    card.page, card.state, card.changed_at, card.next_try_at = page.id, ACTION, now, now + 2 * GRACE


def note_page(payment: Payment, page: SeenPage, now: datetime) -> None:
    """The client is on Stripe's page to give a card for a sum. `payment` must be locked."""
    payment.page = page.id
    enter(payment, ACTION, now)
    payment.next_try_at = min(now + 2 * GRACE, payment.created_at + ACTION_PATIENCE)
