"""Where a provider works: rooms of their own, and the area they travel to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Float, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedJson


class Clinic(Base):
    """A house in which several providers work, kept by an admin, never deleted.

    `hours` are its own, in the contract's weekly shape without settings; none means always.
    `kind` is the setting's: hospital, pt_clinic, sports_clinic, integrated or private_practice. In a `rostered` one only shifts count.
    `rooms` is how many treatment rooms it has, None where nobody said; from epoch minute `rooms_from_minute` on the database lets no
    more be taken (triggers on both databases, written in the migration "rooms").
    """

    __tablename__ = "clinic"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    line1: Mapped[str] = mapped_column(String(160))
    unit: Mapped[str | None] = mapped_column(String(40))
    zip: Mapped[str] = mapped_column(String(5))
    neighborhood: Mapped[str] = mapped_column(String(40))
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    hours: Mapped[Any] = mapped_column(Json, default=list)
    rostered: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rooms: Mapped[int | None] = mapped_column(Integer)
    rooms_from_minute: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        CheckConstraint("rooms BETWEEN 1 AND 50", name="rooms_sane"),
        CheckConstraint("(rooms IS NULL) = (rooms_from_minute IS NULL)", name="rooms_since"),
    )


class ProviderPlace(Base):
    """A clinic or office open to clients; its address is public. Where it is a room of a shared clinic, `clinic_id` says which."""

    __tablename__ = "provider_place"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    line1: Mapped[str] = mapped_column(String(160))
    unit: Mapped[str | None] = mapped_column(String(40))
    city: Mapped[str] = mapped_column(String(60), default="New York")
    zip: Mapped[str] = mapped_column(String(5))
    access: Mapped[str | None] = mapped_column(String(300))
    neighborhood: Mapped[str] = mapped_column(String(40), index=True)
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"), index=True)


class ServiceArea(Base):
    """How far and by what means a provider comes to clients. The base and the day's end are sealed and never published.

    `leaves_from` and `returns_to` are all ZIP codes of the districts of both where the ways from and to them count, else empty.
    """

    __tablename__ = "service_area"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), unique=True)
    mode: Mapped[str] = mapped_column(String(20), default="subway")
    base: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    zips: Mapped[list[str]] = mapped_column(Json, default=list)
    neighborhoods: Mapped[list[str]] = mapped_column(Json, default=list)
    radius_meters: Mapped[int | None] = mapped_column(Integer)
    max_travel_minutes: Mapped[int | None] = mapped_column(Integer)
    setup_minutes: Mapped[int] = mapped_column(Integer, default=15)
    pack_minutes: Mapped[int] = mapped_column(Integer, default=10)
    covered_zips: Mapped[list[str]] = mapped_column(Json, default=list)
    early_minutes: Mapped[int] = mapped_column(Integer, default=0)
    latest_start_minute: Mapped[int | None] = mapped_column(Integer)
    first_visit_minutes: Mapped[int] = mapped_column(Integer, default=0)
    first_visit_latest_minute: Mapped[int | None] = mapped_column(Integer)
    day_end: Mapped[Any] = mapped_column(SealedJson, nullable=True)
    leaves_from: Mapped[list[str]] = mapped_column(Json, default=list)
    returns_to: Mapped[list[str]] = mapped_column(Json, default=list)
