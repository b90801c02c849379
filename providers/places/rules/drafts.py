"""Places and areas as a provider states them, before they are looked up on the map."""

from __future__ import annotations

from dataclasses import dataclass

from providers.places.rules.travel import TravelMode

PLACE_KINDS = ("clinic", "office")


@dataclass(frozen=True)
class PlaceDraft:
    """A room open to clients as typed. `id` is the public id of the place it is meant to be, if it is known already.

    `clinic` is the public id of the shared clinic it is a room of; name and street are then the clinic's.
    """

    kind: str
    name: str
    line1: str
    zip: str
    unit: str | None = None
    city: str = "New York"
    access: str | None = None
    id: str | None = None
    clinic: str | None = None

    @property
    def address(self) -> str:
        """One line for a geocoder; a unit is never asked about."""
        return f"{self.line1}, {self.city}, NY {self.zip}"

    @property
    def likeness(self) -> tuple[str, str]:
        """By what a place is known again when it comes without its id: kind and street line, however spaced or written."""
        return self.kind, " ".join(self.line1.lower().replace(".", "").split())


@dataclass(frozen=True)
class BaseDraft:
    """Where a mobile provider sets out from. It stays with them."""

    line1: str
    zip: str


@dataclass(frozen=True)
class AreaDraft:
    """How far and by what means a provider comes to clients. ZIP codes and neighborhood codes are known ones."""

    mode: TravelMode
    base: BaseDraft | None
    zips: tuple[str, ...]
    neighborhoods: tuple[str, ...]
    radius_meters: int | None
    max_travel_minutes: int | None
    setup_minutes: int
    pack_minutes: int
