"""Deciding: who decides, what was found, whether one vote is enough, and whether it is about what lies there now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.kernel.errors import Conflict, FieldFault, Stale

FIRST_VERIFY = "first_verify"
STILL_SO, NO_LONGER_SO = "still_so", "no_longer_so"
OUTCOMES = (STILL_SO, NO_LONGER_SO)
FARTHEST_CHECK_DAYS = 366


@dataclass(frozen=True)
class Checker:
    """The admin who decides."""

    account_id: int
    name: str
    actor: str


@dataclass(frozen=True)
class Finding:
    """Where something was looked up, what was seen there, until when it holds, and a note for the record and the letter."""

    source: str = ""
    source_value: str = ""
    valid_until: date | None = None
    note: str = ""
    next_check_on: date | None = None


@dataclass(frozen=True)
class Seen:
    """The version (and the file, by its SHA-256) that a checker had before them. None was not said."""

    version: int | None = None
    document_sha256: str | None = None


@dataclass(frozen=True)
class StandingOrder:
    """suspend, reinstate or revoke, and why."""

    action: str
    reason: str


@dataclass(frozen=True)
class Recheck:
    """What a source says of a credential in force when asked again: still so, or no longer."""

    outcome: str
    finding: Finding


def needs_second_vote(first_verified_by: str | None, actor: str, *, two_persons: bool) -> bool:
    """Whether this vote is the first of two. Raises Conflict `second_person_required` where one person votes twice."""
    if not two_persons:
        return False
    if first_verified_by == actor:
        raise Conflict("second_person_required", "You were the first to verify this. A second person has to look at it and decide.")
    return first_verified_by is None


def refuse_changed(seen: Seen, version: int, document_sha256: str | None) -> None:
    """Raises Stale `changed_since` where a decision is about another version or file than the one that lies there now."""
    other_file = seen.document_sha256 is not None and seen.document_sha256 != (document_sha256 or "")
    if (seen.version is not None and seen.version != version) or other_file:
        sentence = "The facts or the file were changed after you opened this. Look at the new version and decide on that."
        raise Stale("changed_since", sentence, details={"version": version, "document_sha256": document_sha256})


def check_day_fault(day: date | None, today: date) -> FieldFault | None:
    """What is wrong with a day on which to look again: it lies ahead, by a year at most."""
    if day is None or today < day <= today + timedelta(days=FARTHEST_CHECK_DAYS):
        return None
    return FieldFault("next_check_on", "Choose a day from tomorrow on, at most a year ahead.")
