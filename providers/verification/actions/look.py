"""Looking at what is sealed. Each look is written down with the transaction that allows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.audit import Deed, record
from marketplace.db import transaction
from providers.credentials.models import CredentialDecision
from providers.credentials.queries import CredentialRow, DocumentRow, get_document, get_for_checking, list_decisions, list_documents


@dataclass(frozen=True)
class OpenedCredential:
    """A credential with everything a checker sees."""

    row: CredentialRow
    documents: tuple[DocumentRow, ...]
    decisions: tuple[CredentialDecision, ...]


def open_credential(public_id: str, actor: str, now: datetime) -> OpenedCredential:
    """One credential with its number, its files' names and what was decided. Raises NotFound."""
    with transaction() as session:
        row = get_for_checking(session, public_id)
        record(session, Deed(now, actor, "credential_opened", "credential", public_id))
        documents, decisions = list_documents(session, row.credential.id), list_decisions(session, row.credential.id)
    return OpenedCredential(row, tuple(documents), tuple(decisions))


def open_document(public_id: str, actor: str, now: datetime) -> tuple[str, bytes]:
    """A file's media type and its content. Raises NotFound."""
    with transaction() as session:
        document = get_document(session, public_id)
        record(session, Deed(now, actor, "document_opened", "document", public_id, {"credential": document.credential_id}))
    return document.media_type, document.content
