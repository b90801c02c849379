"""What was asked of Stripe and what came of it. Rows are written before Stripe is called and never deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.payments.rules.keeping import CARD_STATES
from booking.payments.rules.states import PAYMENT_STATES, REFUND_STATES
from marketplace.db import Base, UtcDateTime, new_public_id


def _known(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class StripeInstance(Base):
    """The name under which this installation marks what it keeps at Stripe (`metadata.instance`): one row, made at the first use."""

    __tablename__ = "stripe_instance"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(24), default=new_public_id)

    __table_args__ = (CheckConstraint("id = 1", name="one"),)


class Payment(Base):
    """One sum asked of one card for one `cause`, a name that makes it happen once (`no_show:APPOINTMENT`).

    A `deposit` is held until the visit is charged, a `fee` pays what is due already. `label` is what the client reads. `wanted_cents` is
    what we ordered to take of an authorised sum. `page` is Stripe's own page, where the client gives the card there. `refunded_cents` is
    kept by triggers: the sum of the refunds that have not failed; that it never passes `captured_cents` is the database's constraint.
    `unwanted_at` is when we let go of it: money that still arrives is given back. `next_try_at` is when the job looks at it.
    """

    __tablename__ = "payment"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    cause: Mapped[str] = mapped_column(String(80), unique=True)
    purpose: Mapped[str] = mapped_column(String(12))
    label: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id", ondelete="SET NULL"), index=True)
    amount_cents: Mapped[int] = mapped_column(Integer)
    currency: Mapped[str] = mapped_column(String(3), default="usd")
    capture_later: Mapped[bool] = mapped_column(Boolean)
    off_session: Mapped[bool] = mapped_column(Boolean)
    customer: Mapped[str | None] = mapped_column(String(64))
    payment_method: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="asked")
    wanted_cents: Mapped[int | None] = mapped_column(Integer)
    captured_cents: Mapped[int] = mapped_column(Integer, default=0)
    refunded_cents: Mapped[int] = mapped_column(Integer, default=0)
    intent: Mapped[str | None] = mapped_column(String(64), unique=True)
    page: Mapped[str | None] = mapped_column(String(128))
    failure_code: Mapped[str | None] = mapped_column(String(64))
    capture_by_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unwanted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ordered_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (
        Index("uq_payment_page", "page", unique=True),
        CheckConstraint(_known("state", PAYMENT_STATES), name="known_state"),
        CheckConstraint(_known("purpose", ("deposit", "fee")), name="known_purpose"),
        CheckConstraint("amount_cents > 0", name="some_money"),
        CheckConstraint("captured_cents >= 0 AND captured_cents <= amount_cents", name="captured_within_amount"),
        CheckConstraint("refunded_cents >= 0 AND refunded_cents <= captured_cents", name="refunded_within_captured"),
        CheckConstraint("wanted_cents IS NULL OR (wanted_cents > 0 AND wanted_cents <= amount_cents)", name="wanted_within_amount"),
        CheckConstraint("(state = 'captured') = (captured_cents > 0)", name="captured_is_money"),
    )


class Refund(Base):
    """Money given back of one payment, for one `cause` a payment. Its sum and its payment never change (triggers)."""

    __tablename__ = "payment_refund"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    cause: Mapped[str] = mapped_column(String(80))
    amount_cents: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(16), default="asked")
    stripe_refund: Mapped[str | None] = mapped_column(String(64), unique=True)
    failure_code: Mapped[str | None] = mapped_column(String(64))
    ordered_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (
        Index("uq_payment_refund_payment_id_cause", "payment_id", "cause", unique=True),
        CheckConstraint(_known("state", REFUND_STATES), name="known_state"),
        CheckConstraint("amount_cents > 0", name="some_money"),
    )


class StripeCustomer(Base):
    """The name under which Stripe keeps a person's cards; nothing about the person goes with it."""

    __tablename__ = "stripe_customer"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    customer: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedCard(Base):
    """One card that its owner let us keep at Stripe, for charges while they are away. A row is the order to keep it and, `kept`, the card.

    Who agreed to that is `person_id` (`consent_by` is the audit's name for them), when is `created_at`, to which text is
    `consent_version` (`rules.keeping`). `payment_method` and `customer` are Stripe's names, with which a kept card is charged; the
    number never reaches us. `page` is Stripe's own page on which the card is given. `removed` cards are never charged again.
    """

    __tablename__ = "saved_card"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="asked")
    customer: Mapped[str | None] = mapped_column(String(64))
    payment_method: Mapped[str | None] = mapped_column(String(64))
    setup: Mapped[str | None] = mapped_column(String(64), unique=True)
    page: Mapped[str | None] = mapped_column(String(128), unique=True)
    brand: Mapped[str | None] = mapped_column(String(24))
    last_four: Mapped[str | None] = mapped_column(String(4))
    expires_month: Mapped[int | None] = mapped_column(Integer)
    expires_year: Mapped[int | None] = mapped_column(Integer)
    consent_version: Mapped[str] = mapped_column(String(24))
    consent_by: Mapped[str] = mapped_column(String(80))
    failure_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (
        CheckConstraint(_known("state", CARD_STATES), name="known_state"),
        CheckConstraint(
            "state <> 'kept' OR (payment_method IS NOT NULL AND customer IS NOT NULL AND last_four IS NOT NULL)", name="kept_is_a_card"
        ),
    )


class CardTerms(Base):
    """What was agreed about cards for one visit, once it is booked; a visit without a row is paid at the visit.

    `card_on_file`: `card_id` may be charged for what the terms make due, nothing before. `deposit` and `prepaid`: `amount_cents` is
    taken before the visit, by `payment_id`; where `charge_at` is set, not before then, from `card_id`.
    """

    __tablename__ = "card_terms"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    amount_cents: Mapped[int] = mapped_column(Integer)
    card_id: Mapped[int | None] = mapped_column(ForeignKey("saved_card.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    charge_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(_known("kind", ("card_on_file", "deposit", "prepaid")), name="known_kind"),
        CheckConstraint("(kind = 'card_on_file') = (amount_cents = 0)", name="only_a_file_takes_nothing"),
        CheckConstraint("card_id IS NOT NULL OR payment_id IS NOT NULL", name="a_card_or_a_payment"),
    )


class Dispute(Base):
    """A client's bank asks for the money of a payment. `status` is Stripe's word as read last.

    `taken_cents` the bank has taken out of ours and not given back, `fee_cents` the card company took for it. `settled_at` is when the
    bank had decided and what follows stood in the ledger.
    """

    __tablename__ = "payment_dispute"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    stripe_dispute: Mapped[str] = mapped_column(String(64), unique=True)
    amount_cents: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(32))
    taken_cents: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    fee_cents: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StripeEvent(Base):
    """A webhook that was acted on, written in the same transaction: its name makes it happen once. `fault` is what did not agree."""

    __tablename__ = "stripe_event"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    object_id: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fault: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        Index("ix_stripe_event_fault", "taken_at", sqlite_where=text("fault IS NOT NULL"), postgresql_where=text("fault IS NOT NULL")),
    )
