"""Visits by request: a therapist says for a service where, and for whom, they confirm each booking themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INSTANT, REQUEST = "instant", "request"

USUAL_ANSWER_HOURS, LONGEST_ANSWER_HOURS = 24, 24
# Beside the usual notice a request needs this much more, so that there is time to answer it before the notice begins.
ANSWER_LEAD_MINUTES = 30


@dataclass(frozen=True, slots=True)
class ByRequest:
    """In which settings the therapist confirms each booking of a service, whether of new clients alone, and how long they take at most."""

    settings: frozenset[str] = frozenset()
    new_clients_only: bool = False
    answer_hours: int = USUAL_ANSWER_HOURS

    def asks(self, setting: str, *, met: bool) -> bool:
        """Whether a booking in this setting is a request; `met` says that the therapist has treated the client before."""
        return setting in self.settings and not (self.new_clients_only and met)


AT_ONCE = ByRequest()
"""Every booking is confirmed at once."""


def by_request_to_dict(rule: ByRequest) -> dict[str, object]:
    """The shape of a service's `by_request`."""
    return {"settings": sorted(rule.settings), "new_clients_only": rule.new_clients_only, "answer_hours": rule.answer_hours}


def by_request_from_dict(kept: Mapping[str, Any] | None) -> ByRequest:
    """The same again; None where every booking is confirmed at once."""
    if not kept:
        return AT_ONCE
    return ByRequest(frozenset(kept["settings"]), kept["new_clients_only"], kept["answer_hours"])
