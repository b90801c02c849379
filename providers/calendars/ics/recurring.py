"""Series of starts on the wall of their own zone, in bounded steps.

dateutil walks a rule that gives nothing up to the year 9999, and an INTERVAL of 0 for ever. Rules come here after they have been read and
priced; while they are walked the calendar ends soon after the window.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace

import dateutil.rrule

from providers.calendars.rules.reading import Unreadable
from providers.calendars.rules.recurrence import MOST_STEPS, Rule, cost, times_a_day

MOST_STEPS_IN_ALL = 600_000


@contextmanager
def years_end(last: int) -> Iterator[None]:
    """Inside this block the walker of rules believes that there is no year after `last`. One reading at a time in a process."""
    before = dateutil.rrule.datetime
    dateutil.rrule.datetime = SimpleNamespace(**{**vars(dt), "MAXYEAR": last})
    try:
        yield
    finally:
        dateutil.rrule.datetime = before


@dataclass
class Purse:
    """How many steps one reading may still take."""

    left: int = MOST_STEPS_IN_ALL

    def pays(self, steps: int) -> bool:
        """Whether one rule may be walked. Raises Unreadable `too_costly` when all rules together are too dear."""
        if steps > MOST_STEPS or steps < 0:
            return False
        self.left -= steps
        if self.left < 0:
            raise Unreadable("too_costly")
        return True


def affordable(rule: Rule, begin: datetime, until: datetime, purse: Purse) -> bool:
    """Whether a rule can be walked within bounds."""
    return times_a_day(rule) <= 1440 and purse.pays(cost(rule, begin, datetime(until.year + 1, 1, 1)))


def walk(rule: Rule, begin: datetime, until: datetime | None, last: datetime) -> Iterator[datetime]:
    """The starts of a rule from `begin` on, one of them beyond `last` at most."""
    for start in dateutil.rrule.rrulestr(rule.text(until), dtstart=begin):
        yield start
        if start > last:
            return
