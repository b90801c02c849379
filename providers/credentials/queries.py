"""Credentials read: for their owner, for those who check them, and as facts for the rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account
from marketplace.kernel.errors import NotFound
from marketplace.outbox.models import Letter
from providers.credentials.catalogue import first_policy, kinds
from providers.credentials.models import Credential, CredentialDocument, CredentialPolicy
from providers.credentials.rules.policies import Policies, table_of
from providers.credentials.rules.standing import CredentialFact
from providers.credentials.rules.states import REVOKED, SUBMITTED, SUSPENDED, UNDER_REVIEW, VERIFIED, WITHDRAWN
from providers.registry.models import Provider
from providers.registry.rules import LISTED
from providers.registry.rules import SUBMITTED as SENT_IN

WAITING = (SUBMITTED, UNDER_REVIEW)

_SEEN = "credential_policies"
_policies: WeakKeyDictionary[Engine, tuple[int, Policies]] = WeakKeyDictionary()


@dataclass(frozen=True)
class CredentialRow:
    """A credential with whose it is."""

    credential: Credential
    provider: Provider


@dataclass(frozen=True)
class DocumentRow:
    """A file without its content."""

    public_id: str
    version: int
    media_type: str
    uploaded_at: Any


def load_policies(session: Session) -> Policies:
    """Every version of the policy, as this session's running transaction sees it.

    One small statement a transaction tells whether a version was added; since none is ever edited, those read before are kept.
    """
    unit = session.get_transaction()
    seen = session.info.get(_SEEN)
    if unit is not None and seen is not None and seen[0] is unit:
        kept: Policies = seen[1]
        return kept
    policies = read_policies(session)
    session.info[_SEEN] = session.get_transaction(), policies
    return policies


def read_policies(session: Session) -> Policies:
    """The same, asked anew at this moment."""
    newest = session.scalar(select(CredentialPolicy.id).order_by(CredentialPolicy.version.desc()).limit(1))
    if newest is None:
        return first_policy()
    engine = session.get_bind().engine
    known = _policies.get(engine)
    if known is None or known[0] != newest:
        rows = list_policies(session)
        known = newest, Policies((kinds(), *(table_of(row.table, row.version, row.effective_from) for row in rows)))
        _policies[engine] = known
    return known[1]


def list_policies(session: Session) -> list[CredentialPolicy]:
    """The versions that admins have added, in order. Version 1 is the vendored table."""
    return list(session.scalars(select(CredentialPolicy).order_by(CredentialPolicy.version)))


def credential_fact(row: Any, *, suspended: bool = False) -> CredentialFact:
    """A credential's row as the rules see it; a suspended provider's count as suspended."""
    status = SUSPENDED if suspended and row.status == VERIFIED else row.status
    return CredentialFact(
        kind=row.kind, status=status, valid_from=row.issued_on or date.min, valid_until=row.valid_until or row.expires_on,
        details=row.details or {}, technique=row.technique,
    )  # fmt: skip


def list_own(session: Session, provider_id: int | None) -> list[Credential]:
    """A provider's credentials, the newest first; what was taken back by handing it in anew is left out."""
    return list(
        session.scalars(
            select(Credential).where(Credential.provider_id == provider_id, Credential.status != WITHDRAWN).order_by(Credential.id.desc())
        )
    )


@dataclass(frozen=True)
class CredentialOwner:
    """Whose credentials end, and where letters reach them."""

    provider_id: int
    name: str
    email: str


def list_owners_ending(session: Session, today: date, days: int) -> list[CredentialOwner]:
    """Providers at work (or about to be) with a verified credential whose last day is within `days` from today on, by id."""
    until = func.coalesce(Credential.valid_until, Credential.expires_on)
    ending = select(Credential.provider_id).where(Credential.status == VERIFIED, until.between(today, today + timedelta(days=days)))
    wanted = select(Provider.id, Provider.name, Account.email).join(Account, Account.id == Provider.account_id)
    at_work = wanted.where(Provider.state.in_((LISTED, SENT_IN)), Account.active, Provider.id.in_(ending))
    return [CredentialOwner(row[0], row[1], row[2]) for row in session.execute(at_work.order_by(Provider.id))]


def sent_reminders(session: Session, keys: Collection[str]) -> set[str]:
    """Those of the letters' keys that are written already."""
    return set(session.scalars(select(Letter.key).where(Letter.key.in_(keys)))) if keys else set()


def get_own(session: Session, provider_id: int | None, public_id: str) -> Credential:
    """One of a provider's own. Raises NotFound."""
    found = session.scalar(select(Credential).where(Credential.provider_id == provider_id, Credential.public_id == public_id))
    if found is None:
        raise NotFound("not_found", "There is no such credential.")
    return found


def list_facts(session: Session, provider_id: int | None) -> list[CredentialFact]:
    """A provider's credentials as facts for standing."""
    return [credential_fact(row) for row in session.scalars(select(Credential).where(Credential.provider_id == provider_id))]


def get_for_checking(session: Session, public_id: str) -> CredentialRow:
    """Anybody's credential, for those who check. Raises NotFound."""
    row = session.execute(
        select(Credential, Provider).join(Provider, Provider.id == Credential.provider_id).where(Credential.public_id == public_id)
    ).first()
    if row is None:
        raise NotFound("not_found", "There is no such credential.")
    return CredentialRow(row[0], row[1])


def list_documents(session: Session, credential_id: int) -> list[DocumentRow]:
    """The files of a credential without their contents, the newest first."""
    table = CredentialDocument.__table__.c
    rows = session.execute(
        select(table.public_id, table.version, table.media_type, table.uploaded_at)
        .where(table.credential_id == credential_id)
        .order_by(table.id.desc())
    )
    return [DocumentRow(row.public_id, row.version, row.media_type, row.uploaded_at) for row in rows]


def get_document(session: Session, public_id: str) -> CredentialDocument:
    """One file with its sealed content. Raises NotFound."""
    found = session.scalar(select(CredentialDocument).where(CredentialDocument.public_id == public_id))
    if found is None:
        raise NotFound("not_found", "There is no such file.")
    return found


def newest_document(session: Session, credential_id: int) -> CredentialDocument | None:
    """The newest file of a credential with its sealed content."""
    rows = select(CredentialDocument).where(CredentialDocument.credential_id == credential_id).order_by(CredentialDocument.id.desc())
    return session.scalar(rows.limit(1))


def license_holder(session: Session, fingerprint: str, except_provider_id: int) -> int | None:
    """Another provider whose license has this number, by its fingerprint: verified, or taken from them since."""
    return session.scalar(
        select(Credential.provider_id).where(
            Credential.number_fingerprint == fingerprint, Credential.kind == "license",
            Credential.status.in_((VERIFIED, SUSPENDED, REVOKED)), Credential.provider_id != except_provider_id,
        ).limit(1)
    )  # fmt: skip


def own_license_rows(session: Session, fingerprint: str, provider_id: int) -> list[Credential]:
    """This provider's verified licenses that carry the fingerprint."""
    return list(
        session.scalars(
            select(Credential).where(
                Credential.number_fingerprint == fingerprint, Credential.kind == "license", Credential.status == VERIFIED,
                Credential.provider_id == provider_id,
            )
        )
    )  # fmt: skip
