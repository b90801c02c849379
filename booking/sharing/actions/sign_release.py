"""A client signs a release."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select

from booking.guardians.changes import GUARDIAN_NEEDED
from booking.guardians.queries import standing_of
from booking.guardians.rules import day_of
from booking.sharing.catalogue import current_version
from booking.sharing.models import Release
from booking.sharing.queries.releases import count_unrevoked, providers_seen
from booking.sharing.rules.releases import ReleaseDraft, release_faults
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, Limited, Refused
from marketplace.kernel.walltime import local_day, to_minute

MOST = 100
UNGUARDED = "For somebody under 18 a parent or guardian who has agreed has to stand behind this. Name them first, under “Under 18”."


def sign_release(draft: ReleaseDraft, provider: str, person_id: int, actor: str, now: datetime) -> str:
    """Keep what a client has signed for a provider (slug) they have or had a visit with; gives its public id.

    For somebody under 18 it names the guardian whose agreement holds. Raises Refused `invalid` naming every fault, `guardian_needed`,
    Limited `too_many_releases`.
    """
    faults = release_faults(draft, local_day(to_minute(now)), current_version())
    with transaction() as session:
        session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        chosen = next((one for one in providers_seen(session, person_id) if one.slug == provider), None)
        if chosen is None:
            faults.append(FieldFault("provider", "Choose a therapist you have or had a visit with."))
        if faults or chosen is None:
            raise Refused("invalid", faults[0].message, faults=faults)
        if not standing_of(session, person_id, day_of(now), lock=True).open:
            raise Refused(GUARDIAN_NEEDED, UNGUARDED)
        if count_unrevoked(session, person_id) >= MOST:
            raise Limited("too_many_releases", f"{MOST} permissions are the most. Take back what you no longer need.")
        row = Release(
            person_id=person_id, provider_id=chosen.id, recipient=asdict(draft.recipient), by_link=draft.recipient.email is not None,
            scope=sorted(set(draft.scope)), purpose=draft.purpose.strip(), expires_on=draft.expires_on,
            signed_name=draft.signed_name.strip(), text_version=draft.text_version, signed_by=actor, signed_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        details = {"provider": chosen.slug, "scope": row.scope, "expires_on": row.expires_on.isoformat(), "text": row.text_version}
        audit.record(session, audit.Deed(now, actor, "release.signed", "release", row.public_id, details))
        return row.public_id
