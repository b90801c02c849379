"""When something that was told is asked about again, and what is new in it for somebody who has looked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from booking.intake.rules.telling import Intake
from providers.credentials.rules.collaboration import a_year_on

NEVER, OLD, CHANGED = "never", "old", "changed"


@dataclass(frozen=True)
class Told:
    """When (New York day) something was told or confirmed last, to which version of our form or text."""

    on: date
    version: str


def why_asked(told: Told | None, version: str, today: date) -> str | None:
    """Why to ask (again): it was never told, our form or text is another, or twelve months have passed. None: it still stands."""
    if told is None:
        return NEVER
    if told.version != version:
        return CHANGED
    return OLD if today > a_year_on(told.on) else None


@dataclass(frozen=True)
class Look:
    """A therapist's look at a client's intake: about which visit, and which version they saw."""

    appointment: str
    version: str


def seen_before(looks: Sequence[Look], appointment: str, newest: str) -> str | None:
    """The version that a therapist knew when they came to the newest one; None where this is the first they see.

    `looks` are theirs, the earliest first. What is new stays marked through all looks about the visit for which it was seen first.
    """
    here = next((place for place, look in enumerate(looks) if look == Look(appointment, newest)), len(looks))
    return looks[here - 1].version if here else None


@dataclass(frozen=True)
class Changes:
    """What another version says otherwise: names of the fields, and the lines of lists that came and went."""

    fields: tuple[str, ...]
    came: tuple[object, ...]
    went: tuple[object, ...]


def changes(before: Intake, after: Intake) -> Changes:
    """What is different after: fields in their order; lines of medicines, surgeries and goals that were not there or are no more."""
    named = tuple(field.name for field in fields(Intake) if getattr(before, field.name) != getattr(after, field.name))
    came = tuple(line for line in _lines(after) if line not in _lines(before))
    went = tuple(line for line in _lines(before) if line not in _lines(after))
    return Changes(named, came, went)


def _lines(intake: Intake) -> tuple[object, ...]:
    return (*intake.goals, *intake.medicines, *intake.surgeries)
