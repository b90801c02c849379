"""Raising flags inside the transaction of the verb that stores a text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.audit import Deed, record
from providers.registry.models import Provider
from providers.wording.catalogue import words
from providers.wording.models import ProfileFlag
from providers.wording.queries import known_fingerprints
from providers.wording.rules import LOOK, lint

_ACTOR = "job:wording"


def raise_flags(session: Session, provider: Provider, texts: Mapping[str, str], now: datetime) -> None:
    """A flag for every sentence that a person should look at and that was not raised before. The provider's row is locked."""
    found = {one.fingerprint: one for one in lint(texts, provider.profession, words()) if one.severity == LOOK}
    for known in known_fingerprints(session, provider.id, found.keys()) if found else ():
        del found[known]
    for fingerprint, one in found.items():
        flag = ProfileFlag(
            provider_id=provider.id, code=one.code, field=one.field[:40], excerpt=one.excerpt, fingerprint=fingerprint, found_at=now
        )
        session.add(flag)
        session.flush()
        record(session, Deed(now, _ACTOR, "text_flagged", "profile_flag", flag.public_id, {"code": one.code, "field": flag.field}))
