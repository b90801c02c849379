"""A provider leaves a screen of their application half-filled, or makes it whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.db import transaction
from marketplace.kernel.errors import Refused
from providers.profiles.changes import forget_drafts
from providers.profiles.models import ApplicationDraft
from providers.profiles.queries import find_draft
from providers.profiles.rules import draft_fits
from providers.registry.changes import note_deed, own_provider
from providers.registry.models import Provider
from providers.registry.rules import DRAFT, Owner


def keep_draft(owner: Owner, step: str, content: Mapping[str, Any], now: datetime) -> None:
    """Keep what stands in a screen's fields, sealed; what was kept of it before gives way. Nothing of it counts as handed in.

    Raises Refused `draft_too_long` for more than a screen can hold, and `wrong_state` once the application is sent in.
    """
    if not draft_fits(content):
        raise Refused("draft_too_long", "This is more than a screen can hold. Shorten it, then it can be kept.")
    with transaction() as session:
        provider = own_provider(session, owner, now)
        if provider.state != DRAFT:
            raise Refused("wrong_state", "Your application is sent in already.")
        draft = find_draft(session, provider.id, step)
        if draft is None:
            draft = ApplicationDraft(provider_id=provider.id, step=step)
            session.add(draft)
        draft.content, draft.saved_at = dict(content), now
        note_deed(session, provider, owner.actor, "application_draft_kept", now, screen=step)


def drop_draft(owner: Owner, step: str, now: datetime) -> None:
    """Forget what was kept of a screen, if anything: it has been saved whole."""
    with transaction() as session:
        provider = session.scalar(select(Provider).where(Provider.account_id == owner.account_id))
        if provider is not None and forget_drafts(session, provider.id, step):
            note_deed(session, provider, owner.actor, "application_draft_dropped", now, screen=step)
