"""A therapist looks at where a visit is, or whom to call. Each look is written down by the same deed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from booking.appointments.queries import Booked, get_of_provider
from booking.appointments.rules.revealing import assess_reveal
from marketplace.audit import Deed, record
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound, Refused
from providers.services.rules.calls import PHONE


def look_at_address(public_id: str, account_id: int, actor: str, now: datetime) -> tuple[Booked, Mapping[str, str]]:
    """The visit with as much of its address as may be seen now. Raises NotFound, Refused `not_shown_yet` outside of the hours for it."""
    with transaction() as session:
        booked = get_of_provider(session, public_id, account_id)
        visit = booked.appointment
        reveal = assess_reveal(visit.status, visit.starts_at, visit.ends_at, now)
        if not reveal.street or not visit.address:
            raise Refused("not_shown_yet", "The street is shown from 24 hours before the visit until 24 hours after it.")
        record(session, Deed(now, actor, "appointment.address_seen", "appointment", public_id, {"access": reveal.access}))
        hidden = () if reveal.access else ("access", "door_minutes")
        return booked, {name: str(text) for name, text in visit.address.items() if text and name not in hidden}


def look_at_phone(public_id: str, account_id: int, actor: str, now: datetime) -> tuple[Booked, str]:
    """A call with the number to call. Raises NotFound, also for a visit, and Refused `not_shown_yet` outside of the hours for it."""
    with transaction() as session:
        booked = get_of_provider(session, public_id, account_id)
        visit = booked.appointment
        if visit.setting != PHONE:
            raise NotFound("not_found", "There is no number to call for this.")
        if not assess_reveal(visit.status, visit.starts_at, visit.ends_at, now).street or not booked.person.phone:
            raise Refused("not_shown_yet", "The number is shown from 24 hours before the call until 24 hours after it.")
        record(session, Deed(now, actor, "appointment.phone_seen", "appointment", public_id))
        return booked, booked.person.phone
