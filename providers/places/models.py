"""Where a provider works: rooms of their own, and the area they travel to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, new_public_id
from marketplace.vault import SealedJson


class ProviderPlace(Base):
    """A clinic or office open to clients; its address is public."""

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


class ServiceArea(Base):
    """How far and by what means a provider comes to clients. The base is sealed and never published."""

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
