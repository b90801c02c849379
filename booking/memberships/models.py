"""Membership plans by version, who is a member, and each month that was charged."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.memberships.rules.months import ENDS, STATES
from booking.memberships.rules.plans import Plan
from marketplace.db import Base, UtcDateTime, new_public_id


def _known(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class MembershipPlan(Base):
    """One version of what a therapist offers. It is never edited: other terms are another version of the same `line`.

    `closed_at` is when nobody could join any more under this version.
    """

    __tablename__ = "membership_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    line: Mapped[str] = mapped_column(String(24), default=new_public_id)
    version: Mapped[int] = mapped_column(Integer, default=1)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    service_code: Mapped[str] = mapped_column(String(40))
    service_name: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int] = mapped_column(Integer)
    visits: Mapped[int] = mapped_column(Integer)
    each_cents: Mapped[int] = mapped_column(Integer)
    stays_months: Mapped[int] = mapped_column(Integer)
    most_members: Mapped[int | None] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_membership_plan_line_version", "line", "version", unique=True),
        CheckConstraint("version > 0 AND visits > 0 AND each_cents > 0 AND stays_months > 0", name="about_something"),
        CheckConstraint("most_members IS NULL OR most_members > 0", name="room_for_somebody"),
    )

    @property
    def plan(self) -> Plan:
        """The row as the rules see it."""
        return Plan(self.service_code, self.minutes, self.visits, self.visits * self.each_cents, self.stays_months, self.most_members)


class Membership(Base):
    """One client's membership with one therapist: what they agreed to, the card, and the month that comes next.

    `anchor_on` is the day of joining; month `next_number` is due on `next_on`. `terms` are the words that were agreed, `consent_version`
    the form of their text, `agreed_by` who did. `paused_on` is when the client paused; the pause is over with the next month. From
    `next_plan_on` on the terms are those of `next_plan_id`, told before. While `suspended` a month is unpaid and nothing new is charged.
    """

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    plan_id: Mapped[int] = mapped_column(ForeignKey("membership_plan.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("saved_card.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="joining")
    anchor_on: Mapped[date] = mapped_column(Date)
    next_number: Mapped[int] = mapped_column(Integer, default=1)
    next_on: Mapped[date] = mapped_column(Date, index=True)
    paused_on: Mapped[date | None] = mapped_column(Date)
    next_plan_id: Mapped[int | None] = mapped_column(ForeignKey("membership_plan.id"))
    next_plan_on: Mapped[date | None] = mapped_column(Date)
    consent_version: Mapped[str] = mapped_column(String(24))
    terms: Mapped[str] = mapped_column(Text)
    agreed_by: Mapped[str] = mapped_column(String(80))
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(12))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_membership_one_with_each", "person_id", "provider_id", unique=True, sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint(_known("state", STATES), name="known_state"),
        CheckConstraint(f"ended_by IS NULL OR {_known('ended_by', ENDS)}", name="known_end"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_by IS NULL)", name="ended_somehow"),
        CheckConstraint("next_number > 0", name="after_the_first"),
        CheckConstraint("(next_plan_id IS NULL) = (next_plan_on IS NULL)", name="a_change_has_a_day"),
    )  # fmt: skip


class MembershipMonth(Base):
    """One month of a membership: its visits are `package_id`, which can be used once it is paid. A month is there once at most.

    `tries` counts charges that came to nothing while the client was away; `retry_on` is when the card is asked again. `failed_id` is the
    payment that failed last, `failure_code` why.
    """

    __tablename__ = "membership_month"

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    number: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date] = mapped_column(Date)
    plan_id: Mapped[int] = mapped_column(ForeignKey("membership_plan.id"))
    package_id: Mapped[int] = mapped_column(ForeignKey("package.id"), unique=True)
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    retry_on: Mapped[date | None] = mapped_column(Date, index=True)
    failed_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"))
    failure_code: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index("uq_membership_month_membership_number", "membership_id", "number", unique=True),
        CheckConstraint("number >= 0 AND tries >= 0", name="counted"),
        CheckConstraint("paid_at IS NULL OR retry_on IS NULL", name="paid_is_not_asked_again"),
    )
