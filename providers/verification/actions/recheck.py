"""A checker looks again at what is in force."""

from __future__ import annotations

from datetime import datetime

from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.models import Credential
from providers.credentials.queries import load_policies
from providers.credentials.rules.states import RECHECK, SUSPEND, next_state
from providers.registry.changes import note_change
from providers.verification.changes.desk import keep_decision, lock_for_deciding, next_look, write_to_owner
from providers.verification.rules.deciding import STILL_SO, Checker, Recheck, check_day_fault

LETTER = "credential_standing"


def record_recheck(public_id: str, recheck: Recheck, checker: Checker, link: str, now: datetime) -> Credential:
    """Still so: the day of the next look moves on by the kind's interval. No longer so: suspended from this second on, with a letter.

    Raises NotFound; Conflict `wrong_state` for what is not verified; Refused `invalid` for a next day that does not lie ahead.
    """
    with transaction() as session:
        row = lock_for_deciding(session, public_id)
        credential, finding, today = row.credential, recheck.finding, local_day(to_minute(now))
        still = recheck.outcome == STILL_SO
        credential.status = next_state(credential.status, RECHECK if still else SUSPEND)
        fault = check_day_fault(finding.next_check_on, today)
        if fault is not None:
            raise Refused("invalid", fault.message, faults=[fault])
        keep_decision(session, credential, recheck.outcome, finding, checker, now)
        facts = {"outcome": recheck.outcome, "kind": credential.kind, "source": finding.source, "version": credential.version}
        record(session, Deed(now, checker.actor, "credential_rechecked", "credential", public_id, facts))
        if still:
            interval = load_policies(session).on(today).kinds[credential.kind].recheck_days
            credential.next_check_on = next_look(today, interval, credential.valid_until, finding.next_check_on)
        else:
            note_change(session, row.provider.id)
            write_to_owner(session, row, LETTER, SUSPEND, note=finding.note, link=link, now=now)
    return credential
