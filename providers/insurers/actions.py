"""What a provider does about insurers: state with whom they deal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from marketplace.db import transaction
from providers.insurers.models import InsuranceStatement
from providers.insurers.queries import newest_statement
from providers.insurers.rules import Entry, check_version, entries_to_list
from providers.registry.changes import note_change, note_deed, own_provider
from providers.registry.rules import Owner


def state_insurance(owner: Owner, entries: Sequence[Entry], catalog: str, now: datetime, shown: int | None = None) -> int:
    """State this as of today; gives the version. The same lines once more are a new statement with its own day.

    `shown` is the version that the page was filled in from, 0 for none. Raises Refused `stale_insurance`.
    """
    with transaction() as session:
        provider = own_provider(session, owner, now)
        newest = newest_statement(session, provider.id)
        before = newest.version if newest else 0
        check_version(shown, before)
        row = InsuranceStatement(
            provider_id=provider.id, version=before + 1, catalog=catalog, entries=entries_to_list(entries), stated_at=now,
            made_by=owner.actor,
        )  # fmt: skip
        session.add(row)
        note_deed(session, provider, owner.actor, "insurance_stated", now, version=row.version, entries=row.entries)
        note_change(session, provider.id)
        return row.version
