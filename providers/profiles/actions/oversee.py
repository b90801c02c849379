"""What admins do about providers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.db import transaction
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.queries import list_facts, load_policies
from providers.credentials.rules.standing import standing_on
from providers.registry.changes import list_provider, lock_provider, reinstate, suspend
from providers.registry.models import Provider
from providers.registry.queries import get_provider


def approve_provider(slug: str, actor: str, now: datetime) -> Provider:
    """List a provider who sent in their profile. Raises Refused `credentials_missing`, Conflict `wrong_state`, NotFound."""
    with transaction() as session:
        provider = _locked(session, slug)
        facts, policies = list_facts(session, provider.id), load_policies(session)
        standing = standing_on(local_day(to_minute(now)), facts, policies, {}, profession=provider.profession)
        if not standing.bookable:
            missing = [{"code": one.code, "detail": one.sentence} for one in standing.missing]
            raise Refused("credentials_missing", standing.missing[0].sentence, details={"missing": missing})
        list_provider(session, provider, actor, now)
    return provider


def suspend_provider(slug: str, reason: str, actor: str, now: datetime, *, confidential: bool = False) -> Provider:
    """Take a provider out of search and booking at once, and write to them; a confidential reason they are not told.

    Visits already booked stay until somebody decides on them. Raises NotFound, Conflict `wrong_state`.
    """
    with transaction() as session:
        provider = _locked(session, slug)
        suspend(session, provider, reason, actor, now, confidential=confidential)
    return provider


def reinstate_provider(slug: str, reason: str, actor: str, now: datetime) -> Provider:
    """Undo a suspension, and write to them. On which days they may work is still their credentials' to say.

    Raises NotFound, Conflict `wrong_state`.
    """
    with transaction() as session:
        provider = _locked(session, slug)
        reinstate(session, provider, reason, actor, now)
    return provider


def _locked(session: Session, slug: str) -> Provider:
    return lock_provider(session, get_provider(session, slug).id)
