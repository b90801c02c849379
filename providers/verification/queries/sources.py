"""What was asked of sources, and what should be asked again."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from providers.credentials.catalogue import register_codes
from providers.credentials.models import Credential
from providers.credentials.queries import CredentialRow
from providers.credentials.rules.kinds import LICENSE
from providers.credentials.rules.numbers import register_code
from providers.credentials.rules.states import VERIFIED
from providers.registry.models import Provider
from providers.verification.models import SourceCheck
from providers.verification.rules.sources import ANSWERED, COLLABORATION, MISMATCH, NOT_FOUND, SOURCES, STATE, Typed

ASK_AGAIN = timedelta(days=30)
"""An answer is good for a month (NCQA's interval, as a yardstick)."""
TRY_AGAIN = timedelta(days=1)
"""A source that did not answer is left alone for a day."""


@dataclass(frozen=True)
class Due:
    """One credential whose source should be asked again."""

    public_id: str
    source: str


@dataclass(frozen=True)
class Disagreement:
    """A verified credential whose source says something else, for a person to look at."""

    check: SourceCheck
    row: CredentialRow

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that differ; empty where the source does not know the person at all."""
        return tuple(seen_in(self.check)["fields"])


def seen_in(check: SourceCheck) -> dict[str, Any]:
    """What a check keeps: `fields` that differ, and `seen` by name."""
    found: dict[str, Any] = json.loads(check.value_seen)
    return found


def typed_of(row: CredentialRow) -> Typed | None:
    """What a credential states, as a source can know it; None where it states no number to ask by."""
    credential, details = row.credential, row.credential.details or {}
    if credential.kind == COLLABORATION:
        number, name, profession = details.get("npi"), details.get("name"), details.get("profession")
        return Typed(credential.kind, str(name or ""), str(number), str(profession or "")) if number else None
    if not credential.number:
        return None
    profession = row.provider.profession
    code = register_code(details.get("profession_code"), register_codes().get(profession)) if credential.kind == LICENSE else None
    return Typed(credential.kind, credential.holder_name, credential.number, profession, code, credential.expires_on)


def cannot_be_asked(typed: Typed | None, source: str) -> str | None:
    """Why a source cannot be asked, as a sentence; None where it can.

    The state's register numbers each profession by itself: asked under another one's code it would answer about somebody else.
    """
    if typed is None:
        return "This credential states no number to ask by."
    if source == STATE and typed.profession_code is None:
        return "The register is asked by number and profession code, and we know no code for this profession. Look it up by hand."
    return None


def list_checks(session: Session, credential_id: int) -> list[SourceCheck]:
    """What sources said about a credential, the newest first."""
    rows = select(SourceCheck).where(SourceCheck.credential_id == credential_id)
    return list(session.scalars(rows.order_by(SourceCheck.id.desc()).limit(20)))


def list_due(session: Session, sources: Collection[str], now: datetime, today: date, limit: int) -> list[Due]:
    """Credentials in force whose source (of those that are on) has not answered for a month, the one asked longest ago first.

    What cannot be asked is left out, so that it does not stand in the way of what can.
    """
    found: list[Due] = []
    for source in sorted(sources):
        kinds = [kind for kind, known in SOURCES.items() if source in known]
        answered = and_(SourceCheck.asked_at > now - ASK_AGAIN, SourceCheck.outcome.in_(ANSWERED))
        recent = exists().where(
            SourceCheck.credential_id == Credential.id, SourceCheck.source == source, or_(answered, SourceCheck.asked_at > now - TRY_AGAIN)
        )
        last = select(func.max(SourceCheck.id)).where(SourceCheck.credential_id == Credential.id, SourceCheck.source == source)
        until = func.coalesce(Credential.valid_until, Credential.expires_on)
        wanted = (
            select(Credential, Provider)
            .join(Provider, Provider.id == Credential.provider_id)
            .where(Credential.kind.in_(kinds), Credential.status == VERIFIED, or_(until.is_(None), until >= today), ~recent)
            .order_by(func.coalesce(last.scalar_subquery(), 0), Credential.id)
            .execution_options(yield_per=100)
        )
        rows = (CredentialRow(credential, provider) for credential, provider in session.execute(wanted))
        askable = (Due(row.credential.public_id, source) for row in rows if cannot_be_asked(typed_of(row), source) is None)
        found += islice(askable, limit - len(found))
    return found


def list_disagreements(session: Session, limit: int = 100) -> Sequence[Disagreement]:
    """Verified credentials whose newest answer of a source disagrees, the newest first."""
    newest = (
        select(func.max(SourceCheck.id))
        .where(SourceCheck.outcome.in_(ANSWERED))
        .group_by(SourceCheck.credential_id, SourceCheck.source)
        .scalar_subquery()
    )
    rows = session.execute(
        select(SourceCheck, Credential, Provider)
        .join(Credential, Credential.id == SourceCheck.credential_id)
        .join(Provider, Provider.id == Credential.provider_id)
        .where(SourceCheck.id.in_(newest), SourceCheck.outcome.in_((MISMATCH, NOT_FOUND)), Credential.status == VERIFIED)
        .order_by(SourceCheck.id.desc())
        .limit(limit)
    )
    return [Disagreement(row[0], CredentialRow(row[1], row[2])) for row in rows]
