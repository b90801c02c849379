"""Clearances: what one has to say, when it is in force, and what it leaves of the reasons that kept a visit waiting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from booking.screening.rules.form import BLOCK, BLOCK_REGION, CAUTION, CLEARANCE, GUARDIAN, Rule
from booking.screening.rules.outcome import CLEAR, CLEARANCE_NEEDED, RESTRICTED, SEVERITY, STOP
from marketplace.kernel.errors import FieldFault

ACCEPT, REJECT = "accept", "reject"
ASKED, SUBMITTED, REFUSED = "asked", "submitted", "refused"
# A physician has so long for an answer by link; one client asks so many in a day.
LIFE, MOST_A_DAY, TOKEN_BYTES = timedelta(days=7), 5, 32
# No physician's word is taken for longer (configurable).
LONGEST = timedelta(days=366)
_LEADS_TO = {
    BLOCK: STOP, CLEARANCE: CLEARANCE_NEEDED, GUARDIAN: CLEARANCE_NEEDED, BLOCK_REGION: RESTRICTED, CAUTION: RESTRICTED,
}  # fmt: skip


@dataclass(frozen=True)
class ClearanceDraft:
    """Who signed what: the rule (or condition) codes it covers, the regions it is limited to if any, from when until when (included)."""

    signer_name: str
    signer_profession: str
    signer_npi: str | None
    signed_on: date
    expires_on: date
    covers: tuple[str, ...]
    regions: tuple[str, ...] = ()


def clearance_faults(draft: ClearanceDraft, codes: Collection[str], regions: Collection[str], today: date) -> list[FieldFault]:
    """Every fault of a draft; `codes` are those that a clearance can lift, `regions` those of the body map."""
    checks = (
        ("covers", bool(draft.covers), "Say what it covers."),
        ("covers", set(draft.covers) <= set(codes), "A clearance cannot lift one of these."),
        ("regions", set(draft.regions) <= set(regions), "We do not know one of these areas."),
        ("signed_on", draft.signed_on <= today, "This day is still to come."),
        ("expires_on", draft.expires_on >= draft.signed_on, "This is before the day it was signed."),
        ("expires_on", draft.expires_on <= draft.signed_on + LONGEST, "A clearance is good for a year at most."),
        ("expires_on", draft.expires_on >= today, "This clearance is over. Ask for a new one."),
    )
    return [FieldFault(field, message) for field, right, message in checks if not right]


def clearable(rules: Mapping[str, Rule], conditions: Mapping[str, Any]) -> frozenset[str]:
    """The codes of rules and conditions that a clearance can lift."""
    ruled = {code for code, rule in rules.items() if rule.until_cleared}
    return frozenset(ruled | {code for code, condition in conditions.items() if condition.clearance_by_default})


def outcome_cleared(reasons: Iterable[Mapping[str, Any]], cleared: Collection[str], rules: Mapping[str, Rule]) -> str:
    """What is left of a kept screening's reasons once `cleared` are lifted; it says what judging the answers anew with them would.

    A rule that is lifted stays as a caution, one that was a caution goes; so does a condition that only asked for a clearance.
    """
    left = [_left(reason, rules) if reason["clearance_from"] and reason["code"] in cleared else reason["action"] for reason in reasons]
    return max((_LEADS_TO[action] for action in left if action is not None), key=SEVERITY.index, default=CLEAR)


def needed_codes(reasons: Iterable[Mapping[str, Any]]) -> list[str]:
    """Which reasons of a kept screening a clearance has to cover before a visit can be."""
    return [reason["code"] for reason in reasons if reason["clearance_from"] and _LEADS_TO[reason["action"]] in {CLEARANCE_NEEDED, STOP}]


def _left(reason: Mapping[str, Any], rules: Mapping[str, Rule]) -> str | None:
    return None if reason["code"] not in rules or reason["action"] == CAUTION else CAUTION
