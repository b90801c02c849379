"""A client's permission to send something of them to somebody: what it must say, and when it holds.

What it says follows the core elements of 45 CFR 164.508(c): what, by whom, to whom, what for, until when, signed and dated; that it can be
taken back, that care does not depend on it, and that the law may protect less what has left.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from marketplace.kernel.errors import FieldFault
from marketplace.kernel.walltime import day_begin, from_minute, local_day, to_minute

VISITS, PLAN, OUTCOMES, NOTES, HOME_PROGRAM = "visits", "plan", "outcomes", "notes", "home_program"
PARTS: Mapping[str, str] = MappingProxyType(
    {
        VISITS: "Dates of visits",
        PLAN: "Plan of care",
        OUTCOMES: "Progress in figures",
        NOTES: "Summary of visit notes",
        HOME_PROGRAM: "What to do at home",
    }
)
LINK, PRINT = "link", "print"
SHORT, LONGEST_PURPOSE = 120, 300
REVOKED, EXPIRED, NOT_YET, NOT_COVERED, OTHERS, NO_ADDRESS = "revoked", "expired", "not_yet", "not_covered", "others", "no_address"
# A link opens for so long, and a letter so often.
OPEN_FOR, MOST_OPENINGS = timedelta(days=14), 10


@dataclass(frozen=True)
class Recipient:
    """Who receives: name, what they are, where they work; without an address letters are printed."""

    name: str
    profession: str
    practice: str = ""
    email: str | None = None


@dataclass(frozen=True)
class ReleaseDraft:
    """What a client signs: to whom, which parts, what for, the last day, the name as typed, and the version of the text above it."""

    recipient: Recipient
    scope: tuple[str, ...]
    purpose: str
    expires_on: date
    signed_name: str
    text_version: str


@dataclass(frozen=True)
class Grant:
    """A signed release as it is judged: whose it is, who may send, what, from when until which New York day, and whether it was revoked."""

    person_id: int
    provider_id: int
    scope: frozenset[str]
    by_link: bool
    signed_at: datetime
    expires_on: date
    revoked_at: datetime | None = None


def a_year_on(day: date) -> date:
    """The same day a year later; February 29 ends on the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def release_faults(draft: ReleaseDraft, today: date, version: str) -> list[FieldFault]:
    """Everything wrong with what is to be signed; `version` is the text that was to be shown."""
    checks = (
        ("recipient_name", draft.recipient.name.strip(), "Say who may receive it."),
        ("recipient_profession", draft.recipient.profession.strip(), "Say what they are, such as physician."),
        ("scope", draft.scope, "Tick at least one part."),
        ("scope", set(draft.scope) <= PARTS.keys(), "We do not know one of these parts."),
        ("purpose", draft.purpose.strip(), "Say what it is for."),
        ("expires_on", draft.expires_on >= today, "That day is over."),
        ("expires_on", draft.expires_on <= a_year_on(today), "Twelve months at most."),
        ("signed_name", len(draft.signed_name.strip()) > 1, "Type your full name to sign."),
        ("text_version", draft.text_version == version, "The text has changed. Please read it again."),
    )
    return [FieldFault(field, message) for field, right, message in checks if not right]


def why_not_live(grant: Grant, now: datetime) -> str | None:
    """None while a release is in force; else `revoked`, `expired` or `not_yet`. Its last day counts whole, by New York's calendar."""
    if grant.revoked_at is not None:
        return REVOKED
    if local_day(to_minute(now)) > grant.expires_on:
        return EXPIRED
    return NOT_YET if now < grant.signed_at else None


def why_not_sent(grant: Grant, provider_id: int, person_id: int, parts: Collection[str], way: str, now: datetime) -> str | None:
    """None where this release lets this provider send these parts of this person in this way now; else why not."""
    if (grant.provider_id, grant.person_id) != (provider_id, person_id):
        return OTHERS
    if (reason := why_not_live(grant, now)) is not None:
        return reason
    if not set(parts) <= grant.scope:
        return NOT_COVERED
    return NO_ADDRESS if way == LINK and not grant.by_link else None


def open_until(expires_on: date, now: datetime) -> datetime:
    """Until when what leaves now can be opened: fourteen days, and never past the release's last day."""
    return min(now + OPEN_FOR, from_minute(day_begin(expires_on + timedelta(days=1))))


def revoked_when(now: datetime, deeds: Collection[datetime]) -> datetime:
    """When a release counts as revoked: now, and never before what has been done under it, whatever two clocks say."""
    return max((now, *deeds))
