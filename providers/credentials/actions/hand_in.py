"""A provider hands in a credential, or hands one in anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.audit import Deed, record
from marketplace.db import new_public_id, transaction
from marketplace.kernel.errors import Conflict, FieldFault
from marketplace.vault import vault
from providers.credentials.models import Credential, CredentialDocument
from providers.credentials.queries import get_own, license_holder, newest_document
from providers.credentials.rules.drafts import CredentialDraft, Document
from providers.credentials.rules.kinds import LICENSE
from providers.credentials.rules.states import SUBMITTED, SUPERSEDE, WITHDRAW, next_state, path
from providers.registry.changes import note_change, own_provider
from providers.registry.rules import Owner

_TAKEN = "This license number is already verified with another account. Please check it for a typing error, or write to us."


def submit_credential(owner: Owner, draft: CredentialDraft, document: Document | None, now: datetime) -> Credential:
    """Hand in a credential; it waits to be checked. Raises Conflict `license_taken` where the number is verified for another account."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        credential = _credential(provider.id, draft, now)
        _refuse_taken(session, credential)
        session.add(credential)
        session.flush()
        if document is not None:
            _keep(session, credential, document, now)
        record(session, Deed(now, owner.actor, "credential_submitted", "credential", credential.public_id, {"kind": draft.kind}))
        note_change(session, provider.id)
    return credential


def resubmit_credential(owner: Owner, public_id: str, draft: CredentialDraft, document: Document | None, now: datetime) -> Credential:
    """New facts or a new file: a new version under the same public id waits to be checked, whatever was decided before.

    The old version is kept under a name of its own. Where it was verified it stands until its own date; what was still waiting is
    taken back. Without a new file the last one is handed in with the new facts. Raises NotFound for what is not one's own, Conflict
    `license_taken` where the number is verified for another account.
    """
    with transaction() as session:
        provider = own_provider(session, owner, now)
        old = get_own(session, provider.id, public_id)
        credential = _credential(provider.id, draft, now)
        _refuse_taken(session, credential)
        old.public_id = new_public_id()
        if path(old.status, SUPERSEDE):
            old.status = next_state(old.status, SUPERSEDE)
        session.flush()
        credential.public_id, credential.version = public_id, old.version + 1
        session.add(credential)
        session.flush()
        _keep_or_carry_over(session, credential, old, document, now)
        facts = {"kind": draft.kind, "version": credential.version, "before": old.public_id, "new_file": document is not None}
        record(session, Deed(now, owner.actor, "credential_resubmitted", "credential", public_id, facts))
        note_change(session, provider.id)
    return credential


def withdraw_credential(owner: Owner, public_id: str, now: datetime) -> Credential:
    """Take back what has not been decided. Raises NotFound for what is not one's own, Conflict `wrong_state` with what could be done."""
    with transaction() as session:
        provider = own_provider(session, owner, now)
        credential = get_own(session, provider.id, public_id)
        credential.status = next_state(credential.status, WITHDRAW)
        record(session, Deed(now, owner.actor, "credential_withdrawn", "credential", public_id, {"kind": credential.kind}))
        note_change(session, provider.id)
    return credential


def _refuse_taken(session: Session, credential: Credential) -> None:
    """One number, one account. The sentence does not say whose the number is."""
    fingerprint = credential.number_fingerprint if credential.kind == LICENSE else None
    if fingerprint is not None and license_holder(session, fingerprint, credential.provider_id) is not None:
        raise Conflict("license_taken", _TAKEN, faults=[FieldFault("number", _TAKEN)])


def _credential(provider_id: int, draft: CredentialDraft, now: datetime) -> Credential:
    fingerprint = vault().fingerprint(draft.number.upper(), draft.kind) if draft.number else None
    return Credential(
        provider_id=provider_id, kind=draft.kind, status=SUBMITTED, issuer=draft.issuer, holder_name=draft.holder_name,
        number=draft.number, number_fingerprint=fingerprint, issued_on=draft.issued_on, expires_on=draft.expires_on,
        details=dict(draft.details), technique=draft.technique, version=1, submitted_at=now, created_at=now,
    )  # fmt: skip


def _keep_or_carry_over(session: Session, credential: Credential, old: Credential, document: Document | None, now: datetime) -> None:
    if document is not None:
        _keep(session, credential, document, now)
        return
    before = newest_document(session, old.id)
    if before is not None:
        session.add(
            CredentialDocument(
                credential_id=credential.id, version=credential.version, media_type=before.media_type, content=before.content,
                sha256=before.sha256, uploaded_at=before.uploaded_at,
            )
        )  # fmt: skip


def _keep(session: Session, credential: Credential, document: Document, now: datetime) -> None:
    session.add(
        CredentialDocument(
            credential_id=credential.id, version=credential.version, media_type=document.media_type,
            content=document.content, sha256=document.sha256, uploaded_at=now,
        )
    )  # fmt: skip
