"""Outside calendars that providers have added. What they say is kept in the schedule, as busy minutes and nothing else.

And accounts at calendar servers (CalDAV, Google, Microsoft): what is read from there, and what is written into them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, UtcDateTime, new_public_id
from marketplace.vault import SealedJson, SealedText


class OutsideCalendar(Base):
    """One calendar: a link that is looked at again and again, or a file that was uploaded once.

    The address is a secret: sealed, found again by its keyed hash. `stale_since` is the first failed look after the last good one.
    `flag` says why blocks that the calendar no longer names are kept until the provider agrees. Until `known_until_minute` (epoch)
    everything it says has been laid; None means that it says nothing later.
    """

    __tablename__ = "outside_calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(8))
    address: Mapped[str | None] = mapped_column(SealedText)
    address_hash: Mapped[str | None] = mapped_column(String(64))
    places: Mapped[bool] = mapped_column(Boolean, default=False)
    etag: Mapped[str | None] = mapped_column(String(300))
    last_modified: Mapped[str | None] = mapped_column(String(100))
    last_good_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stale_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str | None] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    next_sync_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    known_until_minute: Mapped[int | None] = mapped_column(Integer)
    warnings: Mapped[list[str]] = mapped_column(Json, default=list)
    events: Mapped[int] = mapped_column(Integer, default=0)
    unplaced: Mapped[int] = mapped_column(Integer, default=0)
    flag: Mapped[str | None] = mapped_column(String(12))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("provider_id", "address_hash", name="uq_outside_calendar_once"),
        CheckConstraint("kind IN ('link', 'file')", name="known_kind"),
        CheckConstraint("flag IN ('lost_half', 'unplaced')", name="known_flag"),
    )


class DavAccount(Base):
    """An account at a calendar server. Address, user name, password and what was found there are sealed; disconnecting deletes the row.

    At Google and Microsoft the `password` is the refresh token, beside it stands the access token that was made of it last and until
    when it is good. `logins` counts what its owner gave us to sign in with: who began with an older one has nothing to say of the newer.

    `collections` are the calendars found, each `{id, url, name, writable}`; into the one at `write_url` the visits are written as far as
    `detail` says, when `next_write_at` has come or a visit has changed since `written_at`. `lost_at`: since then the password is refused.
    """

    __tablename__ = "dav_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(10), default="caldav", server_default="caldav")
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    account_hash: Mapped[str] = mapped_column(String(64))
    server: Mapped[str] = mapped_column(SealedText)
    user_name: Mapped[str] = mapped_column(SealedText)
    password: Mapped[str] = mapped_column(SealedText)
    access_token: Mapped[str | None] = mapped_column(SealedText)
    access_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    logins: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    collections: Mapped[Any] = mapped_column(SealedJson)
    write_url: Mapped[str | None] = mapped_column(SealedText)
    detail: Mapped[str] = mapped_column(String(8), default="brief")
    connected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lost_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_write_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    fault: Mapped[str | None] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        UniqueConstraint("provider_id", "account_hash", name="uq_dav_account_once"),
        CheckConstraint("detail IN ('busy', 'brief', 'full')", name="known_detail"),
        CheckConstraint("kind IN ('caldav', 'google', 'microsoft')", name="known_server_kind"),
    )


class CalendarConsent(Base):
    """A provider on their way to Google or Microsoft and back, for a quarter of an hour. Whoever comes back with the secret (`state_hash`
    is its hash) in the session that went takes the row away, so nobody comes back twice. `verifier` proves that it was us who sent them.
    """

    __tablename__ = "calendar_consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    session_hash: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(SealedText)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("kind IN ('google', 'microsoft')", name="known_kind"),)


class CalendarRevocation(Base):
    """A token that is to be made worthless at the other side; the row goes when it is, or when nobody answers for some days."""

    __tablename__ = "calendar_revocation"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    token: Mapped[str] = mapped_column(SealedText)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    __table_args__ = (CheckConstraint("kind IN ('google', 'microsoft')", name="known_kind"),)


class DavSource(Base):
    """An outside calendar that is read through an account: its address is that of a collection there."""

    __tablename__ = "dav_source"

    calendar_id: Mapped[int] = mapped_column(ForeignKey("outside_calendar.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("dav_account.id", ondelete="CASCADE"), index=True)


class DavCopy(Base):
    """One visit in a calendar at the other side: what is to stand there and what does, as fingerprints of its content.

    `wanted` None: nothing is to stand there, and the row goes with the copy. `written` None: what stands there is not known. The row is
    written before the server is asked and again when it has answered, so that a crash between the two is asked about, never doubled: the
    object's address follows from the visit. `note` says what somebody did to it at the other side, last at `noted_at`.
    """

    __tablename__ = "dav_copy"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("dav_account.id", ondelete="CASCADE"))
    collection_hash: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(SealedText)
    uid: Mapped[str] = mapped_column(String(80), index=True)
    wanted: Mapped[str | None] = mapped_column(String(64))
    written: Mapped[str | None] = mapped_column(String(64))
    etag: Mapped[str | None] = mapped_column(String(300))
    failures: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rewrites: Mapped[int] = mapped_column(Integer, default=0)
    note: Mapped[str | None] = mapped_column(String(8))
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("account_id", "collection_hash", "uid", name="uq_dav_copy_once"),
        CheckConstraint("note IN ('edited', 'deleted')", name="known_note"),
    )
