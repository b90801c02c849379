"""What may be stated for papers."""

from __future__ import annotations

import re
from datetime import date

OLDEST_YEARS = 120

_EIN = re.compile(r"([0-9]{2})-?([0-9]{7})")
_SSN = re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{4}")


def birth_date_fault(born_on: date, today: date) -> str | None:
    """Why this cannot be somebody's birth date, if it cannot."""
    if born_on > today:
        return "A birth date lies in the past."
    if today.year - born_on.year > OLDEST_YEARS:
        return "This birth date is too long ago. Please check the year."
    return None


def tax_id_fault(text: str) -> str | None:
    """Why this is no employer identification number (nine digits, 12-3456789), if it is none; a social security number never is kept."""
    if _SSN.fullmatch(text.strip()):
        return "This looks like a social security number. It must not stand on papers: give the EIN of your business."
    if not _EIN.fullmatch(text.strip()):
        return "An EIN has nine digits: 12-3456789."
    return None


def tidy_tax_id(text: str) -> str:
    """As it is written: 12-3456789."""
    found = _EIN.fullmatch(text.strip())
    return f"{found[1]}-{found[2]}" if found else text.strip()
