"""What programs send about classes and seats, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from booking.appointments.rules.cancellation import REASONS, Verdict, verdict_to_dict
from booking.classes.actions.leave_seat import Leaving
from booking.classes.changes.letters import place_line
from booking.classes.queries import Lesson, Seated
from booking.classes.rules.planning import LONGEST_TITLE, LONGEST_WHY, LONGEST_WORDS, MOST_CENTS, MOST_MINUTES, MOST_SEATS, ClassDraft
from booking.ledger.rules.entries import HOW
from marketplace.db import db
from marketplace.webkit.filters import rfc3339
from marketplace.webkit.reading import Fields
from providers.registry.forms import desk_owner
from providers.registry.queries import find_own_id

LONGEST_NOTE = 2000
# What of a seat's terms an answer carries; the rest is for reading them back.
TERMS = ("summary", "steps", "grace_until", "no_show_percent", "late_minutes")


def own_provider_id() -> int:
    """The viewer's practice; 0 where they have none yet."""
    return find_own_id(db.session(), desk_owner().account_id) or 0


def read_draft(body: Mapping[str, Any]) -> ClassDraft:
    """`{title, words?, place, starts_at, minutes, capacity, price_cents}`."""
    fields = Fields(body)
    title, words = fields.text("title", longest=LONGEST_TITLE), fields.text("words", "", longest=LONGEST_WORDS, blank=True)
    place, starts_at = fields.text("place", longest=24), fields.instant("starts_at")
    minutes, capacity = fields.integer("minutes", least=1, most=MOST_MINUTES), fields.integer("capacity", least=1, most=MOST_SEATS)
    price_cents = fields.integer("price_cents", most=MOST_CENTS)
    fields.finish()
    return ClassDraft(title, words or "", place, starts_at, minutes, capacity, price_cents)


def read_why(body: Mapping[str, Any]) -> str | None:
    """`{why?}`: what everybody who has a seat reads."""
    fields = Fields(body)
    why = fields.text("why", None, longest=LONGEST_WHY, blank=True)
    fields.finish()
    return why or None


def read_leaving(body: Mapping[str, Any]) -> Leaving:
    """`{expected_fee_cents?, reason?, note?}`."""
    fields = Fields(body)
    expected, reason = fields.integer("expected_fee_cents", None), fields.choice("reason", REASONS, None)
    note = fields.text("note", None, longest=LONGEST_NOTE, blank=True)
    fields.finish()
    return Leaving(expected, reason, note or None)


def leaving_answer(verdict: Verdict) -> dict[str, Any]:
    """What leaving costs at this moment."""
    told = ("allowed", "reason", "detail", "fee_cents", "tier", "as_of", "next_change_at")
    answer = verdict_to_dict(verdict)
    return {name: answer[name] for name in told}


def read_how(body: Mapping[str, Any]) -> str:
    """`{how}`: how the therapist was paid."""
    fields = Fields(body)
    how = fields.choice("how", HOW)
    fields.finish()
    return str(how)


def lesson_answer(lesson: Lesson) -> dict[str, Any]:
    """A class as everybody sees it."""
    row = lesson.row
    return {
        "id": row.public_id, "provider": {"slug": lesson.provider.slug, "name": lesson.provider.name}, "title": row.title,
        "words": row.words, "state": row.state, "starts_at": rfc3339(row.starts_at), "ends_at": rfc3339(row.ends_at),
        "minutes": row.minutes, "place": place_line(lesson.place), "zip": row.zip, "capacity": row.capacity, "seats_left": lesson.left,
        "price_cents": row.price_cents, "currency": "USD", "sequence": row.sequence,
    }  # fmt: skip


def seat_answer(seated: Seated, *, for_provider: bool = False) -> dict[str, Any]:
    """A seat as one of its two sides sees it; a therapist reads a name, no address."""
    seat, lesson = seated.seat, seated.lesson
    answer = {
        "id": seat.public_id, "class": lesson.public_id, "reference": seat.reference, "state": seat.state, "number": seat.number,
        "provider": {"slug": seated.provider.slug, "name": seated.provider.name}, "title": lesson.title,
        "starts_at": rfc3339(lesson.starts_at), "ends_at": rfc3339(lesson.ends_at), "place": place_line(seated.place),
        "expires_at": rfc3339(seat.expires_at) if seat.booked_at is None else None, "total_cents": seat.total_cents,
        "fee_cents": seat.fee_cents, "paid_cents": seat.paid_cents, "due_cents": seat.due_cents, "currency": "USD",
        "terms": {name: seat.terms[name] for name in TERMS}, "sequence": seat.sequence,
    }  # fmt: skip
    return {**answer, "client": {"name": seated.person.name}} if for_provider else answer
