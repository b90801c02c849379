"""A client keeps papers for their visits, and removes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from booking.intake.models import HealthFile
from booking.intake.queries import KeptFile, get_own_file, room_taken
from booking.intake.rules.files import About, about_faults, room_fault
from marketplace import audit
from marketplace.accounts.models import Person
from marketplace.db import transaction
from marketplace.kernel.errors import FieldFault, Refused
from marketplace.kernel.walltime import local_day, to_minute
from providers.credentials.rules.drafts import Document


def keep_file(about: About, document: Document | None, person_id: int, actor: str, now: datetime) -> KeptFile:
    """Keep a paper as it was cleaned. Raises Refused `invalid` naming every fault, `no_room` beside too many others."""
    faults = about_faults(about, local_day(to_minute(now)))
    if document is None:
        faults.append(FieldFault("file", "Choose a file."))
    if document is None or faults:
        raise Refused("invalid", faults[0].message, faults=faults)
    size = len(document.content)
    with transaction() as session:
        session.scalars(select(Person.id).where(Person.id == person_id).with_for_update()).one()
        full = room_fault(*room_taken(session, person_id), size)
        if full is not None:
            raise Refused("no_room", full, faults=[FieldFault("file", full)])
        kept = {"kind": about.kind, "taken_on": about.taken_on.isoformat(), "title": about.title}
        row = HealthFile(
            person_id=person_id, media_type=document.media_type, size_bytes=size, added_at=now, about=kept, content=document.content
        )
        session.add(row)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "health_file.kept", "health_file", row.public_id, {"bytes": size}))
        return KeptFile(row.public_id, about, row.media_type, size, now)


def remove_file(public_id: str, person_id: int, actor: str, now: datetime) -> None:
    """Remove one's own paper for good. Raises NotFound."""
    with transaction() as session:
        session.delete(get_own_file(session, public_id, person_id))
        audit.record(session, audit.Deed(now, actor, "health_file.removed", "health_file", public_id))
