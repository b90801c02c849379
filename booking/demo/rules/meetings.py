"""Visits as they are kept, and where everybody is when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.demo.rules.chance import Chance
from booking.demo.rules.outcomes import Event, Outcome
from booking.demo.rules.people import Client
from providers.profiles.rules import ServiceFacts
from providers.services.rules.drafts import AddOn

REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
BETWEEN_VISITS_MINUTES = 60


@dataclass(frozen=True)
class Visit:
    """One appointment as it is kept."""

    public_id: str
    claim_public_id: str
    reference: str
    client: Client
    service: ServiceFacts
    technique: str | None
    minutes: int
    setting: str
    place_id: int | None
    zip: str | None
    address: Mapping[str, str | None] | None
    begin_minute: int
    before_minutes: int
    after_minutes: int
    quote: Mapping[str, Any]
    total_cents: int
    booked_at: datetime
    note: str | None
    outcome: Outcome
    events: tuple[Event, ...]
    half: Half | None = None
    add_ons: tuple[AddOn, ...] = ()


@dataclass(frozen=True)
class Half:
    """That a visit is one of two side by side: the public ids of both together and of its own hold, and whether it is the booker's."""

    couple: str
    hold: str
    first: bool


@dataclass(frozen=True)
class Break:
    """Time a provider took out."""

    public_id: str
    begin_minute: int
    end_minute: int
    note: str


class Town:
    """Where everybody is when, so that nobody is at two visits at once, and which references are taken."""

    def __init__(self, clients: Sequence[Client]) -> None:
        self.clients = clients
        self._busy: dict[int, list[tuple[int, int]]] = {}
        self._references: set[str] = set()

    def free(self, client: Client, begin: int, end: int) -> bool:
        """Whether a client has no other visit near these minutes."""
        low, high = begin - BETWEEN_VISITS_MINUTES, end + BETWEEN_VISITS_MINUTES
        return all(high <= other_begin or other_end <= low for other_begin, other_end in self._busy.get(client.id, ()))

    def note(self, client: Client, begin: int, end: int) -> None:
        """Remember where a client is."""
        self._busy.setdefault(client.id, []).append((begin, end))

    def reference(self, chance: Chance) -> str:
        """A reference that nobody has."""
        while (found := "LH-" + "".join(chance.choice(REFERENCE_LETTERS) for _ in range(7))) in self._references:
            pass
        self._references.add(found)
        return found
