"""What calendars may know of classes and seats: a title is its therapist's own words, so no client's calendar repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.calendars.rules import BUSY, CLIENT, CLINIC, FULL, VisitEvent, first_name, plain
from booking.classes.rules.seats import BOOKED, CAME, HELD, NO_SHOW, PLANNED

GUESTS = "/class-seats"
# In a calendar a seat stands as a visit does.
_STATUS = {HELD: "requested", BOOKED: "confirmed", CAME: "completed", NO_SHOW: "no_show", PLANNED: "confirmed"}


@dataclass(frozen=True)
class ClassLine:
    """A class, or somebody's seat in it, as far as any calendar could say it. `room` is its public address, `area` a part of town."""

    uid: str
    public_id: str
    sequence: int
    state: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    title: str
    provider_name: str
    reference: str | None = None
    room_name: str | None = None
    room: str | None = None
    area: str | None = None


def status_of(state: str) -> str:
    """A class's or seat's state as calendars know visits."""
    return _STATUS.get(state, "cancelled")


def class_event(line: ClassLine, audience: str, detail: str, base_url: str) -> VisitEvent:
    """A class as a feed tells it: `busy` says when, `brief` who and the part of town, `full` what its reader may see."""
    full = detail == FULL
    if audience == CLINIC:
        return _event(line, f"{line.provider_name}: busy", line.room_name)
    if detail == BUSY:
        return _event(line, "Busy", None)
    where = line.room if full and line.room else line.area
    if audience == CLIENT:
        who = line.provider_name if full else first_name(line.provider_name)
        words = f"Reference {line.reference}." if full else None
        return _event(line, f"Class with {who}", where, f"{base_url}/seats/{line.public_id}", words, alarm=True)
    title = f"Class: {line.title}" if full else "Class"
    return _event(line, title, where, f"{base_url}/provider/classes/{line.public_id}", alarm=True)


def event_of_facts(facts: Mapping[str, Any]) -> VisitEvent:
    """The event that a letter's facts tell of. A guest's link is a key: it stays in the letter, since calendars are shared."""
    link = str(facts["link"])
    return VisitEvent(
        uid=facts["uid"], sequence=facts["sequence"], status=status_of(facts["state"]),
        starts_at=datetime.fromisoformat(facts["starts_at"]), ends_at=datetime.fromisoformat(facts["ends_at"]),
        changed_at=datetime.fromisoformat(facts["changed_at"]), summary=plain(f"Class with {facts['provider_name']}") or "Class",
        location=plain(facts["place"] or f"Manhattan, {facts['zip']}"), link=None if f"{GUESTS}/" in link else link, alarm=True,
    )  # fmt: skip


def _event(
    line: ClassLine, summary: str, location: str | None, link: str | None = None, words: str | None = None, *, alarm: bool = False
) -> VisitEvent:
    return VisitEvent(
        line.uid, line.sequence, status_of(line.state), line.starts_at, line.ends_at, line.changed_at, plain(summary) or "Class",
        plain(location), link, words, alarm,
    )  # fmt: skip
