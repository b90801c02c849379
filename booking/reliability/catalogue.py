"""The door to our vendored figures of reliability."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path

from booking.reliability.rules.policies import Figures, figures_from_dict, in_force

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def versions() -> tuple[Figures, ...]:
    """Every version, past and to come."""
    table = json.loads((_DATA / "policies.json").read_text(encoding="utf-8"))
    return tuple(figures_from_dict(row) for row in table["versions"])


def figures_on(day: date) -> Figures:
    """The version in force on a day."""
    return in_force(versions(), day)
