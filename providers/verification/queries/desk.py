"""What the checkers' desk reads: the queue, what stands beside an opened credential, and what is to be looked at again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Account
from marketplace.kernel.errors import NotFound
from providers.credentials.models import Credential, CredentialDecision, CredentialDocument
from providers.credentials.queries import CredentialRow
from providers.credentials.rules.states import REVOKED, SUBMITTED, SUSPENDED, UNDER_REVIEW, VERIFIED, WITHDRAWN
from providers.registry.models import Provider
from providers.verification.rules.queue import QueueItem, in_order, page_after

WAITING = (SUBMITTED, UNDER_REVIEW)


@dataclass(frozen=True)
class Wanted:
    """Which credentials: of these statuses (None: any), of a kind."""

    statuses: tuple[str, ...] | None = WAITING
    kind: str | None = None


@dataclass(frozen=True)
class Page:
    """Some of the queue, and the row id of the last line where more follow."""

    rows: list[CredentialRow]
    last: int | None


@dataclass(frozen=True)
class Decided:
    """A decision with who made it and on which version."""

    decision: CredentialDecision
    by: str


@dataclass(frozen=True)
class Elsewhere:
    """Another provider who handed in the same number."""

    name: str
    verified: bool


def list_items(session: Session, wanted: Wanted) -> list[QueueItem]:
    """The lines of the queue in no order, each with the last day of the version that stands where it is a renewal."""
    return [_item(row) for row in session.execute(_narrowed(_items(), wanted))]


def find_item(session: Session, row_id: int) -> QueueItem | None:
    """One line, whatever its status."""
    row = session.execute(_items().where(Credential.id == row_id)).first()
    return None if row is None else _item(row)


def _items() -> Any:
    old = aliased(Credential)
    held_until = (
        select(func.max(func.coalesce(old.valid_until, old.expires_on)))
        .where(
            old.provider_id == Credential.provider_id, old.kind == Credential.kind, old.status == VERIFIED, old.id != Credential.id,
            func.coalesce(old.technique, "") == func.coalesce(Credential.technique, ""),
        )
        .scalar_subquery()
    )  # fmt: skip
    return select(
        Credential.id, Credential.public_id, Credential.kind, Credential.status, Credential.submitted_at, held_until.label("held_until"),
        Credential.taken_by, Credential.taken_at, Credential.first_verified_by,
    )  # fmt: skip


def _narrowed(query: Any, wanted: Wanted) -> Any:
    if wanted.statuses is not None:
        query = query.where(Credential.status.in_(wanted.statuses))
    return query if wanted.kind is None else query.where(Credential.kind == wanted.kind)


def _item(row: Row[Any]) -> QueueItem:
    cells: tuple[Any, ...] = tuple(row)
    return QueueItem(*cells)


def whose(session: Session, public_id: str) -> int:
    """The row id of the provider whose credential it is. Raises NotFound."""
    found = session.scalar(select(Credential.provider_id).where(Credential.public_id == public_id))
    if found is None:
        raise NotFound("not_found", "There is no such credential.")
    return found


def list_rows(session: Session, items: Collection[QueueItem]) -> list[CredentialRow]:
    """The credentials of these lines with whose they are, in the order of the lines."""
    found = session.execute(
        select(Credential, Provider)
        .join(Provider, Provider.id == Credential.provider_id)
        .where(Credential.id.in_([item.id for item in items]))
    )
    by_id = {credential.id: CredentialRow(credential, provider) for credential, provider in found}
    return [by_id[item.id] for item in items if item.id in by_id]


def load_queue(session: Session, wanted: Wanted, today: date) -> list[QueueItem]:
    """The lines of the queue as they are worked off."""
    return in_order(list_items(session, wanted), today)


def load_page(session: Session, wanted: Wanted, after_id: int | None, today: date, size: int) -> Page:
    """The page of the queue behind a line. The first one where that line is gone from the database."""
    after = find_item(session, after_id) if after_id is not None else None
    items, more = page_after(load_queue(session, wanted, today), after, today, size)
    return Page(list_rows(session, items), items[-1].id if more else None)


def count_by_status(session: Session) -> Mapping[str, int]:
    """How many credentials there are of each status; what was withdrawn is left out."""
    rows = session.execute(select(Credential.status, func.count()).where(Credential.status != WITHDRAWN).group_by(Credential.status))
    return {row[0]: row[1] for row in rows}


def count_by_kind(session: Session, statuses: Collection[str] | None) -> Mapping[str, int]:
    """How many there are of each kind, of these statuses (None: any)."""
    query = select(Credential.kind, func.count()).group_by(Credential.kind)
    if statuses is not None:
        query = query.where(Credential.status.in_(statuses))
    return {row[0]: row[1] for row in session.execute(query)}


def list_earlier(session: Session, credential: Credential) -> list[Credential]:
    """The other ones of the same provider, kind and technique that came before, the newest first."""
    return list(
        session.scalars(
            select(Credential)
            .where(
                Credential.provider_id == credential.provider_id, Credential.kind == credential.kind, Credential.id < credential.id,
                func.coalesce(Credential.technique, "") == (credential.technique or ""),
            )
            .order_by(Credential.id.desc())
        )
    )  # fmt: skip


def list_decided(session: Session, credential_ids: Collection[int]) -> list[Decided]:
    """What was decided on these, the newest first, with the checkers' names."""
    rows = session.execute(
        select(CredentialDecision, Account.name, Account.email)
        .join(Account, Account.id == CredentialDecision.decided_by_id)
        .where(CredentialDecision.credential_id.in_(credential_ids))
        .order_by(CredentialDecision.id.desc())
    )
    return [Decided(row[0], row[1] or row[2]) for row in rows]


def file_hashes(session: Session, credential_ids: Collection[int]) -> Mapping[int, tuple[str, datetime]]:
    """The newest file of each, as its SHA-256 and when it was uploaded; not its content."""
    table = CredentialDocument.__table__.c
    rows = session.execute(
        select(table.credential_id, table.sha256, table.uploaded_at).where(table.credential_id.in_(credential_ids)).order_by(table.id)
    )
    return {row.credential_id: (row.sha256, row.uploaded_at) for row in rows}


def list_elsewhere(session: Session, credential: Credential) -> list[Elsewhere]:
    """Other providers who handed in the same number for the same kind."""
    if credential.number_fingerprint is None:
        return []
    rows = session.execute(
        select(Provider.name, func.max(case((Credential.status.in_((VERIFIED, SUSPENDED, REVOKED)), 1), else_=0)))
        .join(Provider, Provider.id == Credential.provider_id)
        .where(
            Credential.number_fingerprint == credential.number_fingerprint, Credential.kind == credential.kind,
            Credential.provider_id != credential.provider_id, Credential.status != WITHDRAWN,
        )
        .group_by(Provider.id, Provider.name)
        .order_by(Provider.name)
    )  # fmt: skip
    return [Elsewhere(name, bool(verified)) for name, verified in rows]


def actor_names(session: Session, actors: Iterable[str | None]) -> Mapping[str, str]:
    """The names of the accounts that the audit calls so."""
    ids = {actor.removeprefix("account:") for actor in actors if actor}
    rows = session.execute(select(Account.public_id, Account.name, Account.email).where(Account.public_id.in_(ids)))
    return {f"account:{row.public_id}": row.name or row.email for row in rows}


def list_due(session: Session, today: date, after_id: int | None, limit: int) -> list[CredentialRow]:
    """Credentials in force whose day to be looked at again has come, the longest overdue first, behind a row; one more than `limit` if
    there are more. What was looked at since then is no longer due, and the list goes on where it would have stood.
    """
    query = (
        select(Credential, Provider)
        .join(Provider, Provider.id == Credential.provider_id)
        .where(*_due(today))
        .order_by(Credential.next_check_on, Credential.id)
        .limit(limit + 1)
    )
    last = session.execute(select(Credential.next_check_on, Credential.id).where(Credential.id == after_id)).first()
    if last is not None and last.next_check_on is not None and last.next_check_on <= today:
        query = query.where(
            (Credential.next_check_on > last.next_check_on) | and_(Credential.next_check_on == last.next_check_on, Credential.id > last.id)
        )
    return [CredentialRow(row[0], row[1]) for row in session.execute(query)]


def count_due(session: Session, today: date) -> int:
    """How many credentials are to be looked at again."""
    return session.scalar(select(func.count()).select_from(Credential).where(*_due(today))) or 0


def _due(today: date) -> tuple[ColumnElement[bool], ...]:
    last_day = func.coalesce(Credential.valid_until, Credential.expires_on)
    return Credential.status == VERIFIED, Credential.next_check_on <= today, (last_day.is_(None)) | (last_day >= today)
