"""When a note can be signed, and the mark by which a signed note is known.

A signature closes a note for good. Hands-on minutes are what units on a superbill are counted from: they are attested by whoever signs,
are the sum of the techniques' minutes or say why not, and are never more than the visit lasted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from booking.notes.rules.content import Note, settled
from marketplace.kernel.errors import FieldFault

MINUTE = timedelta(minutes=1)
BEGUN = frozenset({"checked_in", "completed"})


@dataclass(frozen=True)
class Length:
    """How long a visit was: as booked, and by the clock from check-in to check-out where both were pressed, in minutes rounded up."""

    booked_minutes: int
    clocked_minutes: int | None

    @property
    def most_minutes(self) -> int:
        """More hands-on minutes than these there cannot have been. A check-in or check-out that was pressed late takes none away."""
        return max(self.booked_minutes, self.clocked_minutes or 0)


def length_of(starts_at: datetime, ends_at: datetime, checked_in_at: datetime | None, checked_out_at: datetime | None) -> Length:
    """The length of a visit out of its instants."""
    clocked = None if checked_in_at is None or checked_out_at is None else -((checked_in_at - checked_out_at) // MINUTE)
    return Length((ends_at - starts_at) // MINUTE, clocked)


def signing_faults(written: Note, carried: Collection[str], length: Length) -> list[FieldFault]:
    """Everything that still keeps a note from being signed, by field."""
    note = settled(written)
    return [FieldFault(name, message) for name, message in (*_missing(note), *_unconfirmed(carried), *minute_faults(note, length))]


def _missing(note: Note) -> Iterator[tuple[str, str]]:
    if note.is_empty:
        yield "subjective", "Nothing is written yet."
    if not note.techniques:
        yield "techniques", "Say what was done."
    if note.minutes is None:
        yield "minutes", "Say for how many minutes your hands were on."
    if note.adverse and not note.adverse_reaction:
        yield "adverse_reaction", "Say what was seen."


def _unconfirmed(carried: Collection[str]) -> Iterator[tuple[str, str]]:
    yield from ((name, "This is from the note before. Confirm it or change it.") for name in carried)


def minute_faults(note: Note, length: Length) -> Iterator[tuple[str, str]]:
    """Why the hands-on minutes cannot be attested as they are, by field."""
    if note.minutes is None:
        return
    if note.minutes > length.most_minutes:
        yield "minutes", f"The visit lasted {length.most_minutes} minutes."
    if note.minutes_explained.strip():
        return
    summed = note.technique_minutes
    if summed is not None and summed != note.minutes:
        yield "minutes_explained", f"The techniques add up to {summed} minutes. Say why it is {note.minutes}."
    elif summed is None and sum(used.minutes or 0 for used in note.techniques) > note.minutes:
        yield "minutes_explained", "The techniques add up to more. Say why."
    elif length.clocked_minutes is not None and length.clocked_minutes < note.minutes <= length.most_minutes:
        yield "minutes_explained", f"Check-in and check-out lie {length.clocked_minutes} minutes apart. Say why it is {note.minutes}."


@dataclass(frozen=True)
class Signature:
    """Who signed (the name as it stands on paper, and the account), when, and a random word that keeps the mark from being guessed."""

    name: str
    actor: str
    at: datetime
    salt: str


def digest_of(appointment: str, content: Mapping[str, Any], signature: Signature) -> str:
    """The mark (64 hex digits, SHA-256) of a note's content with its visit and signature: another word, another mark."""
    whole = [appointment, content, signature.name, signature.actor, signature.at.isoformat(), signature.salt]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()
