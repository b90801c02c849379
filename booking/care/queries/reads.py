"""Who has read a client's health data, out of the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account, Person
from marketplace.audit import AuditEntry
from providers.registry.models import Provider

MOST = 500
# In the audit, about a person: somebody has read what belongs to their health.
HEALTH_READ = "health.read"
_ACCOUNT = "account:"


@dataclass(frozen=True)
class Read:
    """One look: when, who (a therapist's public name, or what kind of reader), what was read, and the object's public id."""

    at: datetime
    who: str
    slug: str | None
    what: str
    about: str | None


def reads_of(session: Session, person_id: int) -> list[Read]:
    """The looks at a person's health data, the newest first."""
    public_id = session.scalars(select(Person.public_id).where(Person.id == person_id)).one()
    mine = select(AuditEntry).where(AuditEntry.object_kind == "person", AuditEntry.object_id == public_id, AuditEntry.verb == HEALTH_READ)
    entries = session.scalars(mine.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(MOST)).all()
    names = _names(session, {entry.actor for entry in entries})
    return [_read(entry, names) for entry in entries]


def _read(entry: AuditEntry, names: dict[str, tuple[str, str | None]]) -> Read:
    who, slug = names.get(entry.actor, (entry.actor, None))
    about = entry.details.get("appointment") or entry.details.get("clearance") or entry.details.get("letter")
    return Read(entry.at, who, slug, entry.details["what"], about)


def _names(session: Session, actors: Sequence[str] | set[str]) -> dict[str, tuple[str, str | None]]:
    ids = {actor.removeprefix(_ACCOUNT): actor for actor in actors if actor.startswith(_ACCOUNT)}
    wanted = select(Account.public_id, Account.name, Provider.name, Provider.slug).outerjoin(Provider, Provider.account_id == Account.id)
    rows = session.execute(wanted.where(Account.public_id.in_(ids)))
    return {ids[row[0]]: (row[2] or row[1], row[3]) for row in rows}
