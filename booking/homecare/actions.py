"""Leaving a program, keeping a journal, and opening it before a visit."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.queries import get_any
from booking.care.changes import note_read
from booking.care.queries.visits import get_in_care
from booking.homecare.models import HomeProgram, JournalEntry
from booking.homecare.queries import Given, Written, count_journal, ends_with, get_entry, load_journal, load_programs
from booking.homecare.rules.journal import SCALES, Entry, entry_faults, since_last_visit
from booking.homecare.rules.programs import Program, program_faults, program_to_dict
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Refused
from marketplace.kernel.walltime import local_day, to_minute
from marketplace.outbox.changes import enqueue_letter, withdraw_letters

MOST_ENTRIES = 2_000


def give_program(appointment: str, program: Program, actor: str, base_url: str, now: datetime) -> Given:
    """Leave a program at a visit; the client is told by a letter that says nothing of it.

    The caller has made sure that the visit is theirs. The same program again changes nothing and tells nobody. Raises Refused
    `invalid_program` with every fault, NotFound for a visit that is not in care.
    """
    if faults := program_faults(program, local_day(to_minute(now))):
        raise Refused("invalid_program", "Not everything can stay as it is.", faults=faults)
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        visit, person = booked.appointment, booked.person
        before = load_programs(session, person.id, visit.id)
        if before and before[0].program == program:
            return before[0]
        row = HomeProgram(appointment_id=visit.id, person_id=person.id, given_by=actor, given_at=now, content=program_to_dict(program))
        session.add(row)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "home_program.given", "appointment", visit.public_id, {"version": row.public_id}))
        withdraw_letters(session, about=visit.public_id, kinds=("home_program",), now=now)  # what was put right at once is told once
        if person.email:
            link = f"{base_url}/journal" if person.account_id is not None else f"{base_url}/appointments"
            facts = {"name": person.name, "provider": booked.provider.name, "link": link}
            enqueue_letter(
                session, key=f"home_program:{row.public_id}", kind="home_program", recipient=person.email, facts=facts, now=now,
                about=visit.public_id,
            )  # fmt: skip
        return load_programs(session, person.id, visit.id)[0]


def look_at_program(appointment: str, actor: str, now: datetime) -> Given | None:
    """What was left for home at a visit, for its therapist: written in the audit and in the client's log. None where nothing was left.

    The caller has made sure that the visit is theirs. Raises NotFound for a visit that does not exist.
    """
    with transaction() as session:
        booked = get_any(session, appointment)
        found = load_programs(session, booked.person.id, booked.appointment.id)
        if found:
            note_read(session, booked.person, "home_program", actor, now, {"appointment": appointment})
        return found[0] if found else None


def write_entry(entry: Entry, person_id: int, actor: str, now: datetime) -> Written:
    """Keep an entry of one's own journal. Raises Refused `invalid_entry` with every fault, `journal_full`."""
    if faults := entry_faults(entry, local_day(to_minute(now))):
        raise Refused("invalid_entry", "Not everything can stay as it is.", faults=faults)
    with transaction() as session:
        if count_journal(session, person_id) >= MOST_ENTRIES:
            raise Refused("journal_full", "No more entries can be kept. Remove some you no longer need.")
        kept = {"on": entry.on.isoformat(), "note": entry.note, **{name: getattr(entry, name) for name in SCALES}}
        row = JournalEntry(person_id=person_id, written_at=now, content=kept)
        session.add(row)
        session.flush()
        audit.record(session, audit.Deed(now, actor, "journal.written", "journal_entry", row.public_id))
        return Written(row.public_id, entry, now)


def remove_entry(public_id: str, person_id: int, actor: str, now: datetime) -> None:
    """Remove one's own entry for good. Raises NotFound."""
    with transaction() as session:
        session.delete(get_entry(session, public_id, person_id))
        audit.record(session, audit.Deed(now, actor, "journal.removed", "journal_entry", public_id))


def open_journal(appointment: str, actor: str, now: datetime) -> list[Written]:
    """What the client of a visit wrote since the last visit with this therapist: written in the audit and in their log.

    The caller has made sure that the visit is theirs. Raises NotFound for a visit that is not in care.
    """
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        visit, person = booked.appointment, booked.person
        ends = ends_with(session, person.id, visit.provider_id)
        entries = since_last_visit([(one, one.entry.on) for one in load_journal(session, person.id)], ends, visit.starts_at)
        note_read(session, person, "journal", actor, now, {"appointment": appointment})
        return entries
