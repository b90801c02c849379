"""A checker takes back, gives back or ends what a verified credential is worth."""

from __future__ import annotations

from datetime import datetime

from marketplace.audit import Deed, record
from marketplace.db import transaction
from providers.credentials.models import Credential
from providers.credentials.rules.states import next_state
from providers.registry.changes import note_change
from providers.verification.changes.desk import flush_license, keep_decision, lock_for_deciding, write_to_owner
from providers.verification.rules.deciding import Checker, Finding, StandingOrder

LETTER = "credential_standing"


def change_standing(public_id: str, order: StandingOrder, checker: Checker, link: str, now: datetime) -> Credential:
    """Suspend, reinstate or revoke, with a letter to the owner; it counts from this second on.

    Raises NotFound; Conflict `wrong_state` with what could be done, `license_taken` where the number has become another's meanwhile.
    """
    with transaction() as session:
        row = lock_for_deciding(session, public_id)
        credential = row.credential
        credential.status = next_state(credential.status, order.action)
        flush_license(session)
        keep_decision(session, credential, order.action, Finding(note=order.reason), checker, now)
        facts = {"kind": credential.kind, "version": credential.version, "reason": order.reason}
        record(session, Deed(now, checker.actor, f"credential_{order.action}", "credential", public_id, facts))
        note_change(session, row.provider.id)
        write_to_owner(session, row, LETTER, order.action, note=order.reason, link=link, now=now)
    return credential
