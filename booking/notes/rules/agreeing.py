"""Areas that a note names though the client's comfort card leaves them out: agreed on at the visit, or not worked on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from booking.care.rules import why_closed
from booking.intake.rules.comfort import Comfort, left_out
from booking.notes.rules.content import Note
from marketplace.kernel.errors import FieldFault

NOT_AGREED = "not_agreed"


def not_agreed(note: Note, card: Comfort | None) -> tuple[str, ...]:
    """The areas of a note that the card leaves out and that nobody said were agreed on; none without a card."""
    return () if card is None else tuple(code for code in left_out(card, note.all_regions) if code not in note.agreed_regions)


def agreement_fault(note: Note, card: Comfort | None, names: Mapping[str, str]) -> FieldFault | None:
    """What has to be said before such a note is kept or signed; `names` are of areas, by code."""
    open_areas = not_agreed(note, card)
    if not open_areas:
        return None
    words = ", ".join(names.get(code, code) for code in open_areas)
    return FieldFault("agreed_regions", f"The comfort card leaves out: {words}. Say that it was agreed with the client at the visit.")


def card_counts(status: str, ends_at: datetime, now: datetime) -> bool:
    """Whether the card may be held against the note: as long as the therapist may see it."""
    return why_closed(status, ends_at, now) is None
