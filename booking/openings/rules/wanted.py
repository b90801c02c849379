"""What somebody searches for, as one frozen value, and the parts of the day as the wall clock shows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.intervals import Span, intersect, merge
from marketplace.kernel.walltime import DAY_MINUTES, local_day, wall_spans
from providers.places.rules.geometry import Point
from providers.services.rules.calls import PHONE

PARTS = {"morning": ((300, 720),), "afternoon": ((720, 1020),), "evening": ((1020, 1260),), "late": ((0, 300), (1260, DAY_MINUTES))}
"""Wall minutes of the day: morning from 5 AM, afternoon from noon, evening from 5 PM, late from 9 PM until 5 AM.

A start belongs to the part in which the New York clock shows its own time; how long the visit lasts does not matter.
"""

SORTS = ("soonest", "distance", "price", "rating")
SETTINGS = ("clinic", "home", "office", "hotel")
CALLS = frozenset({PHONE})
"""The settings of a search for introductory calls: the phone alone, for a call is no other way to have a visit."""
GENDERS = ("female", "male", "nonbinary", "undisclosed")
PRICE_STEPS_CENTS = (12_000, 16_000, 20_000, 25_000)
"""The whole prices up to which the price facet counts."""


@dataclass(frozen=True, slots=True)
class Near:
    """Where the person is: what they typed, as understood. Mobile visits would be in `zip`; clinics are measured from the point."""

    label: str
    latitude: float
    longitude: float
    zip: str
    neighborhood: str
    precision: str = "zip"

    @property
    def point(self) -> Point:
        """Its coordinates."""
        return Point(self.latitude, self.longitude)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search. Empty sets and None ask for nothing; within one set any value will do, different filters must all hold.

    The window [from_minute, until_minute) in epoch minutes is for starts. `max_price_cents` bounds the whole price of every start that is
    shown. Visits elsewhere than in a clinic need `near`, because travel counts. `first_consult` asks for services meant for a first visit,
    which are left out otherwise; `instant` for visits that are confirmed at once, whoever books. `place_kinds` asks for visits in clinics
    of these kinds, `provider_kinds` for people who are of one of these kinds today, `full_time` for starts staffed full-time. `carriers`
    and `plans` ask for people who have stated that they deal with one of these insurers for one of these kinds of plans, in one line;
    `age` for people who treat somebody of that age in whole years.
    """

    from_minute: int
    until_minute: int
    near: Near | None = None
    radius_meters: int = 5_000
    parts: frozenset[str] = frozenset()
    minutes: int = 60
    settings: frozenset[str] = frozenset()
    place_kinds: frozenset[str] = frozenset()
    provider_kinds: frozenset[str] = frozenset()
    condition: str | None = None
    techniques: frozenset[str] = frozenset()
    neighborhoods: frozenset[str] = frozenset()
    max_price_cents: int | None = None
    genders: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    full_time: bool = False
    collaborates: bool = False
    first_consult: bool = False
    instant: bool = False
    carriers: frozenset[str] = frozenset()
    plans: frozenset[str] = frozenset()
    age: int | None = None
    sort: str = "soonest"
    limit: int = 20

    @property
    def for_calls(self) -> bool:
        """Whether introductory calls are searched for, and no visits."""
        return self.settings == CALLS


def part_spans(parts: Collection[str], from_minute: int, until_minute: int) -> list[Span] | None:
    """The epoch minutes of the window in which the wall clock shows one of `parts`, sorted and disjoint; None where any time will do."""
    if not parts or len(set(parts)) == len(PARTS):
        return None
    first, last = local_day(from_minute), local_day(max(from_minute, until_minute - 1))
    days = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
    shown = [span for day in days for part in parts for opens, closes in PARTS[part] for span in wall_spans(day, opens, closes)]
    return intersect(merge(shown), [(from_minute, until_minute)])
