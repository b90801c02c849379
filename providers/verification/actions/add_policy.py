"""An admin adds a version of the policy: what is asked of whom from a day on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.models import CredentialPolicy
from providers.credentials.queries import read_policies
from providers.credentials.rules.policies import PolicyDraft, draft_faults, table_to_dict
from providers.registry.changes import note_change
from providers.registry.models import Provider
from providers.registry.rules import LISTED

CHANGED = "Somebody has added a version meanwhile. Look at it first, then add yours."


def add_policy(draft: PolicyDraft, based_on: int | None, actor: str, now: datetime) -> CredentialPolicy:
    """Add the draft as the next version; none is ever edited. Every listed provider is touched, so that search reads them anew.

    Raises Refused `invalid`, Conflict `policy_changed` where the draft is based on another version than the newest.
    """
    faults = draft_faults(draft, local_day(to_minute(now)))
    if faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        newest = read_policies(session).newest.version
        if based_on is not None and based_on != newest:
            raise Conflict("policy_changed", CHANGED)
        version = newest + 1
        row = CredentialPolicy(
            version=version, effective_from=draft.effective_from, table=table_to_dict(draft.table(version)), note=draft.reason,
            made_by=actor, made_at=now,
        )  # fmt: skip
        session.add(row)
        try:
            session.flush()
        except IntegrityError as error:
            raise Conflict("policy_changed", CHANGED) from error
        for provider_id in session.scalars(select(Provider.id).where(Provider.state == LISTED)).all():
            note_change(session, provider_id)
        facts = {"effective_from": draft.effective_from.isoformat(), "reason": draft.reason, "before": newest}
        record(session, Deed(now, actor, "policy_added", "policy", str(version), facts))
    return row
