"""A supervising colleague reads a note that was offered to them, and returns it with comments or accepts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.care.changes import note_read
from booking.notes.queries import Kept, find_note
from booking.reviewing.changes import READ, News, add_step, check_colleague, tell
from booking.reviewing.models import NoteReview, Supervision
from booking.reviewing.queries import Review, get_pair, get_review
from booking.reviewing.rules.steps import comment_faults
from marketplace.db import transaction
from marketplace.kernel.errors import NotFound, Refused

CLOSED = "This note is not open to you now."


@dataclass(frozen=True)
class Read:
    """The review, and the signed note with what was added to it."""

    review: Review
    kept: Kept


@dataclass(frozen=True)
class Verdict:
    """Returned or accepted, with comments for the one who wrote the note."""

    kind: str
    comments: str = ""


def read_note(public_id: str, provider_id: int, actor: str, now: datetime) -> Read:
    """A note while it is offered and the supervision lives; the look is written down, and its client sees it.

    Raises NotFound for all others alike, Refused `not_in_standing`.
    """
    with transaction() as session:
        review = _open(session, public_id, provider_id, now)
        kept = find_note(session, review.visit.id, review.pair.provider.id)
        if kept is None or kept.signature is None:
            raise NotFound("not_found", CLOSED)
        note_read(session, review.person, READ, actor, now, {"appointment": review.visit.public_id})
        return Read(review, kept)


def decide_review(public_id: str, provider_id: int, verdict: Verdict, actor: str, base_url: str, now: datetime) -> Review:
    """Return it with comments, or accept it: the note stays as it was signed, and its writer is told.

    Raises as `read_note`, Refused `invalid`.
    """
    if faults := comment_faults(verdict.kind, verdict.comments):
        raise Refused("invalid", faults[0].message, faults=faults)
    with transaction() as session:
        review = _open(session, public_id, provider_id, now)
        add_step(session, review, verdict.kind, actor, now, verdict.comments)
        key, link = f"{public_id}:{review.steps[-1].number + 1}", f"{base_url}/provider/appointments/{review.visit.public_id}/review"
        tell(session, review.pair, review.pair.provider, News(verdict.kind, key, link), now)
        return get_review(session, NoteReview.public_id == public_id)


def _open(session: Session, public_id: str, provider_id: int, now: datetime) -> Review:
    mine = (NoteReview.public_id == public_id) & (Supervision.supervisor_id == provider_id)
    found = get_review(session, mine)
    pair = get_pair(session, Supervision.id == found.pair.supervision.id, lock=True)
    review = get_review(session, mine)
    if not review.waits:
        raise NotFound("not_found", CLOSED)
    check_colleague(session, pair.supervisor, now)
    return review
