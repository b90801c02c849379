"""Hours in which nobody books here: a client calls or writes, and both agree on a time."""

from __future__ import annotations

from booking.openings.queries.listing import Openings
from booking.openings.rules.asking import arranged_hours
from booking.openings.views.marks import Words
from marketplace.kernel.walltime import from_minute


def arranged_words(found: Openings, from_epoch_minute: int, until_epoch_minute: int) -> Words | None:
    """The hours by arrangement in a window, and how to reach the provider; None where there are none."""
    times = arranged_hours(found.facts, found.wish, found.service, from_epoch_minute, until_epoch_minute)
    if not times:
        return None
    rules = found.facts.rules
    return {
        "times": [(from_minute(begin), from_minute(end)) for begin, end in times],
        "phone": rules.contact_phone,
        "email": rules.contact_email,
    }
