"""What adding and looking again do to a calendar's rows, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.audit import Deed, record
from marketplace.kernel.walltime import to_minute
from providers.calendars.models import OutsideCalendar
from providers.calendars.queries import spans_kept
from providers.calendars.rules.reading import Located, Reading, Window
from providers.calendars.rules.syncing import LINK, LOST_HALF, UNPLACED, coming, next_look, spans_of, sudden_loss
from providers.places.geocoders import find_offline
from providers.schedule.changes import lay_ahead, replace_outside
from providers.schedule.rules.outside import OutsideSpan, cut_by_place

# A neighborhood's name is too often part of another word.
CERTAIN = ("address", "grid", "zip")


def take_reading(
    session: Session, calendar: OutsideCalendar, reading: Reading, window: Window, actor: str, now: datetime, *, agreed: bool
) -> None:
    """Put a good reading in the place of the last one, and lay its time. The caller holds the provider's lock.

    Where it names suddenly far less, or has newly lost times, what was blocked stays too until the provider has `agreed`.
    """
    known_until = window.until_minute if reading.endless else None
    spans = spans_of(reading, _zips(reading) if calendar.places else (), known_until)
    old = spans_kept(session, calendar.id)
    flag = None if agreed or calendar.last_good_at is None else _flag(calendar, reading, old, spans, now)
    if flag is not None:
        spans = cut_by_place([*old, *spans])
    changed = replace_outside(session, calendar.provider_id, calendar.id, spans, window.from_minute)
    if changed or flag != calendar.flag:
        note(session, calendar, "calendar_read", actor, now, changed=changed, flag=flag)
    if flag is None:
        calendar.unplaced = reading.unplaced
    calendar.flag, calendar.known_until_minute = flag, known_until
    calendar.warnings, calendar.events = list(reading.warnings), reading.events
    note_good_look(calendar, now)
    if changed:
        session.flush()
        lay_ahead(session, calendar.provider_id, now)


def note_good_look(calendar: OutsideCalendar, now: datetime) -> None:
    """It could be read, or was as before."""
    calendar.last_good_at, calendar.stale_since, calendar.fault, calendar.failures = now, None, None, 0
    calendar.next_sync_at = next_look(now, 0) if calendar.kind == LINK else None


def note_bad_look(session: Session, calendar: OutsideCalendar, sentence: str, actor: str, now: datetime) -> None:
    """It could not be read: what it said last stays, and says since when."""
    if calendar.stale_since is None:
        note(session, calendar, "calendar_stale", actor, now, reason=sentence)
    calendar.stale_since, calendar.fault = calendar.stale_since or now, sentence
    calendar.failures += 1
    calendar.next_sync_at = next_look(now, calendar.failures) if calendar.kind == LINK else None


def note(session: Session, calendar: OutsideCalendar, verb: str, actor: str, now: datetime, **details: object) -> None:
    """One entry of the audit about a calendar; never its address."""
    record(session, Deed(now, actor, verb, "calendar", calendar.public_id, details))


def _flag(calendar: OutsideCalendar, reading: Reading, old: Sequence[OutsideSpan], new: Sequence[OutsideSpan], now: datetime) -> str | None:
    minute = to_minute(now)
    if reading.unplaced > calendar.unplaced:
        return UNPLACED
    before = coming([span[:2] for span in old], minute, calendar.known_until_minute)
    after = coming([span[:2] for span in new], minute, None)
    return LOST_HALF if sudden_loss(before, after) else None


def _zips(reading: Reading) -> list[tuple[Located, str]]:
    """The events whose place lies in Manhattan for certain, without asking anybody."""
    known: dict[str, str | None] = {}
    for one in reading.located:
        if one.location not in known:
            place = find_offline(one.location)
            known[one.location] = place.zip if place is not None and place.precision in CERTAIN else None
    return [(one, zip_code) for one in reading.located if (zip_code := known[one.location])]
