"""Timed units out of hands-on minutes, and the price shared out by them.

The counting custom is Medicare's (Claims Processing Manual, chapter 5, 20.2 C), which other plans have taken over: the minutes of all
timed codes of a day are added up, eight minutes more make one more unit, and each unit goes to the code with the most minutes that
no unit stands for yet.
"""

from __future__ import annotations

from collections.abc import Mapping

from booking.papers.rules.estimates import UNIT_MINUTES, units_of

Minutes = Mapping[str, int]


def share_units(minutes: Minutes, most_minutes: int) -> dict[str, int]:
    """The units of each code, in the order of the codes. Of two with as many minutes left the one with more in all comes first, then
    the first. No more units than `most_minutes` hands-on minutes make, whatever the codes add up to.
    """
    found = dict.fromkeys(minutes, 0)
    for _unit in range(units_of(min(sum(minutes.values()), most_minutes))):
        code = max(minutes, key=lambda one: (minutes[one] - UNIT_MINUTES * found[one], minutes[one]))
        found[code] += 1
    return found


def share_cents(cents: int, units: Minutes) -> dict[str, int]:
    """An amount shared out by units to the cent; what does not divide goes cent by cent to the largest rests, then to the first."""
    every = sum(units.values())
    if every == 0:
        return dict.fromkeys(units, 0)
    found = {code: cents * count // every for code, count in units.items()}
    rests = sorted(units, key=lambda code: -(cents * units[code] % every))
    for code in rests[: cents - sum(found.values())]:
        found[code] += 1
    return found
