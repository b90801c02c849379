"""A client's journal: short entries about a day, and which of them a therapist reads before the next visit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from marketplace.kernel.errors import FieldFault
from marketplace.kernel.walltime import NEW_YORK

SCALES = ("pain", "stiffness", "mobility")
LONGEST_NOTE = 2_000
OLDEST_DAYS = 31


@dataclass(frozen=True)
class Entry:
    """One entry: the New York day it is about, three values of 0 to 10 that may be missing, and a note."""

    on: date
    pain: int | None = None
    stiffness: int | None = None
    mobility: int | None = None
    note: str = ""


def entry_faults(entry: Entry, today: date) -> list[FieldFault]:
    """Everything wrong with an entry, by field."""
    faults = []
    if entry.on > today:
        faults.append(FieldFault("on", "That day has not come yet."))
    if entry.on < today - timedelta(days=OLDEST_DAYS):
        faults.append(FieldFault("on", f"At most {OLDEST_DAYS} days back."))
    values = {name: getattr(entry, name) for name in SCALES}
    faults += [FieldFault(name, "From 0 to 10.") for name, value in values.items() if value is not None and not 0 <= value <= 10]
    if len(entry.note) > LONGEST_NOTE:
        faults.append(FieldFault("note", f"At most {LONGEST_NOTE} characters."))
    if not entry.note.strip() and all(value is None for value in values.values()):
        faults.append(FieldFault("note", "Nothing is filled in yet."))
    return faults


Row = TypeVar("Row")


def since_last_visit(entries: Iterable[tuple[Row, date]], ends: Iterable[datetime], before: datetime) -> list[Row]:
    """The entries about the day of the last visit that ended before `before` and later; all of them where there was none."""
    last = max((end for end in ends if end < before), default=None)
    return [row for row, on in entries if last is None or on >= last.astimezone(NEW_YORK).date()]
