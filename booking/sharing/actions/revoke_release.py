"""A client takes a release back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from booking.sharing.changes import drop_drafts, lock_release
from booking.sharing.models import SentLetter
from booking.sharing.queries.letters import deeds_under
from booking.sharing.queries.releases import get_own_release
from booking.sharing.rules.releases import revoked_when
from marketplace import audit
from marketplace.db import transaction
from marketplace.outbox.changes import withdraw_letters

SHARED = "letter_shared"


def revoke_release(public_id: str, person_id: int, actor: str, now: datetime) -> None:
    """From now on nothing leaves under it: links stop opening, drafts are gone, letters that wait in the outbox are taken back.

    Once more changes nothing. Raises NotFound.
    """
    with transaction() as session:
        row = lock_release(session, get_own_release(session, public_id, person_id, now).release.id)
        if row.revoked_at is not None:
            return
        row.revoked_at = revoked_when(now, [row.signed_at, *deeds_under(session, row.id)])
        drop_drafts(session, release_id=row.id)
        for letter in session.scalars(select(SentLetter.public_id).where(SentLetter.release_id == row.id)):
            withdraw_letters(session, about=letter, kinds=(SHARED,), now=now)
        audit.record(session, audit.Deed(now, actor, "release.revoked", "release", public_id))
