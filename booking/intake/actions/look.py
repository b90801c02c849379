"""A therapist looks at what the client of a visit told: each look is written down, where the client sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.care.changes import note_read
from booking.care.queries.visits import get_in_care
from booking.intake.queries import (
    COMFORT,
    FILE,
    INTAKE,
    KeptComfort,
    KeptFile,
    KeptIntake,
    find_comfort,
    find_intake,
    find_intake_version,
    get_shown_file,
    list_files,
    looks_at_intake,
)
from booking.intake.rules.keeping import Changes, changes, seen_before
from marketplace.db import transaction


@dataclass(frozen=True)
class Seen:
    """What a therapist sees: the newest intake, which one they knew before and what is different since, the card, and the papers."""

    kept: KeptIntake | None
    before: KeptIntake | None
    changes: Changes
    comfort: KeptComfort | None
    files: tuple[KeptFile, ...]


def look_at_intake(appointment: str, actor: str, now: datetime) -> Seen:
    """What the client of a visit told, with what is new since this therapist's look before.

    The caller has made sure that the visit is theirs. Raises NotFound for one that is not in care.
    """
    with transaction() as session:
        person = get_in_care(session, appointment, now).person
        kept, before = find_intake(session, person.id), None
        if kept is not None:
            known = seen_before(looks_at_intake(session, person, actor), appointment, kept.public_id)
            before = find_intake_version(session, person.id, known) if known else None
        note_read(session, person, INTAKE, actor, now, {"appointment": appointment, "version": kept.public_id if kept else None})
        new = changes(before.intake, kept.intake) if kept and before else Changes((), (), ())
        return Seen(kept, before, new, find_comfort(session, person.id), tuple(list_files(session, person.id)))


def look_at_comfort(appointment: str, actor: str, now: datetime) -> KeptComfort | None:
    """The comfort card of a visit's client. The caller has made sure that the visit is theirs. Raises NotFound if not in care."""
    with transaction() as session:
        person = get_in_care(session, appointment, now).person
        kept = find_comfort(session, person.id)
        if kept is not None:
            note_read(session, person, COMFORT, actor, now, {"appointment": appointment})
        return kept


def look_at_file(public_id: str, provider_id: int, actor: str, now: datetime) -> tuple[str, bytes]:
    """A paper of a client with a visit in care of this therapist: its media type and content. Raises NotFound."""
    with transaction() as session:
        row, booked = get_shown_file(session, public_id, provider_id, now)
        note_read(session, booked.person, FILE, actor, now, {"appointment": booked.appointment.public_id, "file": public_id})
        return row.media_type, row.content
