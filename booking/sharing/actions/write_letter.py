"""A therapist writes a letter: drafted from what there is, their words, and what would leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import Booked
from booking.care.changes import note_read
from booking.care.queries.visits import get_in_care
from booking.papers.rules.paper import Paper
from booking.sharing.changes import check_sending, drop_drafts, heading_of, lock_draft, lock_release_for, take_turn, words_of
from booking.sharing.models import LetterDraft, Release
from booking.sharing.queries.material import Pair, texts_of
from booking.sharing.rules.letters import Words, checksum, drafted, paper_of, tidy, words_faults, words_to_dict
from booking.sharing.rules.releases import PRINT
from marketplace.db import transaction
from marketplace.kernel.errors import Refused

READ = "letter_draft"


@dataclass(frozen=True)
class Draft:
    """What is being written: its words, its release, the letter as it would leave now, and what tells that letter from others."""

    words: Words
    release: Release
    paper: Paper
    checksum: str
    changed_at: datetime


def begin_letter(appointment: str, release: str, actor: str, now: datetime) -> Draft:
    """Draft a letter under a release from what there is; an older draft of this visit is forgotten. The look is written down.

    The caller has made sure that the visit is theirs. Raises NotFound for a visit not in care or a release of others, Refused `release_…`.
    """
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        row = lock_release_for(session, release, booked)
        take_turn(session, booked)
        check_sending(row, booked, (), PRINT, now)
        visit, client = booked.appointment, booked.person
        texts = texts_of(session, Pair(client.id, visit.provider_id, now))
        drop_drafts(session, appointment_id=visit.id)
        words = drafted(texts, row.scope, client.name)
        draft = LetterDraft(release_id=row.id, appointment_id=visit.id, words=words_to_dict(words), changed_by=actor, changed_at=now)
        session.add(draft)
        session.flush()
        return _shown(session, draft, row, booked, actor, now)


def edit_letter(appointment: str, words: Words, actor: str, now: datetime) -> Draft:
    """Keep the therapist's words. Raises NotFound, Refused `invalid` with every fault, Refused `release_…`."""
    wanted = tidy(words)
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        draft, release = lock_draft(session, booked)
        check_sending(release, booked, (), PRINT, now)
        if faults := words_faults(wanted, release.scope):
            raise Refused("invalid", faults[0].message, faults=faults)
        draft.words, draft.changed_by, draft.changed_at = words_to_dict(wanted), actor, now
        session.flush()
        return _shown(session, draft, release, booked, actor, now)


def look_at_draft(appointment: str, actor: str, now: datetime) -> Draft:
    """What is being written, and what would leave. The look is written down. Raises NotFound, Refused `release_…`."""
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        draft, release = lock_draft(session, booked)
        check_sending(release, booked, (), PRINT, now)
        return _shown(session, draft, release, booked, actor, now)


def _shown(session: Session, draft: LetterDraft, release: Release, booked: Booked, actor: str, now: datetime) -> Draft:
    note_read(session, booked.person, READ, actor, now, {"appointment": booked.appointment.public_id})
    words = words_of(draft)
    paper = paper_of(heading_of(session, draft, release, booked, now), words)
    return Draft(words, release, paper, checksum(paper), draft.changed_at)
