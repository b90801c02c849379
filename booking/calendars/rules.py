"""What calendars may know of a visit: how much for whom, in words that stay neutral, and in which time.

In no calendar stands a condition, a technique, a client's street or surname. What is not said here is not said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking.appointments.rules.naming import short_name
from marketplace.kernel.walltime import NEW_YORK
from providers.services.rules.calls import noun

BUSY, BRIEF, FULL = "busy", "brief", "full"
DETAILS = (BUSY, BRIEF, FULL)
# For whom a feed is. A clinic's says which rooms are busy, and nothing else of a visit.
CLIENT, PROVIDER, CLINIC = "client", "provider", "clinic"
AUDIENCE_OF_ROLE = {"client": CLIENT, "provider": PROVIDER, "admin": CLINIC}
DETAILS_OF = {CLIENT: DETAILS, PROVIDER: DETAILS, CLINIC: (BUSY,)}

ENDED = ("cancelled", "expired", "no_show")
BACK, AHEAD = timedelta(days=90), timedelta(days=400)
ENDED_KEPT = timedelta(days=30)
COPIED_BACK = timedelta(days=1)
# A calendar program asks several times an hour; its last use is noted no oftener than this.
USE_NOTED_EVERY = timedelta(minutes=10)
REFRESH = timedelta(minutes=30)
ALARM = timedelta(minutes=60)

_SETTINGS = {
    "clinic": "At the clinic",
    "home": "At the client’s home",
    "office": "At the client’s office",
    "hotel": "At a hotel",
    "phone": "By phone",
}


@dataclass(frozen=True)
class VisitLine:
    """What is known of a visit as far as any calendar could say it. `room` is a clinic's public address, `area` a part of town,
    `beside` the therapist of the live visit side by side with it, where it is one of two.
    """

    uid: str
    public_id: str
    reference: str
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    setting: str
    minutes: int
    provider_name: str
    client_name: str
    room_name: str | None = None
    room: str | None = None
    area: str | None = None
    beside: str | None = None


@dataclass(frozen=True)
class VisitEvent:
    """What a calendar shows. `status` is that of the appointment; `organizer` and `attendee` are addresses, in letters alone."""

    uid: str
    sequence: int
    status: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    summary: str
    location: str | None = None
    link: str | None = None
    words: str | None = None
    alarm: bool = False
    organizer: str | None = None
    attendee: str | None = None


@dataclass(frozen=True)
class Window:
    """What a feed holds: visits that end after `since_at` and begin before `until_at`; of those that came to nothing
    what changed after `ended_since_at`.
    """

    since_at: datetime
    until_at: datetime
    ended_since_at: datetime


def window_at(now: datetime) -> Window:
    """Ninety days back, four hundred ahead; what was cancelled is still told, as cancelled, for thirty days."""
    return Window(now - BACK, now + AHEAD, now - ENDED_KEPT)


def copies_at(now: datetime) -> Window:
    """What is kept right in a provider's own calendar: visits from yesterday on. What is over stays there as it is."""
    return Window(now - COPIED_BACK, now + AHEAD, now - COPIED_BACK)


@dataclass(frozen=True)
class _Said:
    summary: str
    location: str | None = None
    link: str | None = None
    words: str | None = None
    alarm: bool = False


def feed_event(line: VisitLine, audience: str, detail: str, base_url: str) -> VisitEvent:
    """A visit as a feed tells it: `busy` says when, `brief` adds a first name and the part of town, `full` what its reader may see."""
    said = _say(line, audience, detail, base_url)
    return VisitEvent(
        line.uid, line.sequence, line.status, line.starts_at, line.ends_at, line.changed_at, plain(said.summary) or "Visit",
        plain(said.location), said.link, plain(said.words), said.alarm,
    )  # fmt: skip


def _say(line: VisitLine, audience: str, detail: str, base_url: str) -> _Said:
    if audience == CLINIC:
        return _Said(f"{line.provider_name}: busy", line.room_name)
    if detail == BUSY:
        return _Said("Busy")
    full = detail == FULL
    where = line.room if full and line.room else line.area
    two = for_two(line.beside if full else first_name(line.beside)) if line.beside else None
    words = f"{line.minutes} minutes. Reference {line.reference}." if full else None
    what = noun(line.setting).capitalize()
    if audience == CLIENT:
        who = line.provider_name if full else first_name(line.provider_name)
        return _Said(f"{what} with {who}", where, f"{base_url}/appointments/{line.public_id}", _sentences(words, two), alarm=True)
    who = short_name(line.client_name) if full else first_name(line.client_name)
    at = f"{_SETTINGS[line.setting]}, " if full else ""
    said = _sentences(words and f"{at}{words}", two)
    return _Said(f"{what}: {who}", where, f"{base_url}/provider/appointments/{line.public_id}", said, alarm=True)


def for_two(provider_name: str) -> str:
    """What calendars say of one of two visits side by side: who gives the other, never whose it is."""
    return f"For two: {provider_name} gives a visit at the same time, in the same place."


def _sentences(*said: str | None) -> str | None:
    return " ".join(one for one in said if one) or None


def block_event(
    public_id: str, starts_at: datetime, ends_at: datetime, stamped_at: datetime, gone_at: datetime | None = None
) -> VisitEvent:
    """Time that a provider has taken out: busy, and why is nobody's business. One that was given back is told as cancelled for a while."""
    return _own_time("Busy", public_id, starts_at, ends_at, gone_at or stamped_at, gone=gone_at is not None)


def time_off_event(
    public_id: str, starts_at: datetime, ends_at: datetime, stamped_at: datetime, gone_at: datetime | None = None
) -> VisitEvent:
    """Time off in its owner's own full feed. Why is told nowhere."""
    return _own_time("Time off", public_id, starts_at, ends_at, gone_at or stamped_at, gone=gone_at is not None)


def _own_time(summary: str, public_id: str, starts_at: datetime, ends_at: datetime, changed_at: datetime, *, gone: bool) -> VisitEvent:
    """What does not change but for being given back: that is its one change."""
    return VisitEvent(
        f"{public_id}@licensedhands", int(gone), "cancelled" if gone else "confirmed", starts_at, ends_at, changed_at, summary
    )


def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split(maxsplit=1)[0] if name.split() else "Client"


def plain(text: str | None) -> str | None:
    """Text from people as one line without control characters: it can begin no line of a calendar file."""
    if text is None:
        return None
    return " ".join("".join(char if char.isprintable() else " " for char in text).split()) or None


def feed_name(audience: str, detail: str, clinic: str | None) -> str:
    """What a calendar program calls the feed."""
    if audience == CLINIC:
        return plain(f"{clinic}: busy times") or "Busy times"
    return "Busy times" if detail == BUSY else "Visits"


def use_is_news(last_used_at: datetime | None, now: datetime) -> bool:
    """Whether a use is worth noting: nobody needs it to the second, and every note is a write."""
    return last_used_at is None or now - last_used_at >= USE_NOTED_EVERY


def calendar_status(status: str) -> str:
    """An appointment's status in the words of RFC 5545: a request is tentative, what came to nothing cancelled."""
    if status in ENDED:
        return "CANCELLED"
    return "TENTATIVE" if status == "requested" else "CONFIRMED"


def on_the_wall(*instants: datetime) -> tuple[datetime, ...]:
    """The instants in New York's time, or all in UTC where the wall shows one of them twice: a local time could mean either."""
    local = tuple(instant.astimezone(NEW_YORK) for instant in instants)
    if any(one.utcoffset() != one.replace(fold=1 - one.fold).utcoffset() for one in local):
        return tuple(instant.astimezone(UTC) for instant in instants)
    return local


def fingerprint(name: str, events: Iterable[VisitEvent]) -> str:
    """Differs when anything that the feed says differs: its ETag."""
    return hashlib.sha256(repr((name, tuple(events))).encode()).hexdigest()[:32]
