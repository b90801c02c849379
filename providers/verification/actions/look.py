"""Looking at what is sealed. Each look is written down with the transaction that allows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.models import Credential
from providers.credentials.queries import CredentialRow, DocumentRow, get_document, get_for_checking, list_documents, load_policies
from providers.credentials.rules.kinds import INSURANCE, insurance_faults
from providers.verification.queries.desk import Decided, actor_names, file_hashes, list_decided, list_earlier, list_elsewhere
from providers.verification.rules.queue import on_table_of
from providers.verification.rules.versions import Difference, Facts, differences
from providers.verification.rules.warnings import Evidence, Warned, evidence_day, warnings_of

Files = Mapping[int, tuple[str, datetime]]


@dataclass(frozen=True)
class OpenedCredential:
    """A credential with everything a checker sees.

    `earlier` are the versions before it, `changes` what differs from the last of them. `taken_by` is the name of whoever has it on the
    table, `mine` whether that is the one who looks; `first_by` the name of the first of two who verified.
    """

    row: CredentialRow
    documents: tuple[DocumentRow, ...]
    decisions: tuple[Decided, ...]
    earlier: tuple[Credential, ...]
    changes: tuple[Difference, ...]
    warnings: tuple[Warned, ...]
    document_sha256: str | None
    taken_by: str | None
    mine: bool
    first_by: str | None


def open_credential(public_id: str, actor: str, now: datetime) -> OpenedCredential:
    """One credential with its number, its files' names, what was decided and what to look out for. Raises NotFound."""
    with transaction() as session:
        row = get_for_checking(session, public_id)
        credential = row.credential
        record(session, Deed(now, actor, "credential_opened", "credential", public_id, {"version": credential.version}))
        earlier = list_earlier(session, credential)
        files = file_hashes(session, [credential.id, *(one.id for one in earlier)])
        holder = on_table_of(credential.taken_by, credential.taken_at, now)
        names = actor_names(session, [holder, credential.first_verified_by])
        return OpenedCredential(
            row=row,
            documents=tuple(list_documents(session, credential.id)),
            decisions=tuple(list_decided(session, [credential.id, *(one.id for one in earlier)])),
            earlier=tuple(earlier),
            changes=_changes(credential, earlier, files),
            warnings=_warnings(session, row, files, now),
            document_sha256=files[credential.id][0] if credential.id in files else None,
            taken_by=names.get(holder or ""),
            mine=holder == actor,
            first_by=names.get(credential.first_verified_by or ""),
        )


def open_document(public_id: str, actor: str, now: datetime) -> tuple[str, bytes]:
    """A file's media type and its content. Raises NotFound."""
    with transaction() as session:
        document = get_document(session, public_id)
        record(session, Deed(now, actor, "document_opened", "document", public_id, {"credential": document.credential_id}))
    return document.media_type, document.content


def _changes(credential: Credential, earlier: Sequence[Credential], files: Files) -> tuple[Difference, ...]:
    before = next((one for one in earlier if one.version == credential.version - 1), None)
    return () if before is None else differences(_facts(before, files), _facts(credential, files))


def _facts(credential: Credential, files: Files) -> Facts:
    file = files[credential.id][0] if credential.id in files else None
    return Facts(
        issuer=credential.issuer, holder_name=credential.holder_name, number=credential.number, issued_on=credential.issued_on,
        expires_on=credential.expires_on, details=credential.details or {}, file=file,
    )  # fmt: skip


def _warnings(session: Session, row: CredentialRow, files: Files, now: datetime) -> tuple[Warned, ...]:
    credential, today = row.credential, local_day(to_minute(now))
    table = load_policies(session).on(today)
    elsewhere = list_elsewhere(session, credential)
    evidence = Evidence(
        holder_name=credential.holder_name,
        known_as=tuple(name for name in (row.provider.legal_name, row.provider.name) if name),
        evidence_on=evidence_day(files[credential.id][1] if credential.id in files else None, credential.submitted_at),
        has_file=credential.id in files,
        expires_on=credential.expires_on,
        used_by=tuple(one.name for one in elsewhere),
        verified_by_other=any(one.verified for one in elsewhere),
        shortfalls=tuple(insurance_faults(credential.details or {}, table)) if credential.kind == INSURANCE else (),
    )
    return warnings_of(evidence, today, table.document_days)
