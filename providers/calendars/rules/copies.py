"""Which visits are to stand in a calendar at the other side, and what somebody did to them there."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from providers.calendars.rules.syncing import next_look

EDITED, DELETED = "edited", "deleted"
# Rewritten at once so many times; a calendar that differs after each look is written to less and less.
PATIENCE = 3


@dataclass(frozen=True)
class Shown:
    """What a calendar shows of a visit, for those that take no calendar objects. `alarm_minutes`: so long before it begins; None: not."""

    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    words: str = ""
    alarm_minutes: int | None = None


@dataclass(frozen=True)
class OwnVisit:
    """A visit as a calendar is to show it: one whole calendar object, or None where it does not take place, and what it says."""

    uid: str
    content: bytes | None
    shown: Shown | None = None

    @property
    def wanted(self) -> str | None:
        """The fingerprint of what is to stand there."""
        return None if self.content is None else hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Plan:
    """What a plan changes: copies that are new, and by UID those that are to say something else or nothing any more."""

    new: Mapping[str, str]
    other: Mapping[str, str | None]


def plan_copies(standing: Mapping[str, str | None], visits: Iterable[OwnVisit], own: Collection[str]) -> Plan:
    """What must be written down so that the visits stand there. `standing` is what was wanted until now, by UID.

    `own` are all UIDs of the provider: a visit that is told no more but is still theirs is past and stays as it is; one that is another's
    now goes.
    """
    told = {visit.uid: visit.wanted for visit in visits}
    new = {uid: wanted for uid, wanted in told.items() if wanted is not None and uid not in standing}
    other = {uid: wanted for uid, wanted in told.items() if uid in standing and standing[uid] != wanted}
    gone: dict[str, str | None] = {
        uid: None for uid in standing if uid not in told and uid.lower() not in own and standing[uid] is not None
    }
    return Plan(new, other | gone)


def what_happened(known: str | None, there: str | None) -> str | None:
    """What somebody did to a copy whose mark is known, by the mark that stands there now; None: nothing that can be told."""
    if known is None or known == there:
        return None
    return DELETED if there is None else EDITED


def next_rewrite(now: datetime, rewrites: int) -> datetime:
    """When a copy is written anew that has been changed at the other side so many times in a row."""
    return now if rewrites <= PATIENCE else next_look(now, rewrites - PATIENCE)


def file_name(uid: str) -> str:
    """The last part of a copy's address: always the same for a visit, and nothing that says whose."""
    return f"lh-{_digest(uid)}.ics"


def event_id(uid: str) -> str:
    """The same where events have ids (Google takes 0-9 and a-v)."""
    return f"lh{_digest(uid)}"


def _digest(uid: str) -> str:
    return hashlib.sha256(uid.encode()).hexdigest()[:32]
