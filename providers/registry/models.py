"""The provider and the change feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedText
from providers.registry.rules import DRAFT


class Provider(Base):
    """One person who gives care, and how they present themselves. Bookable only while `state` is listed and standing holds.

    `answers` are those of the interview, code to text; `answered_on` says on which day each was given (code to ISO day).
    """

    __tablename__ = "provider"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[str] = mapped_column(String(16), default=DRAFT, index=True)
    state_reason: Mapped[str | None] = mapped_column(String(300))
    name: Mapped[str] = mapped_column(String(120))
    headline: Mapped[str] = mapped_column(String(160), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    gender: Mapped[str] = mapped_column(String(16), default="undisclosed")
    pronouns: Mapped[str | None] = mapped_column(String(40))
    profession: Mapped[str] = mapped_column(String(24), default="lmt")
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    settings: Mapped[list[str]] = mapped_column(Json, default=list)
    phone: Mapped[str | None] = mapped_column(SealedText)
    answers: Mapped[Any] = mapped_column(Json, default=dict)
    answered_on: Mapped[Any] = mapped_column(Json, default=dict)
    legal_name: Mapped[str | None] = mapped_column(SealedText)
    attested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attestation_version: Mapped[int | None] = mapped_column(Integer)
    rating_count: Mapped[int] = mapped_column(Integer, default=0)
    rating_sum: Mapped[int] = mapped_column(Integer, default=0)
    sample_data: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CurrentTransactionId(FunctionElement[int]):
    """The number of the running transaction; 0 where the database has a single writer and needs none."""

    type = BigInteger()
    inherit_cache = True
    name = "current_transaction_id"


@compiles(CurrentTransactionId)
def _no_transaction_id(_element: CurrentTransactionId, _compiler: SQLCompiler, **_kw: object) -> str:
    return "0"


@compiles(CurrentTransactionId, "postgresql")
def _postgresql_transaction_id(_element: CurrentTransactionId, _compiler: SQLCompiler, **_kw: object) -> str:
    return "pg_current_xact_id()::text::bigint"


class Change(Base):
    """A provider was touched. Readers on PostgreSQL follow `xid` (sequence order is not commit order), on SQLite `seq`."""

    __tablename__ = "change"

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    xid: Mapped[int] = mapped_column(BigInteger, default=CurrentTransactionId(), index=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
