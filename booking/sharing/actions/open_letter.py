"""A letter is opened behind its link, or printed by who wrote it: each time counts, and is written down."""

from __future__ import annotations

from datetime import datetime

from booking.care.changes import note_read
from booking.care.queries.visits import get_in_care
from booking.sharing.changes import note_opening
from booking.sharing.queries.letters import CLOSED, Sent, find_by_token, get_letter_of
from booking.sharing.rules.releases import PRINT
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound
from marketplace.vault import secret_hash

READER, OPENED, PRINTED = "letter link", "letter", "letter_printed"


def open_letter(token: str, now: datetime) -> Sent:
    """What stands behind a link. Raises NotFound, always the same, for one that is unknown, used up, over or taken back."""
    with transaction() as session:
        sent = find_by_token(session, secret_hash(token), now)
        if sent is None:
            raise NotFound("not_found", CLOSED)
        note_opening(session, sent, now)
        note_read(session, sent.person, OPENED, READER, now, {"letter": sent.letter.public_id})
        return sent


def print_letter(appointment: str, public_id: str, actor: str, now: datetime) -> Sent:
    """A letter that its therapist prints, as long as the release is live. The caller has made sure that the visit is theirs. NotFound."""
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        sent = get_letter_of(session, public_id, booked.appointment.id, now)
        if sent.letter.way != PRINT:
            raise NotFound("not_found", "There is no such letter.")
        note_opening(session, sent, now)
        note_read(session, sent.person, PRINTED, actor, now, {"letter": public_id, "appointment": appointment})
        return sent
