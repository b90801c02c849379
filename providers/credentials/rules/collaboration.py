"""How well it is known that somebody works with a physician, physical therapist or chiropractor: three levels, each for a day.

Declared: the provider has handed the statement in and signed it by doing so. Attested: an admin has checked it besides and it is in
force. Confirmed: the physician has said so through a link of their own, less than a year ago, and has not taken it back.
"""

from __future__ import annotations

from datetime import date

DECLARED, ATTESTED, CONFIRMED = "declared", "attested", "confirmed"
LEVELS = (DECLARED, ATTESTED, CONFIRMED)
COLLABORATION = "physician_collaboration"
REMIND_DAYS = (30, 7)
"""So many days before a confirmation runs out its provider is told, once each."""

STATEMENT = (
    "I work with this person on the care of clients where a client agrees to it. No money is paid or taken for referrals, "
    "and neither of us is employed by or vouches for the other."
)
"""What the provider signs by handing a collaboration in, and what the physician confirms (no money for referrals: 8 NYCRR 29.1(b)(3))."""

_TITLES = {
    "physician": "MD", "md": "MD", "do": "DO", "pt": "PT", "physical therapist": "PT", "dpt": "PT", "chiropractor": "DC", "dc": "DC",
    "nurse practitioner": "NP", "nurse_practitioner": "NP", "podiatrist": "DPM", "acupuncturist": "LAc", "ot": "OT",
}  # fmt: skip


def level_on(day: date, *, in_force: bool, level: str | None, reconfirm_on: date | None) -> str:
    """The level on a day. A confirmation falls back to attested on the day it should have been repeated."""
    if not in_force:
        return DECLARED
    return CONFIRMED if level == CONFIRMED and reconfirm_on is not None and day < reconfirm_on else ATTESTED


def a_year_on(day: date) -> date:
    """The day on which a confirmation must be repeated; of February 29 it is March 1."""
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 3, 1) if leap_day else day.replace(year=day.year + 1)


def reminder_due(today: date, reconfirm_on: date) -> int | None:
    """Which reminder is due: the nearest of REMIND_DAYS that has come; None before the first and once the confirmation is over."""
    left = (reconfirm_on - today).days
    due = [days for days in REMIND_DAYS if 0 < left <= days]
    return min(due, default=None)


def title_of(profession: object) -> str:
    """The letters of a partner's profession: MD, PT, DC; empty where we have none."""
    return _TITLES.get(str(profession or "").strip().lower(), "")
