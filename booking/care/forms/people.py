"""Who is behind a request about papers."""

from __future__ import annotations

from booking.appointments.forms.reading import doer
from booking.care.actions.send_clearance import Sender
from marketplace.db import db
from marketplace.kernel.errors import FieldFault, NotFound, Refused
from providers.profiles.queries import find_provider_id
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id


def own_provider_id() -> int:
    """The provider that the signed-in account is. Raises NotFound."""
    provider_id = find_own_id(db.session(), desk_owner().account_id)
    if provider_id is None:
        raise NotFound("not_found", "There is nothing here for you.")
    return provider_id


def sender(person_id: int, slug: str | None) -> Sender:
    """Whose clearance it is, and the therapist by public name it is sent to, if any. Raises Refused `invalid` for an unknown one."""
    provider_id = find_provider_id(db.session(), slug) if slug else None
    if slug and provider_id is None:
        raise Refused("invalid", "There is no such provider.", faults=[FieldFault("provider", "There is no such provider.")])
    return Sender(person_id, doer().name, provider_id)
