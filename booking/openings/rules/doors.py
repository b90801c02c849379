"""The doors of whoever asks: how many minutes lie between the street and each of them, so that a list asks what a hold will ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from booking.openings.rules.asking import Wish
from providers.profiles.rules import MOBILE


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """One person's doors. `by_zip` is what they said of the newest one in a ZIP area, in minutes; `by_provider` is what a provider (by id)
    said of that door, which counts more.
    """

    by_zip: Mapping[str, int] = field(default_factory=dict)
    by_provider: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def minutes(self, provider_id: int, zip_code: str | None) -> int:
        """The minutes that count for a visit of this provider there; none where nobody said anything."""
        if zip_code is None:
            return 0
        told = self.by_provider.get((provider_id, zip_code))
        return self.by_zip.get(zip_code, 0) if told is None else told


def at_their_door(doors: Doors | None, provider_id: int, wish: Wish) -> Wish:
    """A wish as the person's with these doors; None: nobody is known, and the wish stays as it is."""
    if doors is None or wish.setting not in MOBILE:
        return wish
    return replace(wish, door_minutes=doors.minutes(provider_id, wish.zip))
