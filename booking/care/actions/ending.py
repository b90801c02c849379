"""Telling clients what ends."""

from __future__ import annotations

from datetime import datetime

from booking.care.queries.papers import ENDING, prescriptions_ending
from marketplace.db import db, transaction
from marketplace.jobs import one_by_one
from marketplace.outbox.changes import enqueue_letter


def tell_ending(now: datetime, base_url: str) -> int:
    """Tell clients once, when two visits or fourteen days are left of a prescription; counts the letters."""
    ending = {row.prescription.public_id: (row.left, person) for row, person in prescriptions_ending(db.session(), now)}

    def tell(public_id: str) -> None:
        left, person = ending[public_id]
        facts = {"name": person.name, "visits": left.visits, "days": left.days, "link": f"{base_url}/care"}
        with transaction() as session:
            enqueue_letter(
                session, key=f"{ENDING}:{public_id}", kind=ENDING, recipient=str(person.email), facts=facts, now=now, about=public_id
            )

    return one_by_one("tell what ends", list(ending), tell)
