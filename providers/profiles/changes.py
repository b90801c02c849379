"""What several verbs do to a provider's application inside their own transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.kernel.errors import FieldFault, Refused
from providers.profiles.catalogue import attestation
from providers.registry.changes import note_deed
from providers.registry.models import Provider


def sign(session: Session, provider: Provider, actor: str, version: int, now: datetime) -> None:
    """Record that a provider signed today's statement. Raises Refused `attestation_outdated` for any other version."""
    if version != attestation().version:
        sentence = f"The statement is now version {attestation().version}. Please read it and sign that one."
        raise Refused("attestation_outdated", sentence, faults=[FieldFault("attestation.version", sentence)])
    provider.attested_at, provider.attestation_version = now, version
    note_deed(session, provider, actor, "provider_attested", now, version=version)
