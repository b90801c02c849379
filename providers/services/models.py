"""What a provider offers: services with durations and prices, price rules, cancellation terms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime


class Service(Base):
    """One kind of visit. `version` rises with each change of its prices; `retired` ones stay for the appointments that name them.

    `by_request` says where its therapist confirms each booking by hand, as `by_request_to_dict` has it; None: nowhere. `preparation` is
    what its therapist asks of whoever comes; None: nothing.
    """

    __tablename__ = "service"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(Integer, default=0)
    techniques: Mapped[list[str]] = mapped_column(Json, default=list)
    conditions: Mapped[list[str]] = mapped_column(Json, default=list)
    settings: Mapped[list[str]] = mapped_column(Json, default=list)
    first_visit_only: Mapped[bool] = mapped_column(Boolean, default=False)
    buffer_before_minutes: Mapped[int | None] = mapped_column(Integer)
    buffer_after_minutes: Mapped[int | None] = mapped_column(Integer)
    add_ons: Mapped[Any] = mapped_column(Json, default=list)
    by_request: Mapped[Any] = mapped_column(Json, nullable=True)
    preparation: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
    retired: Mapped[bool] = mapped_column(Boolean, default=False)

    __table_args__ = (UniqueConstraint("provider_id", "code"),)


class ServiceDuration(Base):
    """One length of a service and its price."""

    __tablename__ = "service_duration"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    minutes: Mapped[int] = mapped_column(Integer)
    price_cents: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        UniqueConstraint("service_id", "minutes"),
        CheckConstraint("minutes > 0 AND minutes <= 480", name="minutes_sane"),
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
    )


class PricePolicy(Base):
    """A provider's price rules, one row a version; the highest version is in force. `made_by` is who stated them, as the audit says."""

    __tablename__ = "price_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    rules: Mapped[Any] = mapped_column(Json)
    cap_percent: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (Index("uq_price_policy_provider_version", "provider_id", "version", unique=True),)


class TermsPolicy(Base):
    """A provider's cancellation and payment terms, one row a version; the highest version is in force. `made_by` as above."""

    __tablename__ = "terms_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    terms: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (Index("uq_terms_policy_provider_version", "provider_id", "version", unique=True),)


class FirstVisitRule(Base):
    """What a provider asks of new clients, as `first_visits_to_dict` has it; no row asks nothing."""

    __tablename__ = "first_visit_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), unique=True)
    rules: Mapped[Any] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
