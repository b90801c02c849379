"""Papers that a client keeps for their visits: what may be kept, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import FieldFault

IMAGING, NOTE = "imaging", "doctor_note"
KINDS = (IMAGING, NOTE, "lab_report", "other")
MOST_FILES, MOST_BYTES = 20, 40 * 1024 * 1024
LONGEST_TITLE = 120
EARLIEST_YEAR = 1950


@dataclass(frozen=True)
class About:
    """What a file is: of which kind, of which day, and a few words of the client."""

    kind: str
    taken_on: date
    title: str = ""


def about_faults(about: About, today: date) -> list[FieldFault]:
    """Everything wrong with what is said of a file, by field."""
    checks = (
        ("kind", about.kind in KINDS, "We do not know this kind."),
        ("taken_on", about.taken_on <= today, "That day has not come yet."),
        ("taken_on", about.taken_on.year >= EARLIEST_YEAR, f"The year {EARLIEST_YEAR} or later."),
        ("title", len(about.title) <= LONGEST_TITLE, f"At most {LONGEST_TITLE} characters."),
    )
    return [FieldFault(field, message) for field, right, message in checks if not right]


def room_fault(count: int, size: int, more: int) -> str | None:
    """Why one more file of `more` bytes has no place beside `count` files of `size` bytes together; None if it has."""
    if count >= MOST_FILES:
        return f"You keep {MOST_FILES} files already. Remove one that is no longer needed."
    if size + more > MOST_BYTES:
        return f"Your files may have {MOST_BYTES // 1024**2} MB together. Remove one that is no longer needed."
    return None
