"""What several verbs about releases and letters do inside their transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from booking.appointments.queries import Booked
from booking.sharing.models import LetterDraft, LetterOpening, Release
from booking.sharing.queries.letters import CLOSED, Sent, find_draft, openings_of
from booking.sharing.queries.releases import grant_of, guardian_of, recipient_of
from booking.sharing.rules.letters import Heading, Words, words_from_dict
from booking.sharing.rules.releases import EXPIRED, MOST_OPENINGS, NO_ADDRESS, NOT_COVERED, NOT_YET, REVOKED, why_not_live, why_not_sent
from marketplace.db import wait_turn
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.walltime import local_day, to_minute

NO_RELEASE = "There is no such permission for this client and you."
WHY = {
    REVOKED: "The client has taken the permission back.",
    EXPIRED: "The permission is over. The client can sign a new one.",
    NOT_YET: "The permission is not in force yet.",
    NOT_COVERED: "The client has not permitted each of these parts.",
    NO_ADDRESS: "The client named no e-mail address: print this letter.",
}


def lock_release(session: Session, release_id: int) -> Release:
    """A release with its row locked: signing off, sending, opening and revoking under it come one after another."""
    locked = select(Release).where(Release.id == release_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(locked).one()


def lock_release_for(session: Session, public_id: str, booked: Booked) -> Release:
    """The release that this visit's client gave its therapist, locked. Raises NotFound for any other."""
    visit = booked.appointment
    mine = select(Release.id).where(
        Release.public_id == public_id, Release.person_id == visit.person_id, Release.provider_id == visit.provider_id
    )
    release_id = session.scalar(mine)
    if release_id is None:
        raise NotFound("not_found", NO_RELEASE)
    return lock_release(session, release_id)


def lock_draft(session: Session, booked: Booked) -> tuple[LetterDraft, Release]:
    """What is being written at a visit, as it is once nobody else is about it, and its release, locked. Raises NotFound."""
    known = find_draft(session, booked.appointment.id)
    if known is None:
        raise NotFound("not_found", "There is no letter in the making at this visit.")
    release = lock_release(session, known.release_id)
    take_turn(session, booked)
    draft = find_draft(session, booked.appointment.id)
    if draft is None or draft.release_id != release.id:
        raise NotFound("not_found", "There is no letter in the making at this visit.")
    return draft, release


def take_turn(session: Session, booked: Booked) -> None:
    """Wait until nobody else writes a letter at this visit. Comes after the lock of the release."""
    wait_turn(session, f"letter of visit {booked.appointment.public_id}")


def drop_drafts(session: Session, *, appointment_id: int | None = None, release_id: int | None = None) -> None:
    """Forget what was being written at a visit, or under a release."""
    session.flush()
    if appointment_id is not None:
        session.execute(delete(LetterDraft).where(LetterDraft.appointment_id == appointment_id))
    if release_id is not None:
        session.execute(delete(LetterDraft).where(LetterDraft.release_id == release_id))


def words_of(draft: LetterDraft) -> Words:
    """What is being written, as a plain value."""
    return words_from_dict(draft.words)


def check_sending(release: Release, booked: Booked, parts: tuple[str, ...], way: str, now: datetime) -> None:
    """Raise Refused `release_REASON` unless the locked release lets these parts leave now, NotFound where it is of others."""
    visit = booked.appointment
    reason = why_not_sent(grant_of(release), visit.provider_id, visit.person_id, parts, way, now)
    if reason is None:
        return
    if reason not in WHY:
        raise NotFound("not_found", NO_RELEASE)
    raise Refused(f"release_{reason}", WHY[reason])


def heading_of(session: Session, draft: LetterDraft, release: Release, booked: Booked, now: datetime) -> Heading:
    """What stands above the words of a draft if it is sent now."""
    return Heading(
        draft.public_id, booked.provider.name, booked.person.name, recipient_of(release), release.purpose, local_day(to_minute(now)),
        local_day(to_minute(release.signed_at)), release.expires_on, guardian_of(session, release),
    )  # fmt: skip


def note_opening(session: Session, sent: Sent, now: datetime) -> None:
    """Count one opening under the locked release. Raises NotFound, always the same, where the letter is not open."""
    release = lock_release(session, sent.letter.release_id)
    taken = len(openings_of(session, [sent.letter.id]).get(sent.letter.id, ()))
    if taken >= MOST_OPENINGS or now >= sent.letter.open_until_at or why_not_live(grant_of(release), now) is not None:
        raise NotFound("not_found", CLOSED)
    session.add(LetterOpening(letter_id=sent.letter.id, number=taken + 1, opened_at=now))
    session.flush()
