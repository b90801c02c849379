"""A therapist offers a signed note to a supervising colleague, takes it back, and reads what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from booking.appointments.changes.loading import lock_appointment
from booking.appointments.queries import Booked, get_any
from booking.care.changes import note_read
from booking.notes.changes import check_own
from booking.notes.queries import Kept, find_note
from booking.reviewing.changes import READ, News, NewStep, add_step, check_colleague, record, tell, write_step
from booking.reviewing.models import NoteReview, Supervision
from booking.reviewing.queries import Pair, Review, get_pair, list_pairs, list_reviews
from booking.reviewing.rules.steps import LIVE, OFFERED, TAKEN_BACK
from marketplace.db import transaction
from marketplace.kernel.errors import Conflict, FieldFault, NotFound, Refused

UNKNOWN = "Choose a colleague who has accepted to supervise you."


@dataclass(frozen=True)
class Opened:
    """A visit, whether its note is signed, its reviews, and the colleagues to whom it can be offered."""

    booked: Booked
    signed: bool
    reviews: Sequence[Review]
    pairs: Sequence[Pair]

    @property
    def offered(self) -> bool:
        """Whether a colleague may look at it now."""
        return any(one.waits for one in self.reviews)


def look_at_reviews(appointment: str, provider_id: int, actor: str, now: datetime) -> Opened:
    """The reviews of the note of one's visit; where there are words, the look is written down. Raises NotFound."""
    with transaction() as session:
        booked = get_any(session, appointment)
        check_own(booked, provider_id)
        kept = find_note(session, booked.appointment.id, provider_id)
        reviews = list_reviews(session, NoteReview.note_id == kept.id) if kept is not None else []
        if any(step.content["comments"] for one in reviews for step in one.steps):
            note_read(session, booked.person, READ, actor, now, {"appointment": appointment})
        live = (Supervision.provider_id == provider_id) & Supervision.accepted_at.is_not(None) & Supervision.ended_at.is_(None)
        return Opened(booked, kept is not None and kept.signature is not None, reviews, list_pairs(session, live))


def offer_note(appointment: str, supervision: str, provider_id: int, actor: str, base_url: str, now: datetime) -> Review:
    """Let a supervising colleague look at the signed note of one's visit.

    Raises NotFound, Conflict `note_open` while it is not signed, `offered_already`, `wrong_state` for one that this colleague has accepted,
    Refused `invalid` for a colleague who has not agreed, `not_in_standing`.
    """
    with transaction() as session:
        booked = lock_appointment(session, appointment)
        check_own(booked, provider_id)
        pair = _pair(session, supervision, provider_id)
        check_colleague(session, pair.supervisor, now)
        kept = find_note(session, booked.appointment.id, provider_id)
        if kept is None or kept.signature is None:
            raise Conflict("note_open", "Sign the note first.")
        before = list_reviews(session, NoteReview.note_id == kept.id)
        if any(one.waits for one in before):
            raise Conflict("offered_already", "A colleague is looking at this note already. Wait, or take it back.")
        mine = [one for one in before if one.pair.supervision.id == pair.supervision.id]
        if mine:
            add_step(session, mine[0], OFFERED, actor, now)
        else:
            _begin(session, kept, pair, actor, now)
        [review] = list_reviews(session, (NoteReview.note_id == kept.id) & (NoteReview.supervision_id == pair.supervision.id))
        key, link = f"{review.review.public_id}:{review.steps[-1].number}", f"{base_url}/provider/reviews/{review.review.public_id}"
        tell(session, pair, pair.supervisor, News(OFFERED, key, link), now)
        return review


def take_back(appointment: str, provider_id: int, actor: str, now: datetime) -> None:
    """Nobody looks at it any more. Raises NotFound, Conflict `wrong_state` where it is not offered."""
    with transaction() as session:
        booked = lock_appointment(session, appointment)
        check_own(booked, provider_id)
        kept = find_note(session, booked.appointment.id, provider_id)
        offered = [one for one in list_reviews(session, NoteReview.note_id == kept.id) if one.status == OFFERED] if kept is not None else []
        if not offered:
            raise Conflict("wrong_state", "This note is not offered to anybody.")
        for one in offered:
            get_pair(session, Supervision.id == one.pair.supervision.id, lock=True)
        for one in list_reviews(session, NoteReview.id.in_([found.review.id for found in offered])):
            add_step(session, one, TAKEN_BACK, actor, now)


def _pair(session: Session, supervision: str, provider_id: int) -> Pair:
    try:
        pair = get_pair(session, (Supervision.public_id == supervision) & (Supervision.provider_id == provider_id), lock=True)
    except NotFound:
        pair = None
    if pair is None or pair.state != LIVE:
        raise Refused("invalid", UNKNOWN, faults=[FieldFault("supervision", UNKNOWN)])
    return pair


def _begin(session: Session, kept: Kept, pair: Pair, actor: str, now: datetime) -> None:
    row = NoteReview(note_id=kept.id, supervision_id=pair.supervision.id, begun_at=now)
    session.add(row)
    session.flush()
    write_step(session, NewStep(row.id, 1, OFFERED), actor, now)
    record(session, "review.offered", row.public_id, actor, now)
