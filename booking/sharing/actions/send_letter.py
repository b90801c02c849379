"""A letter leaves: by a link to who receives it, or to be printed by who wrote it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.queries import Booked
from booking.care.queries.visits import get_in_care
from booking.papers.rules.paper import Paper
from booking.sharing.changes import check_sending, drop_drafts, heading_of, lock_draft, words_of
from booking.sharing.models import LetterDraft, Release, SentLetter
from booking.sharing.queries.letters import letter_digest
from booking.sharing.queries.releases import recipient_of
from booking.sharing.rules.letters import checksum, paper_of, paper_to_dict, words_faults
from booking.sharing.rules.releases import LINK, MOST_OPENINGS, OPEN_FOR, open_until
from marketplace import audit
from marketplace.db import transaction
from marketplace.kernel.errors import Refused, Stale
from marketplace.outbox.changes import enqueue_letter
from marketplace.vault import secret_hash
from providers.registry.models import Provider

TOKEN_BYTES = 32
SHARED, TOLD = "letter_shared", "letter_left"


@dataclass(frozen=True)
class Sending:
    """How a letter leaves, which one was read (its checksum), who sends it, and where links lead."""

    way: str
    checksum: str
    actor: str
    base_url: str


def send_letter(appointment: str, wanted: Sending, now: datetime) -> str:
    """Send what is being written at a visit, if the release lets each part leave at this moment; gives the letter's public id.

    The caller has made sure that the visit is theirs. Raises NotFound, Refused `release_…` or `invalid`, Stale `letter_changed` for
    another letter than the one that was read.
    """
    with transaction() as session:
        booked = get_in_care(session, appointment, now)
        draft, release = lock_draft(session, booked)
        words = words_of(draft)
        check_sending(release, booked, words.parts, wanted.way, now)
        if faults := words_faults(words, release.scope):
            raise Refused("invalid", faults[0].message, faults=faults)
        paper = paper_of(heading_of(session, draft, release, booked, now), words)
        if not secrets.compare_digest(checksum(paper), wanted.checksum):
            raise Stale("letter_changed", "The letter is not the one you read. Please read it once more.")
        token = secrets.token_urlsafe(TOKEN_BYTES) if wanted.way == LINK else None
        letter = _letter(draft, release, paper, wanted, now)
        letter.token_hash = secret_hash(token) if token else None
        drop_drafts(session, appointment_id=booked.appointment.id)
        session.add(letter)
        session.flush()
        details = {"release": release.public_id, "way": letter.way, "parts": letter.parts}
        audit.record(session, audit.Deed(now, wanted.actor, "letter.sent", "letter", letter.public_id, details))
        if token is not None:
            _write_recipient(session, letter, release, booked.provider, f"{wanted.base_url}/letter/{token}")
        _tell_client(session, letter, booked, wanted.base_url)
        return letter.public_id


def _letter(draft: LetterDraft, release: Release, paper: Paper, wanted: Sending, now: datetime) -> SentLetter:
    return SentLetter(
        public_id=draft.public_id, release_id=release.id, person_id=release.person_id, provider_id=release.provider_id,
        appointment_id=draft.appointment_id, way=wanted.way, parts=sorted(words_of(draft).parts), content=paper_to_dict(paper),
        digest=letter_digest(paper), open_until_at=open_until(release.expires_on, now), sent_by=wanted.actor, sent_at=now,
    )  # fmt: skip


def _write_recipient(session: Session, letter: SentLetter, release: Release, provider: Provider, link: str) -> None:
    recipient = recipient_of(release)
    facts = {"recipient": recipient.name, "provider": provider.name, "days": OPEN_FOR.days, "times": MOST_OPENINGS, "link": link}
    enqueue_letter(
        session, key=f"{SHARED}:{letter.public_id}", kind=SHARED, recipient=str(recipient.email), facts=facts, now=letter.sent_at,
        about=letter.public_id, send_before_at=letter.open_until_at,
    )  # fmt: skip


def _tell_client(session: Session, letter: SentLetter, booked: Booked, base_url: str) -> None:
    if booked.person.email is None:
        return
    link = f"{base_url}/account/letters/{letter.public_id}"
    facts = {"name": booked.person.name, "provider": booked.provider.name, "link": link}
    enqueue_letter(
        session, key=f"{TOLD}:{letter.public_id}", kind=TOLD, recipient=booked.person.email, facts=facts, now=letter.sent_at,
        about=letter.public_id,
    )  # fmt: skip
