"""A checker takes a credential onto their table, so that two do not look at the same one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.models import Credential
from providers.credentials.rules.states import TAKE, UNDER_REVIEW, next_state
from providers.verification.changes.desk import lock_for_deciding
from providers.verification.queries.desk import WAITING, Wanted, actor_names, load_queue
from providers.verification.rules.deciding import Checker
from providers.verification.rules.queue import next_free, on_table_of

MOST_TRIES = 20


def take_credential(public_id: str, checker: Checker, now: datetime) -> Credential:
    """Take one; what has lain on another's table for half an hour is free again.

    Raises NotFound; Conflict `taken` while it lies on somebody else's, `wrong_state` for what does not wait.
    """
    with transaction() as session:
        credential = lock_for_deciding(session, public_id).credential
        holder = on_table_of(credential.taken_by, credential.taken_at, now)
        if credential.status == UNDER_REVIEW and holder not in (None, checker.actor):
            who = actor_names(session, [holder]).get(holder or "", "Somebody else")
            raise Conflict("taken", f"{who} has this one on the table. Half an hour after it was taken it is free again.")
        _take(session, credential, checker, now)
    return credential


def take_next(wanted: Wanted, checker: Checker, now: datetime) -> str | None:
    """Take the first that is free, in the order of the queue; its public id, or None when nothing is left for this checker."""
    with transaction() as session:
        today = local_day(to_minute(now))
        items = load_queue(session, wanted, today)
        for _ in range(MOST_TRIES):
            found = next_free(items, checker.actor, now)
            if found is None:
                return None
            credential = lock_for_deciding(session, found.public_id).credential
            if credential.status in WAITING and on_table_of(credential.taken_by, credential.taken_at, now) in (None, checker.actor):
                _take(session, credential, checker, now)
                return found.public_id
            items.remove(found)
    return None


def _take(session: Session, credential: Credential, checker: Checker, now: datetime) -> None:
    if credential.status != UNDER_REVIEW:
        credential.status = next_state(credential.status, TAKE)
    credential.taken_by, credential.taken_at = checker.actor, now
    record(session, Deed(now, checker.actor, "credential_taken", "credential", credential.public_id, {"version": credential.version}))
