"""The audit, read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account
from marketplace.audit import AuditEntry


@dataclass(frozen=True)
class AuditQuestion:
    """Which entries: of an object (`kind:id`, an id, or a kind), by an actor (`account:ID` or an account's address), before a row."""

    object_name: str | None = None
    actor: str | None = None
    before_id: int | None = None


def find_entries(session: Session, question: AuditQuestion, limit: int) -> list[AuditEntry]:
    """Entries, the newest first; one more than `limit` when there are more."""
    wanted = select(AuditEntry)
    if question.object_name:
        kind, colon, object_id = question.object_name.partition(":")
        if colon:
            wanted = wanted.where(AuditEntry.object_kind == kind, AuditEntry.object_id == object_id)
        else:
            wanted = wanted.where((AuditEntry.object_id == kind) | (AuditEntry.object_kind == kind))
    if question.actor:
        wanted = wanted.where(AuditEntry.actor == _actor(session, question.actor))
    if question.before_id is not None:
        wanted = wanted.where(AuditEntry.id < question.before_id)
    return list(session.scalars(wanted.order_by(AuditEntry.id.desc()).limit(limit + 1)))


def actor_names(session: Session, entries: Sequence[AuditEntry]) -> Mapping[str, str]:
    """The names of the accounts that acted, by the audit's name for them."""
    ids = {entry.actor.removeprefix("account:") for entry in entries if entry.actor.startswith("account:")}
    rows = session.execute(select(Account.public_id, Account.name, Account.email).where(Account.public_id.in_(ids)))
    return {f"account:{row.public_id}": row.name or row.email for row in rows}


def _actor(session: Session, text: str) -> str:
    """An e-mail address stands for its account."""
    if "@" not in text:
        return text if ":" in text else f"account:{text}"
    public_id = session.scalar(select(Account.public_id).where(Account.email == text.strip().lower()))
    return f"account:{public_id}" if public_id else text
