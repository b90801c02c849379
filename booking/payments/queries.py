"""Payments, read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from booking.ledger.models import LedgerEntry
from booking.ledger.rules.entries import DISPUTED
from booking.payments.models import CardTerms, Dispute, Payment, Refund, SavedCard, StripeCustomer, StripeEvent, StripeInstance
from booking.payments.rules.disputes import LOSS, LOST, is_open, keeps_back, losses_of
from booking.payments.rules.keeping import KEPT
from booking.payments.rules.states import ASKED, AUTHORISED, CAPTURING, OPEN, REFUND_FAILED, REFUND_OPEN, RELEASING
from marketplace.kernel.errors import NotFound

# What is open longer than this is for a person to look at.
LONG = timedelta(hours=1)


@dataclass(frozen=True)
class Card:
    """A card at Stripe that may be charged while its owner is away, by Stripe's names for it and for them."""

    customer: str
    payment_method: str


def find_instance(session: Session) -> str | None:
    """The name under which we mark what is ours at Stripe; None before the first order."""
    return session.scalar(select(StripeInstance.name))


def find_payment(session: Session, public_id: str) -> Payment | None:
    """One payment."""
    return session.scalar(select(Payment).where(Payment.public_id == public_id))


def get_payment(session: Session, public_id: str, *, lock: bool = False) -> Payment:
    """One payment as it is now. Raises NotFound."""
    wanted = select(Payment).where(Payment.public_id == public_id).execution_options(populate_existing=True)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound("not_found", "There is no such payment.")
    return found


def find_by_intent(session: Session, intent: str) -> Payment | None:
    """The payment whose intent this is."""
    return session.scalar(select(Payment).where(Payment.intent == intent))


def find_by_cause(session: Session, cause: str) -> Payment | None:
    """The payment that was ordered under this name."""
    return session.scalar(select(Payment).where(Payment.cause == cause))


def get_refund(session: Session, public_id: str) -> Refund:
    """One refund as it is now. Raises NotFound."""
    found = session.scalar(select(Refund).where(Refund.public_id == public_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound("not_found", "There is no such refund.")
    return found


def find_refund(session: Session, stripe_refund: str, ours: str | None) -> Refund | None:
    """A refund by Stripe's name for it, or by ours."""
    return session.scalar(select(Refund).where(or_(Refund.stripe_refund == stripe_refund, Refund.public_id == ours)))


def refund_of_cause(session: Session, payment_id: int, cause: str) -> Refund | None:
    """The refund that was ordered of a payment under this name."""
    return session.scalar(select(Refund).where(Refund.payment_id == payment_id, Refund.cause == cause))


def find_dispute(session: Session, stripe_dispute: str) -> Dispute | None:
    """A dispute by Stripe's name."""
    return session.scalar(select(Dispute).where(Dispute.stripe_dispute == stripe_dispute))


@dataclass(frozen=True)
class Standing:
    """What of a dispute's loss stands in the ledger: cents, the groups it stands in, and how often there was one."""

    cents: int
    keys: tuple[str, ...]
    count: int


def standing_loss(session: Session, stripe_dispute: str) -> Standing:
    """A dispute's loss by the ledger; what was countered no longer stands."""
    begins = losses_of(stripe_dispute)
    wanted = select(LedgerEntry).where(LedgerEntry.key.startswith(begins, autoescape=True)).order_by(LedgerEntry.id)
    rows = session.scalars(wanted).all()
    gone = {row.corrects for row in rows}
    stands = [row for row in rows if row.corrects is None and row.key not in gone]
    cents = sum(row.amount_cents for row in stands if row.credit == DISPUTED)
    return Standing(
        cents, tuple(dict.fromkeys(row.key for row in stands)), len({row.key for row in rows if row.memo == LOSS and not row.corrects})
    )


def open_disputes(session: Session) -> Sequence[str]:
    """Stripe's names of disputes that a bank has not decided, or whose end does not stand in the ledger yet."""
    return session.scalars(select(Dispute.stripe_dispute).where(Dispute.settled_at.is_(None)).order_by(Dispute.id)).all()


def disputed_cents(session: Session, payment_ids: Collection[int]) -> int:
    """How many cents of payments clients' banks have taken out of ours: nobody can give them back."""
    wanted = select(func.coalesce(func.sum(Dispute.taken_cents), 0)).where(Dispute.payment_id.in_(payment_ids))
    return session.scalar(wanted) or 0


def lost_cents(session: Session, payment_ids: Collection[int]) -> int:
    """How many cents of payments banks gave back to their clients for good."""
    wanted = select(func.coalesce(func.sum(Dispute.taken_cents), 0)).where(Dispute.payment_id.in_(payment_ids), Dispute.status == LOST)
    return session.scalar(wanted) or 0


def dispute_findings(session: Session) -> Iterator[str]:
    """Disputes whose end does not stand in the ledger, and such as hold money though they are over."""
    ended = select(Dispute.stripe_dispute, Dispute.status, Dispute.settled_at, Dispute.taken_cents).order_by(Dispute.id)
    for row in session.execute(ended):
        if is_open(row.status):
            continue
        stands = standing_loss(session, row.stripe_dispute).cents
        wanted = row.taken_cents if row.status == LOST else 0
        if row.settled_at is None or stands != wanted:
            yield f"dispute {row.stripe_dispute} is {row.status}; {wanted} cents are lost, the ledger says {stands}"
        elif row.status != LOST and row.taken_cents > 0:
            yield f"dispute {row.stripe_dispute} is {row.status} and {row.taken_cents} cents have not come back yet"


def frozen_visits(session: Session, provider_id: int) -> frozenset[int]:
    """A provider's visits, by row id, of which nothing is paid out at present: a client's bank asks for the money, or has taken it."""
    wanted = select(Payment.appointment_id, Dispute.status, Dispute.settled_at).join(Dispute, Dispute.payment_id == Payment.id)
    rows = session.execute(wanted.where(Payment.provider_id == provider_id, Payment.appointment_id.is_not(None)))
    return frozenset(row[0] for row in rows if row[0] is not None and keeps_back(row[1], settled=row[2] is not None))


def is_known(session: Session, event_id: str) -> bool:
    """Whether a webhook was acted on."""
    return session.get(StripeEvent, event_id) is not None


def open_payments(session: Session, due_by: datetime | None = None) -> Sequence[str]:
    """Public ids of payments at which something is to be done or awaited; with `due_by` only those to be looked at by then."""
    wanted = select(Payment.public_id).where(Payment.state.in_(OPEN) if due_by is None else Payment.next_try_at <= due_by)
    return session.scalars(wanted.order_by(Payment.id)).all()


def open_refunds(session: Session, due_by: datetime | None = None) -> Sequence[str]:
    """Public ids of refunds at which something is to be done or awaited."""
    wanted = select(Refund.public_id).where(Refund.state.in_(REFUND_OPEN) if due_by is None else Refund.next_try_at <= due_by)
    return session.scalars(wanted.order_by(Refund.id)).all()


def asked_of_visit(session: Session, appointment_id: int) -> tuple[Sequence[str], Sequence[str]]:
    """Public ids of a visit's payments and refunds of which Stripe is still to be asked something."""
    waiting = (Payment.appointment_id == appointment_id, Payment.state.in_((ASKED, CAPTURING, RELEASING)))
    paid = session.scalars(select(Payment.public_id).where(*waiting).order_by(Payment.id)).all()
    given = select(Refund.public_id).join(Payment, Payment.id == Refund.payment_id)
    back = session.scalars(given.where(Payment.appointment_id == appointment_id, Refund.state == ASKED).order_by(Refund.id)).all()
    return paid, back


def lapsing_payments(session: Session, by: datetime) -> Sequence[str]:
    """Public ids of authorised payments that a bank lets go of by then."""
    wanted = select(Payment.public_id).where(Payment.state == AUTHORISED, Payment.capture_by_at <= by)
    return session.scalars(wanted.order_by(Payment.id)).all()


def payments_since(session: Session, since: datetime) -> Sequence[Payment]:
    """Payments written since an instant, of which Stripe was told."""
    return session.scalars(select(Payment).where(Payment.created_at >= since, Payment.intent.is_not(None)).order_by(Payment.id)).all()


def lock_payments_of_visit(session: Session, appointment_id: int) -> Sequence[Payment]:
    """All payments of a visit as they are now, the first one first, locked. Whoever asks holds the provider's row."""
    wanted = select(Payment).where(Payment.appointment_id == appointment_id).order_by(Payment.id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()


def payments_of_visit(session: Session, appointment_id: int) -> Sequence[Payment]:
    """All payments of a visit, the first one first."""
    return session.scalars(select(Payment).where(Payment.appointment_id == appointment_id).order_by(Payment.id)).all()


def refunds_of_visit(session: Session, appointment_id: int) -> Sequence[Refund]:
    """All refunds of a visit's payments, the first one first."""
    wanted = select(Refund).join(Payment, Payment.id == Refund.payment_id).where(Payment.appointment_id == appointment_id)
    return session.scalars(wanted.order_by(Refund.id)).all()


def find_card_of_visit(session: Session, appointment_id: int) -> Card | None:
    """The card that may be charged for what a visit's terms make due; None where none was agreed or its owner has removed it."""
    wanted = select(SavedCard.customer, SavedCard.payment_method).join(CardTerms, CardTerms.card_id == SavedCard.id)
    row = session.execute(wanted.where(CardTerms.appointment_id == appointment_id, SavedCard.state == KEPT)).one_or_none()
    return None if row is None or row[0] is None or row[1] is None else Card(row[0], row[1])


def count_refunds(session: Session, payment_id: int) -> int:
    """How many refunds of a payment were ever ordered."""
    return session.scalar(select(func.count()).select_from(Refund).where(Refund.payment_id == payment_id)) or 0


def failed_cents(session: Session, payment_id: int) -> int:
    """How many cents of a payment were to go back and did not arrive."""
    wanted = select(func.sum(Refund.amount_cents)).where(Refund.payment_id == payment_id, Refund.state == REFUND_FAILED)
    return session.scalar(wanted) or 0


def get_card(session: Session, public_id: str, *, lock: bool = False) -> SavedCard:
    """One card as it is now, kept or not. Raises NotFound."""
    wanted = select(SavedCard).where(SavedCard.public_id == public_id).execution_options(populate_existing=True)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound("not_found", "There is no such card.")
    return found


def find_kept_card(session: Session, person_id: int, name: str) -> SavedCard | None:
    """A card that a person lets us keep, by our name of it or by Stripe's."""
    own = select(SavedCard).where(SavedCard.person_id == person_id, SavedCard.state == KEPT)
    return session.scalar(own.where(or_(SavedCard.public_id == name, SavedCard.payment_method == name)).order_by(SavedCard.id).limit(1))


def cards_of_person(session: Session, person_id: int) -> Sequence[SavedCard]:
    """The cards that a person lets us keep, the newest first."""
    own = select(SavedCard).where(SavedCard.person_id == person_id, SavedCard.state == KEPT)
    return session.scalars(own.order_by(SavedCard.id.desc())).all()


def find_customer(session: Session, person_id: int) -> str | None:
    """Stripe's name for a person."""
    return session.scalar(select(StripeCustomer.customer).where(StripeCustomer.person_id == person_id))


def open_cards(session: Session, due_by: datetime | None = None) -> Sequence[str]:
    """Public ids of cards about which Stripe is to be asked something; with `due_by` only those to be looked at by then."""
    waiting = SavedCard.next_try_at.is_not(None) if due_by is None else SavedCard.next_try_at <= due_by
    return session.scalars(select(SavedCard.public_id).where(waiting).order_by(SavedCard.id)).all()


def terms_of_visits(session: Session, visit_ids: Collection[int]) -> dict[int, tuple[CardTerms, SavedCard | None, Payment | None]]:
    """By visit what was agreed about cards, with the card and the payment; visits without an agreement are left out."""
    wanted = (
        select(CardTerms, SavedCard, Payment)
        .outerjoin(SavedCard, SavedCard.id == CardTerms.card_id)
        .outerjoin(Payment, Payment.id == CardTerms.payment_id)
    )
    return {
        row[0].appointment_id: (row[0], row[1], row[2]) for row in session.execute(wanted.where(CardTerms.appointment_id.in_(visit_ids)))
    }


def card_findings(session: Session, now: datetime) -> Iterator[str]:
    """What a person must look at, one sentence each, without a name."""
    late = select(Payment.public_id, Payment.state, Payment.failure_code).where(
        Payment.state.in_(OPEN), Payment.created_at < now - LONG, Payment.tries > 1
    )
    for public_id, state, code in session.execute(late.order_by(Payment.id)):
        yield f"payment {public_id} is {state} and Stripe does not answer ({code})"
    lapsing = select(Payment.public_id).where(Payment.state == "authorised", Payment.capture_by_at < now)
    yield from (f"payment {public_id} is authorised longer than a bank keeps the sum" for public_id in session.scalars(lapsing))
    failed = select(Refund.public_id, Refund.failure_code, Payment.public_id.label("payment")).join(
        Payment, Payment.id == Refund.payment_id
    )
    for public_id, code, payment in session.execute(failed.where(Refund.state == REFUND_FAILED).order_by(Refund.id)):
        yield f"refund {public_id} of payment {payment} failed ({code})"
    waiting = select(Refund.public_id).where(Refund.state == "asked", Refund.created_at < now - LONG)
    yield from (f"refund {public_id} has not reached Stripe" for public_id in session.scalars(waiting.order_by(Refund.id)))
    faults = select(StripeEvent.id, StripeEvent.object_id, StripeEvent.fault).where(StripeEvent.fault.is_not(None))
    for event_id, object_id, fault in session.execute(faults.order_by(StripeEvent.taken_at)):
        yield f"event {event_id} about {object_id} was not acted on: {fault}"
    yield from dispute_findings(session)
    yield from _wrong_sums(session)


def _wrong_sums(session: Session) -> Iterator[str]:
    """The triggers keep `refunded_cents`; any difference is a sign of tampering or of a lost trigger."""
    given = select(Refund.payment_id, func.sum(Refund.amount_cents).label("cents")).where(Refund.state != REFUND_FAILED)
    sums = given.group_by(Refund.payment_id).subquery()
    rows = select(Payment.public_id, Payment.refunded_cents, func.coalesce(sums.c.cents, 0).label("cents")).outerjoin(
        sums, sums.c.payment_id == Payment.id
    )
    for row in session.execute(rows.where(Payment.refunded_cents != func.coalesce(sums.c.cents, 0))):
        yield f"payment {row.public_id} says that {row.refunded_cents} cents were given back, its refunds say {row.cents}"
