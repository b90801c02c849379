"""Shared clinics of the town: four houses, one of them with a roster, and who works in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from booking.demo.rules.chance import public_id
from booking.demo.rules.words import Site, World
from providers.profiles.rules import PlaceFacts
from providers.schedule.rules.hours import ClinicHours, Shift, WeeklyRange

NAMES = (
    ("{hood} Physical Therapy", "pt_clinic", (1, 3, 6)),
    ("{hood} Hospital, Outpatient Rehabilitation", "hospital", (11, 13)),
    ("{hood} Sports Clinic", "sports_clinic", (15, 16)),
    ("{hood} Integrated Medicine", "integrated", (21, 23)),
)
"""Name, kind and the numbers of those who work there; all of them see clients in a clinic only. The first one keeps a roster."""

OPENS, CLOSES = 7 * 60, 24 * 60


@dataclass(frozen=True)
class House:
    """One shared clinic; `id` is its row's."""

    id: int
    public_id: str
    slug: str
    name: str
    kind: str
    site: Site
    members: tuple[int, ...]
    rostered: bool

    @property
    def hours(self) -> tuple[WeeklyRange, ...]:
        """Open every day from seven until midnight; the rostered one all the time, since its roster says when."""
        return () if self.rostered else tuple(WeeklyRange(day, OPENS, CLOSES, frozenset()) for day in range(7))


def draw_houses(world: World) -> tuple[House, ...]:
    """The four houses, each in the neighborhood of the first who works there."""
    found = []
    for at, (name, kind, members) in enumerate(NAMES):
        chance = world.dice(f"clinic {at}")
        hood = tuple(world.sites)[members[0] % len(world.sites)]
        shown = name.format(hood=world.hoods[hood].split(" / ")[0])
        site = chance.choice(world.sites[hood])
        found.append(House(at + 1, public_id(chance), f"clinic-{kind.replace('_', '-')}", shown, kind, site, members, rostered=at == 0))
    return tuple(found)


def house_of(houses: Sequence[House], number: int) -> House | None:
    """Where the provider of this number works, if in a shared clinic."""
    return next((house for house in houses if number in house.members), None)


def room_in(house: House, place: PlaceFacts) -> PlaceFacts:
    """A provider's place as a room of the house."""
    site = house.site
    return replace(
        place, name=house.name, line1=site.line1, zip=site.zip, neighborhood=site.neighborhood, latitude=site.latitude,
        longitude=site.longitude, setting_kind=house.kind, clinic_id=house.id,
    )  # fmt: skip


def hours_in(house: House, place_id: int, weekly: Sequence[WeeklyRange], first: date, last: date) -> ClinicHours:
    """What the house says about a provider's time there; a roster gives them one shift on each of their days, their longest range."""
    shifts: list[Shift] = []
    for number in range((last - first).days + 1 if house.rostered else 0):
        day = first + timedelta(days=number)
        ranges = [one for one in weekly if one.weekday == day.weekday() and one.place_id == place_id]
        if ranges:
            longest = max(ranges, key=lambda one: one.closes_minute - one.opens_minute)
            shifts.append(Shift(day, longest.opens_minute, longest.closes_minute, longest.staffing or "full_time"))
    return ClinicHours(place_id, house.hours, house.rostered, tuple(shifts))
