"""A therapist ties a prescription that the client has brought to the request it answers."""

from __future__ import annotations

from datetime import datetime

from booking.care.changes import note_read
from booking.care.queries.visits import is_in_care
from booking.extensions.changes import ANSWERED_LETTER, READ, check_open, end_request, record, tell_client
from booking.extensions.models import ExtensionRequest
from booking.extensions.queries import Asked, get_request, newer_prescriptions
from booking.extensions.rules.asking import APPROVED, PAPER
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute

UNKNOWN = "Choose a prescription that the client has added since you asked, and that is in force."


def tie_prescription(public_id: str, prescription: str, provider_id: int, actor: str, base_url: str, now: datetime) -> Asked:
    """Take a new prescription of the client as the yes to a request: by whom and from when stands on the paper.

    Raises NotFound (also when no visit of the two is in care), Conflict `wrong_state`, Refused `invalid` for a paper that is older than
    the request, over, of somebody else, or tied to another request.
    """
    with transaction() as session:
        mine = (ExtensionRequest.public_id == public_id) & (ExtensionRequest.provider_id == provider_id)
        asked = get_request(session, mine, now, lock=True)
        if not is_in_care(session, provider_id, asked.person.id, now):
            raise NotFound("not_found", "There is nothing here for you.")
        check_open(asked)
        note_read(session, asked.person, READ, actor, now, {"appointment": asked.appointment})
        papers = {one.public_id: one for one in newer_prescriptions(session, asked)}
        paper, today = papers.get(prescription), local_day(to_minute(now))
        if paper is None or paper.expires_on < today:
            raise Refused("invalid", UNKNOWN, faults=[FieldFault("prescription", UNKNOWN)])
        asked.request.answer = {"name": paper.prescriber_name, "npi": paper.prescriber_npi, "words": ""}
        end_request(asked, APPROVED, PAPER, now, paper)
        record(session, asked, "answered", actor, now)
        tell_client(session, asked, ANSWERED_LETTER, base_url, now)
        return get_request(session, mine, now)
