"""Words of the note before, carried over as a beginning: marked until their writer has changed or confirmed each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from booking.notes.rules.content import Note

# What may still be so at the next visit. What was measured, done and felt that day is written anew each time.
CARRIED = ("subjective", "objective", "palpation", "assessment", "plan", "aftercare")


def carry_over(before: Note, now: Note) -> tuple[Note, tuple[str, ...]]:
    """The note with the words of the one before wherever it has none, and the fields that were filled so."""
    words = {name: getattr(before, name) for name in CARRIED if getattr(before, name) and not getattr(now, name)}
    return replace(now, **words), tuple(words)


def still_carried(carried: Iterable[str], kept: Note, written: Note, confirmed: Collection[str]) -> tuple[str, ...]:
    """The carried fields that are unconfirmed still: their words are those that were carried, and nobody has said that they hold."""
    return tuple(name for name in carried if getattr(kept, name) == getattr(written, name) and name not in confirmed)
