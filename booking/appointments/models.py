"""Holds, appointments and their history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedJson, SealedText


class Hold(Base):
    """A time kept for one person while they check out. It ends at the second `expires_at`, whatever `state` still says.

    `by_request` says that its client was shown that the therapist will be asked first. `minutes` is the length that is priced; `add_ons`
    (code, name, minutes, price as agreed) and extensions come on top, so that only `ends_at` says when it is over.
    """

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="live")
    service_code: Mapped[str] = mapped_column(String(40))
    service_name: Mapped[str] = mapped_column(String(120))
    minutes: Mapped[int] = mapped_column(Integer)
    setting: Mapped[str] = mapped_column(String(12))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("provider_place.id", ondelete="SET NULL"))
    zip: Mapped[str | None] = mapped_column(String(5))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    quote: Mapped[Any] = mapped_column(Json)
    terms: Mapped[Any] = mapped_column(Json)
    add_ons: Mapped[Any] = mapped_column(Json, nullable=True)
    draft: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    origin: Mapped[str | None] = mapped_column(String(64), index=True)
    by_request: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("state IN ('live', 'booked', 'released', 'expired')", name="known_state"),)


class Appointment(Base):
    """A visit, with everything that was agreed when it was booked. `minutes` and `add_ons` as in a hold."""

    __tablename__ = "appointment"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), unique=True)
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id"), unique=True)
    status: Mapped[str] = mapped_column(String(12))
    service_code: Mapped[str] = mapped_column(String(40))
    service_name: Mapped[str] = mapped_column(String(120))
    technique: Mapped[str | None] = mapped_column(String(32))
    minutes: Mapped[int] = mapped_column(Integer)
    setting: Mapped[str] = mapped_column(String(12))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("provider_place.id", ondelete="SET NULL"))
    zip: Mapped[str | None] = mapped_column(String(5))
    address: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    quote: Mapped[Any] = mapped_column(Json)
    terms: Mapped[Any] = mapped_column(Json)
    add_ons: Mapped[Any] = mapped_column(Json, nullable=True)
    total_cents: Mapped[int] = mapped_column(Integer)
    paid_cents: Mapped[int] = mapped_column(Integer, default=0)
    due_cents: Mapped[int] = mapped_column(Integer, default=0)
    fee_cents: Mapped[int] = mapped_column(Integer, default=0)
    waived_cents: Mapped[int] = mapped_column(Integer, default=0)
    payment_method: Mapped[str] = mapped_column(String(12), default="at_visit")
    screening_id: Mapped[int | None] = mapped_column(ForeignKey("screening.id"))
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"))
    note: Mapped[str | None] = mapped_column(SealedText)
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    moves: Mapped[int] = mapped_column(Integer, default=0)
    free_moves_used: Mapped[int] = mapped_column(Integer, default=0)
    guest_key_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    attention: Mapped[list[str]] = mapped_column(Json, default=list)
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    respond_by_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[str | None] = mapped_column(String(12))
    cancel_reason: Mapped[str | None] = mapped_column(String(24))
    cancel_note: Mapped[str | None] = mapped_column(SealedText)
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sample_data: Mapped[bool] = mapped_column(Boolean, default=False)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_appointment_provider_starts", "provider_id", "starts_at"),
        Index("ix_appointment_person_starts", "person_id", "starts_at"),
        CheckConstraint(
            "status IN ('requested', 'confirmed', 'checked_in', 'completed', 'cancelled', 'no_show', 'expired')", name="known_status"
        ),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("fee_cents >= 0 AND paid_cents >= 0 AND due_cents >= 0", name="money_not_negative"),
    )


class AppointmentEvent(Base):
    """What happened to an appointment, in order; never edited, never deleted. `facts` holds times and figures, no health words."""

    __tablename__ = "appointment_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(12))
    verb: Mapped[str] = mapped_column(String(24))
    facts: Mapped[Any] = mapped_column(Json)


class Series(Base):
    """Visits that were planned together with one provider, so many days apart. From booking on each of them stands alone."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    every_days: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SeriesVisit(Base):
    """One visit of a series, counted from 1: its hold, and through the hold its appointment once it is booked."""

    __tablename__ = "series_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"), unique=True)


class Basket(Base):
    """Visits of one person that are held, paid for and booked in one checkout: all of them or none. Afterwards each stands alone."""

    __tablename__ = "basket"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BasketVisit(Base):
    """One visit of a basket, counted from 1: its hold, and through the hold its appointment. What is taken out leaves no row."""

    __tablename__ = "basket_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("basket.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"), unique=True)


class CardCheckout(Base):
    """A checkout whose client is paying by card: what is booked once the card is good, whoever hears of it first. One at a time a hold.

    `hold_id` is the first of all that is booked together. `wanted` is the booking, sealed. `plan` is what is asked of the card for each
    hold (`rules.paying`), `card_id` the card that is kept; payments are named after the checkout (`Payment.cause`).
    """

    __tablename__ = "card_checkout"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="open")
    wanted: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    plan: Mapped[Any] = mapped_column(Json)
    card_id: Mapped[int | None] = mapped_column(ForeignKey("saved_card.id"))
    payment_method: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(80))
    failure_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("state IN ('open', 'booked', 'failed', 'ended')", name="known_state"),
        Index(
            "uq_card_checkout_open", "hold_id", unique=True, sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")
        ),
    )


class Couple(Base):
    """Two people side by side: two holds with two therapists at one start in one place, booked both or not at all.

    The first is the booker's, the second that of whom they bring. Through its hold each has its visit.
    """

    __tablename__ = "couple"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    first_hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"), unique=True)
    second_hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("first_hold_id <> second_hold_id", name="two_holds"),)


class WaitlistEntry(Base):
    """Somebody waits for a time with a provider, or with anybody where `provider_id` is None, on the days from..until, both whole.

    How it stands follows from its offers and is not stored; only leaving is.
    """

    __tablename__ = "waitlist_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    service_code: Mapped[str | None] = mapped_column(String(40))
    minutes: Mapped[int] = mapped_column(Integer)
    setting: Mapped[str] = mapped_column(String(12))
    zip: Mapped[str | None] = mapped_column(String(5))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    parts: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="days_in_order"),
        CheckConstraint("(provider_id IS NULL) = (service_code IS NULL)", name="a_service_is_somebodys"),
    )


class WaitlistGuest(Base):
    """What is known of a wish on the waitlist whose person has no account: from which network address it was asked for, as a keyed hash,
    and since when it is in line. Before that nothing is offered.
    """

    __tablename__ = "waitlist_guest"

    entry_id: Mapped[int] = mapped_column(ForeignKey("waitlist_entry.id", ondelete="CASCADE"), primary_key=True)
    origin: Mapped[str | None] = mapped_column(String(64), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("confirmed_at IS NULL OR confirmed_at >= asked_at", name="asked_before_confirmed"),)


class WaitlistOffer(Base):
    """A freed time that was offered to somebody on the list: the hold keeps it for them until its own end."""

    __tablename__ = "waitlist_offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("waitlist_entry.id", ondelete="CASCADE"), index=True)
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"), unique=True)
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HandBooking(Base):
    """A time that a therapist or the staff keep for somebody by hand: the hold waits until its client has answered and agreed.

    `overrides` are the rules that said no and why they were passed over: code, sentence, reason.
    """

    __tablename__ = "hand_booking"

    id: Mapped[int] = mapped_column(primary_key=True)
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id", ondelete="CASCADE"), unique=True)
    overrides: Mapped[Any] = mapped_column(Json, default=list)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DoorTime(Base):
    """How many minutes a provider said it takes from the street to a person's door. `mark` is a keyed hash of the address.

    Read by the rule for the next visit there, and shown to that provider alone.
    """

    __tablename__ = "door_time"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    mark: Mapped[str] = mapped_column(String(64))
    minutes: Mapped[int] = mapped_column(Integer)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("provider_id", "person_id", "mark"),
        CheckConstraint("minutes BETWEEN 0 AND 60", name="minutes_sane"),
    )


class Handover(Base):
    """A booked visit offered to a colleague, whose time is kept by `claim_id` until the client has answered. One at a time waits.

    `reason` is told to the client; `note` is for the colleague alone, sealed. `starts_at` is the visit's when it was offered: a visit
    that has moved since is another matter.
    """

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    from_provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    to_provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), unique=True)
    service_code: Mapped[str] = mapped_column(String(40))
    service_name: Mapped[str] = mapped_column(String(120))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("provider_place.id", ondelete="SET NULL"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(300))
    note: Mapped[str | None] = mapped_column(SealedText)
    state: Mapped[str] = mapped_column(String(12), default="offered")
    offered_by: Mapped[str] = mapped_column(String(80))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("state IN ('offered', 'accepted', 'declined', 'withdrawn', 'expired')", name="known_state"),
        CheckConstraint("from_provider_id <> to_provider_id", name="to_somebody_else"),
        Index(
            "uq_handover_waiting",
            "appointment_id",
            unique=True,
            sqlite_where=text("state = 'offered'"),
            postgresql_where=text("state = 'offered'"),
        ),
    )


class PrescribedVisit(Base):
    """A visit that counts for a prescription. Each number up to what was allowed is taken by one visit at a time, whoever races.

    `allowed` is how many visits the prescription had when this one was booked; `freed_at`: the visit ended without taking place, and its
    number was given back.
    """

    __tablename__ = "prescribed_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    prescription_id: Mapped[int] = mapped_column(ForeignKey("prescription.id"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), unique=True)
    number: Mapped[int] = mapped_column(Integer)
    allowed: Mapped[int] = mapped_column(Integer)
    freed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND allowed", name="no_more_than_allowed"),
        Index(
            "uq_prescribed_visit_number",
            "prescription_id",
            "number",
            unique=True,
            sqlite_where=text("freed_at IS NULL"),
            postgresql_where=text("freed_at IS NULL"),
        ),
    )
