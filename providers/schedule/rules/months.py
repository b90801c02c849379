"""A month to choose dates from, and chosen dates as runs of days."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS_AHEAD = 24
"""How many months after the present one can be looked at."""

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Month:
    """A month as seven columns from Monday on: None before its first day and after its last one. `code` is `2027-01`."""

    first: date
    weeks: tuple[tuple[date | None, ...], ...]
    previous: str | None
    following: str | None

    @property
    def code(self) -> str:
        """As it is asked for."""
        return f"{self.first:%Y-%m}"


def month_for(asked: str, today: date) -> Month:
    """The month asked for, or the nearest that can be looked at: from the present one on, `MONTHS_AHEAD` more."""
    found = _MONTH.fullmatch(asked)
    present = today.year * 12 + today.month - 1
    wanted = int(found[1]) * 12 + int(found[2]) - 1 if found else present
    number = min(max(wanted, present), present + MONTHS_AHEAD)
    first, after = _first_of(number), _first_of(number + 1)
    cells: list[date | None] = [None] * first.weekday()
    cells += [first + timedelta(days=day) for day in range((after - first).days)]
    cells += [None] * (-len(cells) % 7)
    return Month(
        first,
        tuple(tuple(cells[at : at + 7]) for at in range(0, len(cells), 7)),
        f"{_first_of(number - 1):%Y-%m}" if number > present else None,
        f"{after:%Y-%m}" if number < present + MONTHS_AHEAD else None,
    )


def _first_of(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def runs_of_days(days: Iterable[date]) -> tuple[tuple[date, date], ...]:
    """Days as runs [first, last], each day in one run, in order."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return tuple(runs)
