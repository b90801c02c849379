"""What a person decides about a flag."""

from __future__ import annotations

from datetime import datetime

from marketplace.audit import Deed, record
from marketplace.db import transaction
from providers.wording.queries import FlagRow, get_flag
from providers.wording.rules import next_status


def decide_flag(public_id: str, decision: str, note: str, actor: str, now: datetime) -> FlagRow:
    """Clear a flag, or keep it with a note. Nothing happens to the provider by it: suspending is a verb of its own.

    Raises NotFound, Conflict `wrong_state` where it was cleared before.
    """
    with transaction() as session:
        row = get_flag(session, public_id, lock=True)
        row.flag.status = next_status(row.flag.status, decision)
        row.flag.decided_by, row.flag.decided_at, row.flag.note = actor, now, note or None
        facts = {"decision": decision, "code": row.flag.code, "provider": row.provider.public_id}
        record(session, Deed(now, actor, "flag_decided", "profile_flag", public_id, facts))
    return row
