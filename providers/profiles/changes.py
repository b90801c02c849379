"""What several verbs do to a provider's application inside their own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from marketplace.kernel.errors import FieldFault, Refused
from providers.profiles.catalogue import attestation
from providers.profiles.models import ApplicationDraft
from providers.registry.changes import note_deed
from providers.registry.models import Provider


def sign(session: Session, provider: Provider, actor: str, version: int, now: datetime) -> None:
    """Record that a provider signed today's statement. Raises Refused `attestation_outdated` for any other version."""
    if version != attestation().version:
        sentence = f"The statement is now version {attestation().version}. Please read it and sign that one."
        raise Refused("attestation_outdated", sentence, faults=[FieldFault("attestation.version", sentence)])
    provider.attested_at, provider.attestation_version = now, version
    note_deed(session, provider, actor, "provider_attested", now, version=version)


def forget_drafts(session: Session, provider_id: int, step: str | None = None) -> bool:
    """Delete what was kept of one screen of an application, or of all of them; tells whether there was anything."""
    gone = delete(ApplicationDraft).where(ApplicationDraft.provider_id == provider_id)
    if step is not None:
        gone = gone.where(ApplicationDraft.step == step)
    return bool(session.execute(gone.returning(ApplicationDraft.id)).all())
