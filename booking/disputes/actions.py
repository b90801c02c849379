"""Reading what is told to a bank: written down by the same deed, since it is about a client."""

from __future__ import annotations

from datetime import datetime

from booking.disputes.queries import Disputed, get_case
from booking.disputes.rules import Case
from marketplace.audit import Deed, record
from marketplace.db import transaction


def read_case(stripe_dispute: str, actor: str, now: datetime) -> tuple[Disputed, Case]:
    """A dispute with its evidence. Raises NotFound."""
    with transaction() as session:
        found, case = get_case(session, stripe_dispute)
        details = {"payment": found.payment.public_id, "status": found.dispute.status}
        record(session, Deed(now, actor, "dispute.evidence_read", "dispute", stripe_dispute, details))
        return found, case
