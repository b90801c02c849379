"""Gift cards, what moved on them, and what of them pays for which visit. What moved and what was said is never edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.giftcards.rules import HOW, MOVES, PAPERS, STATES, USES, Standing
from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedText


def _known(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class GiftCardPolicy(Base):
    """Whether gift cards may be sold here, and of which amounts, from `at` on; the newest row counts, none means no. Rows are history."""

    __tablename__ = "gift_card_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    allowed: Mapped[bool] = mapped_column(Boolean)
    amounts: Mapped[list[int]] = mapped_column(Json, default=list)
    least_cents: Mapped[int] = mapped_column(Integer)
    most_cents: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("least_cents > 0 AND most_cents >= least_cents", name="limits"),)


class GiftCardSeller(Base):
    """Whether a provider sells gift cards of theirs, from `at` on; the newest row of a provider counts. Rows are history."""

    __tablename__ = "gift_card_seller"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    sells: Mapped[bool] = mapped_column(Boolean)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class GiftCard(Base):
    """One card of one provider, bought by `person_id`. Of its code only a keyed hash and the last four signs are kept.

    `left_cents` is kept by triggers: the sum of its moves; that it never falls below zero is the database's constraint. `holder_id` is
    whose account it was added to: from then on only they use it. A card that was stolen is `void`, what was left is on the card that
    `replaces_id` it.
    """

    __tablename__ = "gift_card"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), unique=True)
    amount_cents: Mapped[int] = mapped_column(Integer)
    left_cents: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(12), default="ordered")
    how: Mapped[str | None] = mapped_column(String(12))
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    last_four: Mapped[str | None] = mapped_column(String(4))
    to_name: Mapped[str | None] = mapped_column(SealedText)
    to_email: Mapped[str | None] = mapped_column(SealedText)
    from_name: Mapped[str | None] = mapped_column(SealedText)
    message: Mapped[str | None] = mapped_column(SealedText)
    deliver_on: Mapped[date | None] = mapped_column(Date)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("gift_card.id"), unique=True)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        CheckConstraint(_known("state", STATES), name="known_state"),
        CheckConstraint(f"how IS NULL OR {_known('how', HOW)}", name="known_way"),
        CheckConstraint("amount_cents > 0 AND left_cents >= 0 AND left_cents <= amount_cents", name="never_negative"),
        CheckConstraint("(state IN ('active', 'void')) = (paid_at IS NOT NULL)", name="active_is_paid"),
        CheckConstraint("(paid_at IS NULL) = (how IS NULL) AND (paid_at IS NULL) = (code_hash IS NULL)", name="paid_somehow"),
        CheckConstraint("state <> 'void' OR (left_cents = 0 AND void_reason IS NOT NULL)", name="void_is_empty"),
        CheckConstraint("paid_at IS NOT NULL OR left_cents = 0", name="paid_before_worth"),
    )


class GiftCardMove(Base):
    """Cents that came to a card (above zero) or left it. `visit` and `reference` are the visit's own names, where it is about one."""

    __tablename__ = "gift_card_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("gift_card.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    cents: Mapped[int] = mapped_column(Integer)
    visit: Mapped[str | None] = mapped_column(String(24))
    reference: Mapped[str | None] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(_known("kind", MOVES), name="known_kind"),
        CheckConstraint("cents <> 0 AND (cents > 0) = (kind IN ('sold', 'back', 'moved_in'))", name="known_way"),
    )


class GiftCardUse(Base):
    """A card that is to pay for a held time (`pledged`), or has paid for a visit (`taken`).

    `cents` is what was set aside; `used_cents` of it were charged, `back_cents` went back, the rest waits.
    """

    __tablename__ = "gift_card_use"

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("gift_card.id"), index=True)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id", ondelete="SET NULL"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="pledged")
    cents: Mapped[int] = mapped_column(Integer)
    used_cents: Mapped[int] = mapped_column(Integer, default=0)
    back_cents: Mapped[int] = mapped_column(Integer, default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_gift_card_use_hold_id_card_id", "hold_id", "card_id", unique=True),
        CheckConstraint(_known("state", USES), name="known_state"),
        CheckConstraint("(state = 'taken') = (appointment_id IS NOT NULL)", name="taken_for_a_visit"),
        CheckConstraint("cents > 0 AND used_cents >= 0 AND back_cents >= 0 AND used_cents + back_cents <= cents", name="never_more"),
    )

    @property
    def standing(self) -> Standing:
        """As the rules see it."""
        return Standing(self.id, self.cents, self.used_cents, self.back_cents)


class GiftCardRefund(Base):
    """What was left of a card went back to whoever bought it; `number` counts the times from 1.

    Of card money `refund_id` is the order to the card company. Other money the therapist has: `given_back_at` says that they gave it back.
    """

    __tablename__ = "gift_card_refund"

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("gift_card.id"))
    number: Mapped[int] = mapped_column(Integer)
    cents: Mapped[int] = mapped_column(Integer)
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("payment_refund.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_gift_card_refund_card_id_number", "card_id", "number", unique=True),
        CheckConstraint("number > 0 AND cents > 0", name="about_something"),
        CheckConstraint("refund_id IS NULL OR given_back_at IS NULL", name="one_way_back"),
    )


class GiftCardPaper(Base):
    """A numbered receipt of a card that was bought, or the note about what went back; without a gap for each provider and year.

    `entry_key` is the group of entries that it is about. `content` is the paper as it was given, without the buyer's name and the code.
    """

    __tablename__ = "gift_card_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("gift_card.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    entry_key: Mapped[str] = mapped_column(String(120), unique=True)
    amount_cents: Mapped[int] = mapped_column(Integer)
    content: Mapped[Any] = mapped_column(Json)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_gift_card_paper_provider_year_number", "provider_id", "year", "number", unique=True),
        CheckConstraint(_known("kind", PAPERS), name="known_kind"),
        CheckConstraint("number > 0 AND amount_cents > 0", name="about_something"),
    )
