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
class FirstVisits:
    """What a first visit at the home, office or hotel of somebody new asks for besides.

    `minutes` more are kept free before it, for talking things over. It begins at `latest_start_minute` at the latest, a minute of the
    New York day; None where it may be as late as any.
    """

    minutes: int = 0
    latest_start_minute: int | None = None


@dataclass(frozen=True)
class Ways:
    """The ways from the base to the day's first visit and from the last one to where the day ends, counted as time worked.

    `end` is where the day ends when that is not the base. Both stay with the provider.
    """

    end: BaseDraft | None = None


@dataclass(frozen=True)
class AreaDraft:
    """How far and by what means a provider comes to clients. ZIP codes and neighborhood codes are known ones.

    `early_minutes` are for the door: desk, elevator, stairs; with `setup_minutes` they come after the way and before the visit. Visits
    at a home or hotel begin at `latest_start_minute` of the day at the latest. `ways` is None where they are the provider's own affair.
    """

    mode: TravelMode
    base: BaseDraft | None
    zips: tuple[str, ...]
    neighborhoods: tuple[str, ...]
    radius_meters: int | None
    max_travel_minutes: int | None
    setup_minutes: int
    pack_minutes: int
    early_minutes: int = 0
    latest_start_minute: int | None = None
    first_visits: FirstVisits = FirstVisits()
    ways: Ways | None = None
