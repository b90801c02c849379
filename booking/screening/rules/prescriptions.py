"""Prescriptions: what one has to say, whether a visit fits into it, and when its client hears that it comes to an end."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import FieldFault

MOST_VISITS = 100
# So few visits, or days, left make a prompt (12-visit referrals in the trade are asked about at two visits; configurable).
FEW_VISITS, FEW_DAYS = 2, 14
_ICD10 = re.compile(r"[A-TV-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?")

TOO_EARLY, EXPIRED, USED_UP = "prescription_too_early", "prescription_expired", "prescription_used_up"
SENTENCES = {
    TOO_EARLY: "The prescription begins after that day. Choose a later day, or book without it.",
    EXPIRED: "The prescription ends before that day. Ask for a new one, choose an earlier day, or book without it.",
    USED_UP: "All visits of the prescription are used or booked. Ask for more visits, or book without it.",
}


@dataclass(frozen=True)
class PrescriptionDraft:
    """What a client has in hand: who prescribed what for which diagnosis (ICD-10-CM codes, with commas between several), how often, on
    which regions of the body map, how many visits, from when until when, both days included.
    """

    prescriber_name: str
    prescriber_npi: str
    diagnosis: str
    icd10: str
    treatment: str
    frequency: str | None
    regions: tuple[str, ...]
    visits_allowed: int
    issued_on: date
    expires_on: date


@dataclass(frozen=True)
class Left:
    """What is left of a prescription on a day: visits, whole days with the last one included, and whether its client should be told."""

    visits: int
    days: int
    prompt: bool


def draft_faults(draft: PrescriptionDraft, regions: Collection[str], today: date) -> list[FieldFault]:
    """Every fault of a draft; `regions` are the codes of the body map."""
    codes = [code.strip() for code in draft.icd10.split(",")]
    checks = (
        ("icd10", all(_ICD10.fullmatch(code) for code in codes), "Write the code as it stands on the paper, such as M54.50."),
        ("regions", set(draft.regions) <= set(regions), "We do not know one of these areas."),
        ("visits_allowed", 1 <= draft.visits_allowed <= MOST_VISITS, f"Write a number from 1 to {MOST_VISITS}."),
        ("issued_on", draft.issued_on <= today, "This day is still to come."),
        ("expires_on", draft.expires_on >= draft.issued_on, "This is before the day of issue."),
    )
    return [FieldFault(field, message) for field, right, message in checks if not right]


def visit_fault(day: date, *, issued_on: date, expires_on: date) -> str | None:
    """Why a visit on a New York day does not fit into a prescription's dates, as a code; None where it does."""
    if day < issued_on:
        return TOO_EARLY
    return EXPIRED if day > expires_on else None


def free_number(used: Collection[int], allowed: int) -> int | None:
    """The lowest number from 1 on that no visit has; None where all allowed are taken."""
    return next((number for number in range(1, allowed + 1) if number not in used), None)


def what_is_left(used: int, allowed: int, expires_on: date, today: date) -> Left:
    """What is left today; none of it is left after the last day."""
    days = max(0, (expires_on - today).days + 1)
    visits = max(0, allowed - used) if days else 0
    return Left(visits, days, visits <= FEW_VISITS or days <= FEW_DAYS)
